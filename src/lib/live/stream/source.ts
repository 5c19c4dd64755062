import type { Changes, Head, Sync } from '#contract';

/** Callbacks for an event stream. */
interface Listener {
	sync(sync: Sync): void;
	changes?(frame: Changes): void;
	head?(head: Head): void;
	/** The stream broke or was refused, and is closed. */
	failed(): void;
}

const ANSWER_WITHIN_MS = 8_000;

/**
 * Opens the event stream after `cursor`; `signal` closes it. The stream does not reconnect by itself, because the
 * feed opens another one.
 */
export function openSource(cursor: string | null, listener: Listener, signal: AbortSignal): void {
	if (signal.aborted) return;
	const source = new EventSource(`/api/events${cursor === null ? '' : `?cursor=${encodeURIComponent(cursor)}`}`);
	const on = (event: string, hear: (data: unknown) => void): void =>
		source.addEventListener(event, ({ data }: MessageEvent<string>) => hear(JSON.parse(data)), { signal });
	on('sync', (sync) => listener.sync(sync as Sync));
	on('changes', (frame) => listener.changes?.(frame as Changes));
	on('head', (head) => listener.head?.(head as Head));
	source.onerror = () => {
		source.close();
		if (!signal.aborted) listener.failed();
	};
	signal.addEventListener('abort', () => source.close());
}

/**
 * Requests the changes after `cursor`, over a stream that is closed after its sync. Rejects on error, after 8 s,
 * and when `signal` aborts.
 */
export function askSource(cursor: string | null, signal: AbortSignal): Promise<Sync> {
	const done = new AbortController();
	const { promise, resolve, reject } = withResolvers<Sync>();
	const fail = (): void => reject(new Error('no sync'));
	const late = setTimeout(fail, ANSWER_WITHIN_MS);
	signal.addEventListener('abort', fail, done);
	if (signal.aborted) fail();
	else openSource(cursor, { sync: resolve, failed: fail }, done.signal);
	return promise.finally(() => {
		clearTimeout(late);
		done.abort();
	});
}

/** `Promise.withResolvers`, which older browsers lack. */
function withResolvers<T>(): {
	promise: Promise<T>;
	resolve: (value: T) => void;
	reject: (error: Error) => void;
} {
	let [resolve, reject]: [(value: T) => void, (error: Error) => void] = [() => undefined, () => undefined];
	const promise = new Promise<T>((...both) => ([resolve, reject] = both));
	return { promise, resolve, reject };
}
