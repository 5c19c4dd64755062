import { setTimeout as sleep } from 'node:timers/promises';
import { DELTA_MAX, ProblemError, type CallFilters } from '#contract';
import { isDatabaseFault } from '#db/database.ts';
import type { Calls } from '../calls/calls.ts';
import type { CallReads } from '../calls/reads.ts';
import { AdaptiveBatch } from './portion.ts';

/** Deletes or counts the calls that match a list's filters. Throws `stopping` during a shutdown. */
export interface ClearMatching {
	/**
	 * Deletes in steps, newest first, and returns after the last step is committed. Calls made since the request
	 * stay, and so do calls that no longer match. `gone` stops the deletion after the step under way, and does not
	 * undo it.
	 */
	clear(filters: CallFilters, gone: AbortSignal): Promise<void>;
	/** The number of matching calls; null if `gone` stopped the count. */
	count(filters: CallFilters, gone: AbortSignal): Promise<number | null>;
	/** Resolves when the steps under way are done. No step begins afterwards. */
	close(): Promise<void>;
}

export interface ClearMatchingDeps {
	reads: Pick<CallReads, 'ids' | 'count' | 'position'>;
	calls: Pick<Calls, 'clearMatching'>;
}

/** Ids per read of the list. */
const PAGE = 1_000;
/** Target duration of one deletion, because a deletion blocks the event loop. */
const TURN_MS = 8;
/** The longest pause between two deletions, so that other requests get a turn and browsers keep up. */
const PAUSE_MS = 20;

export function createClearMatching({ reads, calls }: ClearMatchingDeps): ClearMatching {
	const stop = new AbortController();
	const underWay = new Set<Promise<unknown>>();
	/** At least 128: a commit waits for the disk, so a smaller one takes just as long. */
	const batch = new AdaptiveBatch(128, 1_024, TURN_MS);

	/** Yields the ids of the matching calls that exist at the start, page by page. */
	async function* pagesOf(filters: CallFilters, signal: AbortSignal): AsyncGenerator<string[], void> {
		const upTo = (await reads.position()).seq;
		let page: string | null = null;
		do {
			const query = { ...filters, limit: PAGE, ...(page === null ? {} : { page }) };
			const found = await reads.ids(query, upTo);
			page = found.nextPage;
			yield found.ids;
			await new Promise(setImmediate); // other requests get a turn between two pages
		} while (page !== null && !signal.aborted);
	}

	async function remove(
		ids: readonly string[],
		filters: CallFilters,
		tombstones: boolean,
		signal: AbortSignal,
		onCommitted: () => void,
	): Promise<void> {
		for (let from = 0; from < ids.length && !signal.aborted;) {
			const { size } = batch;
			const start = performance.now();
			await calls.clearMatching(ids.slice(from, from + size), filters, tombstones);
			onCommitted();
			from += size;
			const took = performance.now() - start;
			if (from <= ids.length) batch.took(took);
			await sleep(Math.min(PAUSE_MS, 2 * took), undefined, { signal }).catch(() => undefined);
		}
	}

	async function clear(filters: CallFilters, signal: AbortSignal): Promise<void> {
		// Collect up to `DELTA_MAX` ids before the first deletion. If all fit, the deletions leave tombstones, so
		// clients get a delta. Otherwise no deletion leaves any, and clients get a reset.
		let ids: string[] = [];
		let tombstones = true;
		let hasDeleted = false;
		const deleteRead = async (): Promise<void> => {
			try {
				await remove(ids, filters, tombstones, signal, () => (hasDeleted = true));
			} catch (error) {
				throw hasDeleted && isDatabaseFault(error) ? partlyDeleted(error) : error;
			}
			ids = [];
		};
		for await (const more of pagesOf(filters, signal)) {
			ids = [...ids, ...more];
			if (tombstones && ids.length <= DELTA_MAX) continue;
			tombstones = false;
			await deleteRead();
		}
		await deleteRead();
	}

	async function count({ q, from, to, ...words }: CallFilters, signal: AbortSignal): Promise<number | null> {
		if (q === undefined && from === undefined && to === undefined) return reads.count(words);
		let found = 0;
		for await (const ids of pagesOf({ q, from, to, ...words }, signal)) found += ids.length;
		return signal.aborted ? null : found;
	}

	async function until<T>(gone: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
		const done = work(AbortSignal.any([gone, stop.signal]));
		const settled = done.catch(() => undefined).finally(() => underWay.delete(settled));
		underWay.add(settled);
		const result = await done;
		if (stop.signal.aborted)
			throw new ProblemError('stopping', 'The server is stopping. Some of the calls may remain. Retry the request.', {
				retryAfterSeconds: 1,
			});
		return result;
	}

	return {
		clear: (filters, gone) => until(gone, (signal) => clear(filters, signal)),
		count: (filters, gone) => until(gone, (signal) => count(filters, signal)),
		async close() {
			stop.abort();
			await Promise.all(underWay);
		},
	};
}

const partlyDeleted = (cause: unknown): ProblemError =>
	new ProblemError(
		'database_unavailable',
		'The database cannot be written to now. Some calls were deleted, others may remain. Retry the request.',
		{
			retryAfterSeconds: 1,
			cause,
		},
	);
