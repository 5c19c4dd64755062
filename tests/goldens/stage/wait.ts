import { setTimeout as pause } from 'node:timers/promises';

/** Timeout of all waits, long enough for a busy machine. */
const PATIENCE_MS = 20_000;
const LOOK_AGAIN_MS = 10;

/** Returns the result of `work`. Rejects with an error that names `what` if the work takes too long. */
export async function within<T>(what: string, work: Promise<T>): Promise<T> {
	const limit = new AbortController();
	const late = pause(PATIENCE_MS, undefined, { signal: limit.signal }).then(() => {
		throw new Error(`Waited in vain for ${what}.`);
	});
	late.catch(() => undefined);
	try {
		return await Promise.race([work, late]);
	} finally {
		limit.abort();
	}
}

/**
 * Calls `find` until the result is neither undefined nor false, and returns this result. Throws after the timeout.
 * For conditions that the server does not push.
 */
export async function until<T>(what: string, find: () => Promise<T | undefined | false>): Promise<T> {
	const end = performance.now() + PATIENCE_MS;
	for (;;) {
		const found = await find();
		if (found !== undefined && found !== false) return found;
		if (performance.now() > end) throw new Error(`Waited in vain for ${what}.`);
		await pause(LOOK_AGAIN_MS);
	}
}
