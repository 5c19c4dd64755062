import type { Sync } from '#contract';
import { NAME, TURN_MS, type Join, type Word } from './tabs.ts';

const TURN_NAME = `${NAME}-turn`;
/** If the holder does not respond to a new tab within this time, it is frozen, so the new tab steals its lock. */
const SILENT_MS = 4_000;

/** Elects the holder of the event stream by a Web Lock. Pages have Web Locks on https and on localhost. */
export const joinByLock: Join = ({ hear, hold, lost }, signal) => {
	const channel = new BroadcastChannel(NAME);
	const say = (word: Word): void => channel.postMessage(word);
	let mayFollow = false;

	const request = (options: LockOptions): void => {
		const held = navigator.locks.request(NAME, options, () => {
			if (signal.aborted) return;
			mayFollow = true;
			hold(signal);
			return new Promise<void>((release) => signal.addEventListener('abort', () => release()));
		});
		held.catch((error: unknown) => {
			if (signal.aborted) return;
			// `AbortError`: another tab stole the lock. Any other error: the page may not use locks and holds its own
			// stream.
			if ((error as Error).name === 'AbortError') lost();
			else hold(signal);
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
};
