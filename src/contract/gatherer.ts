export interface GathererDeps<T> {
	/** Sends the gathered items in order. The longer a send takes, the longer is the pause after it. */
	send(items: readonly T[]): void;
	/** The longest pause after a send, in milliseconds. With 0, every item is sent by itself. */
	maxPauseMs?: number;
	/** A fixed pause in milliseconds, instead of one derived from the duration of the send. */
	pauseMs?: number;
	onError(error: unknown): void;
}

export interface Gatherer<T> {
	/** Sends the item immediately, or with the next batch if a pause is running. */
	add(item: T): void;
	/** Sends the pending items immediately. Without pending items, a running pause continues. */
	flush(): void;
	/** Sends the pending items and starts no further pause. */
	close(): void;
}

export const PAUSE_MAX_MS = 20;
/** The share of time spent on sending during a burst, unless `maxPauseMs` cuts the pauses short. */
const SHARE = 0.25;

/**
 * Sends a lone item immediately and batches the items of a burst. A pause follows each send, proportional to the
 * duration of the send, so that sending leaves time for other work.
 */
export function createGatherer<T>({ send, maxPauseMs = PAUSE_MAX_MS, pauseMs, onError }: GathererDeps<T>): Gatherer<T> {
	let waiting: T[] = [];
	let pause: ReturnType<typeof setTimeout> | undefined;
	let closed = false;

	function sendNow(items: readonly T[]): void {
		const start = performance.now();
		try {
			send(items);
		} catch (error) {
			onError(error);
		}
		if (maxPauseMs === 0 || closed) return;
		const fair = Math.min(maxPauseMs, (performance.now() - start) * (1 / SHARE - 1));
		pause = setTimeout(afterPause, pauseMs ?? fair);
	}
	function afterPause(): void {
		pause = undefined;
		if (waiting.length === 0) return;
		const items = waiting;
		waiting = [];
		sendNow(items);
	}

	function flush(): void {
		if (waiting.length === 0) return;
		clearTimeout(pause);
		afterPause();
	}

	return {
		add(item) {
			if (pause === undefined) sendNow([item]);
			else waiting.push(item);
		},
		flush,
		close() {
			closed = true;
			flush();
			clearTimeout(pause);
			pause = undefined;
		},
	};
}
