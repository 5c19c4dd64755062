import { readCursor, writeCursor } from '#contract/cursor.ts';

export interface SyncCache<Delta> {
	/**
	 * Returns the sync for a client at `cursor`. All clients at the same cursor get the same object. Returns null
	 * if no caller wants the sync any more when its read begins.
	 */
	of(cursor: unknown, isWanted: () => boolean): Promise<Delta | null>;
	/** Reports a commit: earlier deltas are outdated. */
	invalidate(): void;
}

interface PendingRead<Delta> {
	delta: Promise<Delta | null>;
	/** The `isWanted` checks of the callers that asked before the read. */
	waiting: (() => boolean)[];
}

/** How many deltas are cached: after a restart nearly all clients reconnect with one of a few cursors. */
const CACHED_DELTAS = 4;

/**
 * Reads deltas for many clients: each cursor is read once for all clients at it. One cursor is read per turn of the
 * event loop, so that a thousand clients that reconnect together block no other work. A client without a valid cursor
 * waits for no other read, because its sync is short.
 */
export function createSyncCache<Delta>(read: (cursor: unknown) => Promise<Delta>): SyncCache<Delta> {
	const cache = new Map<string, PendingRead<Delta>>();
	let lastRead: Promise<unknown> = Promise.resolve();
	const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

	function startRead(key: string, cursor: unknown): PendingRead<Delta> {
		const waiting: (() => boolean)[] = [];
		const readIfWanted = async (): Promise<Delta | null> => {
			const isWanted = waiting.some((is) => is());
			waiting.length = 0;
			if (isWanted) return read(cursor);
			if (cache.get(key) === pendingRead) cache.delete(key); // the next caller starts a new read
			return null;
		};
		const delta = key === '' ? turn().then(readIfWanted) : lastRead.then(turn).then(readIfWanted);
		const pendingRead = { delta, waiting };
		if (key !== '') lastRead = delta.catch(() => undefined);
		delta.catch(() => {
			if (cache.get(key) === pendingRead) cache.delete(key);
		});
		return pendingRead;
	}

	return {
		of(cursor, isWanted) {
			const parsed = readCursor(cursor);
			const key = parsed === null ? '' : writeCursor(parsed);
			let pendingRead = cache.get(key);
			if (!pendingRead) {
				cache.set(key, (pendingRead = startRead(key, cursor)));
				for (const [oldest] of cache) if (cache.size > CACHED_DELTAS) cache.delete(oldest);
			}
			pendingRead.waiting.push(isWanted);
			return pendingRead.delta;
		},
		invalidate: () => cache.clear(),
	};
}
