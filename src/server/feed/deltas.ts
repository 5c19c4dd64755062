import type { Sync } from '#contract';
import { readCursor, writeCursor } from '#contract/cursor.ts';

type Delta = Omit<Sync, 'version'>;

export interface Deltas {
	/** What a client that stands at `cursor` must be told; the same object for all that stand there. */
	of(cursor: unknown): Promise<Delta>;
	/** Something was committed: what was read before is old. */
	forget(): void;
}

/** How many are kept for others: after a restart nearly everybody comes back with one of a few cursors. */
const KEPT = 4;

/**
 * Reads deltas for many clients at once: each place is read once for all that stand there, and one in each turn of the
 * event loop, so that a thousand that come back together stop nobody else.
 */
export function createDeltas(read: (cursor: unknown) => Promise<Delta>): Deltas {
	const known = new Map<string, Promise<Delta>>();
	let before: Promise<unknown> = Promise.resolve();
	const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

	return {
		of(cursor) {
			const place = readCursor(cursor);
			const key = place === null ? '' : writeCursor(place);
			const shared = known.get(key);
			if (shared) return shared;
			const delta = before.then(turn).then(() => read(cursor));
			before = delta.catch(() => undefined);
			known.set(key, delta);
			delta.catch(() => {
				if (known.get(key) === delta) known.delete(key);
			});
			for (const [oldest] of known) if (known.size > KEPT) known.delete(oldest);
			return delta;
		},
		forget: () => known.clear(),
	};
}
