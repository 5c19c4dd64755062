import type { Changes, Head, Sync } from '#contract';

/**
 * Messages between the tabs of a browser. One tab, the holder, holds the event stream. The other tabs follow: they
 * receive the holder's frames.
 */
export type Word =
	/** A new tab asks to follow. */
	| { say: 'hello' }
	/** The holder exists, but its stream is not open yet. */
	| { say: 'here' }
	/** The holder's stream has reached this cursor. */
	| { say: 'up'; cursor: string }
	| { say: 'changes'; frame: Changes }
	| { say: 'head'; head: Head }
	/** The holder's stream broke. */
	| { say: 'over' }
	/** A socket got through. */
	| { say: 'socket' };

export interface Part {
	hear(word: Word): void;
	/** This tab now holds the stream, until `until` aborts. */
	hold(until: AbortSignal): void;
	/** Another tab took over the stream, because this tab was silent. */
	lost(): void;
}

export interface Tabs {
	say(word: Word): void;
	/** Runs `work`. If possible, only one tab runs its work at a time. */
	inTurn(work: () => Promise<Sync>): Promise<Sync>;
}

export const NAME = 'audena-feed';
/** A tab whose work takes longer than this is frozen. The other tabs stop waiting for it. */
export const TURN_MS = 10_000;

/** Joins the tabs of this browser until `signal` aborts. One tab at a time holds the stream. */
export type Join = (part: Part, signal: AbortSignal) => Tabs;
