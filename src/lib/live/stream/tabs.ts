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

interface Part {
	hear(word: Word): void;
	/** This tab is the one that holds the stream, until `signal` ends it. */
	hold(): void;
	/** Another tab took the stream away: this one had not been heard. */
	lost(): void;
}

export interface Tabs {
	say(word: Word): void;
	/** Runs `work` in one tab at a time. */
	inTurn(work: () => Promise<Sync>): Promise<Sync>;
}

const NAME = 'audena-feed';
const TURN_NAME = `${NAME}-turn`;
/** A holder that says nothing for so long is frozen: its lock is taken away. */
const SILENT_MS = 4_000;
/** A tab that keeps its turn for so long is frozen: nobody waits for it. */
const TURN_MS = 10_000;

/** False where a browser cannot share: then each tab holds a stream of its own. Locks want https or localhost. */
export const canShare = (): boolean => 'locks' in navigator && 'BroadcastChannel' in globalThis;

/** Joins the tabs of this browser, of which one at a time holds the stream, until `signal` ends it. */
export function joinTabs({ hear, hold, lost }: Part, signal: AbortSignal): Tabs {
	const channel = new BroadcastChannel(NAME);
	const say = (word: Word): void => channel.postMessage(word);
	let mayFollow = false;

	const request = (options: LockOptions): void => {
		const held = navigator.locks.request(NAME, options, () => {
			if (signal.aborted) return;
			mayFollow = true;
			hold();
			return new Promise<void>((release) => signal.addEventListener('abort', () => release()));
		});
		held.catch((error: unknown) => {
			if (signal.aborted) return;
			// Taken away, or locks are not for this page: then it holds a stream of its own.
			if ((error as Error).name === 'AbortError') lost();
			else hold();
		});
	};

	channel.onmessage = ({ data }: MessageEvent<Word>) => {
		mayFollow ||= data.say !== 'hello' && data.say !== 'socket';
		hear(data);
	};
	const patience = setTimeout(() => mayFollow || request({ steal: true }), SILENT_MS * (1 + Math.random() / 2));
	signal.addEventListener('abort', () => {
		clearTimeout(patience);
		channel.close();
	});
	request({ signal });
	say({ say: 'hello' });

	return {
		say,
		inTurn(work) {
			const turn = new AbortController();
			const late = setTimeout(() => turn.abort(), TURN_MS);
			let begun = false;
			const begin = (): Promise<Sync> => {
				clearTimeout(late);
				begun = true;
				return work();
			};
			const inLine = navigator.locks.request(TURN_NAME, { signal: turn.signal }, begin);
			return inLine.catch((error: unknown) => {
				if (begun) throw error;
				return begin();
			});
		},
	};
}
