import type { Sync } from '#contract';
import { readCursor, writeCursor } from '#contract/cursor.ts';

type Delta = Omit<Sync, 'version'>;

export interface Deltas {
	/**
	 * What a client that stands at `cursor` must be told; the same object for all that stand there. null when nobody who
	 * asked for this place wants it any more by the time it is read.
	 */
	of(cursor: unknown, isWanted: () => boolean): Promise<Delta | null>;
	/** Something was committed: what was read before is old. */
	forget(): void;
}

interface Reading {
	delta: Promise<Delta | null>;
	/** Who asked before it was read. */
	askers: (() => boolean)[];
}

/** How many are kept for others: after a restart nearly everybody comes back with one of a few cursors. */
const KEPT = 4;

/**
 * Reads deltas for many clients at once: each place is read once for all that stand there, and one in each turn of the
 * event loop, so that a thousand that come back together stop nobody else. Who has no place waits for none: that is a
 * short answer.
 */
export function createDeltas(read: (cursor: unknown) => Promise<Delta>): Deltas {
	const known = new Map<string, Reading>();
	let before: Promise<unknown> = Promise.resolve();
	const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

	function start(key: string, cursor: unknown): Reading {
		const askers: (() => boolean)[] = [];
		const mine = async (): Promise<Delta | null> => {
			const isWanted = askers.some((is) => is());
			askers.length = 0;
			if (isWanted) return read(cursor);
			if (known.get(key) === reading) known.delete(key); // whoever comes next asks anew
			return null;
		};
		const delta = key === '' ? turn().then(mine) : before.then(turn).then(mine);
		const reading = { delta, askers };
		if (key !== '') before = delta.catch(() => undefined);
		delta.catch(() => {
			if (known.get(key) === reading) known.delete(key);
		});
		return reading;
	}

	return {
		of(cursor, isWanted) {
			const place = readCursor(cursor);
			const key = place === null ? '' : writeCursor(place);
			let reading = known.get(key);
			if (!reading) {
				known.set(key, (reading = start(key, cursor)));
				for (const [oldest] of known) if (known.size > KEPT) known.delete(oldest);
			}
			reading.askers.push(isWanted);
			return reading.delta;
		},
		forget: () => known.clear(),
	};
}
