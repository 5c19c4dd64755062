import type { Changes, Head, Sync } from '#contract';

/** What the tabs of a browser tell each other. */
export type Word =
	/** A tab came and wants to follow. */
	| { say: 'hello' }
	/** The holder is there, and has no stream yet. */
	| { say: 'here' }
	/** The holder's stream has come as far as this. */
	| { say: 'up'; cursor: string }
	| { say: 'changes'; frame: Changes }
	| { say: 'head'; head: Head }
	/** The holder's stream broke. */
	| { say: 'over' }
	/** A socket came through. */
	| { say: 'socket' };

export interface Part {
	hear(word: Word): void;
	/** This tab is the one that holds the stream, until `until` ends it. */
	hold(until: AbortSignal): void;
	/** Another tab took the stream away: this one had not been heard. */
	lost(): void;
}

export interface Tabs {
	say(word: Word): void;
	/** Runs `work` in one tab at a time. */
	inTurn(work: () => Promise<Sync>): Promise<Sync>;
}

export const NAME = 'audena-feed';
/** A tab that keeps its turn for so long is frozen: nobody waits for it. */
export const TURN_MS = 10_000;

/** Joins the tabs of this browser, of which one at a time holds the stream, until `signal` ends it. */
export type Join = (part: Part, signal: AbortSignal) => Tabs;
