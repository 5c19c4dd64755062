export interface GathererDeps<T> {
	/** Sends what was gathered, in order; how long that takes decides the pause behind it. */
	send(items: readonly T[]): void;
	/** The longest pause behind a sending, in milliseconds; with 0 every item goes by itself. */
	maxPauseMs?: number;
	/** A pause that is always as long. */
	pauseMs?: number;
	onError(error: unknown): void;
}

export interface Gatherer<T> {
	/** Sends at once when nothing was sent just now, else with what else comes until the pause is over. */
	add(item: T): void;
	/** Sends what waits. */
	flush(): void;
	/** Sends what waits, and no more pauses. */
	close(): void;
}

export const PAUSE_MAX_MS = 20;
/** Sending takes no more than this part of the time while much is to be sent. */
const SHARE = 0.25;

/**
 * Gathers by itself what comes in a burst: a lone item waits for nothing, and a pause follows each sending, the longer
 * the costlier it was. So a burst costs each of many clients a bounded number of frames.
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
		},
	};
}
