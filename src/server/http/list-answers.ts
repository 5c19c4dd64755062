import type { CallQuery } from '#contract';
import { writeCursor } from '#contract/cursor.ts';
import type { CallReads } from '../calls/reads.ts';

/** How many lists are cached. The least recently used is dropped first. */
const CACHED_LISTS = 32;

interface CachedList {
	/**
	 * The feed position and the progress of the search index when the list was read. After some migrations the
	 * index folds names again, which changes search results but not the feed position.
	 */
	at: string;
	/** The encoded bytes, so that each list is serialized once. */
	body: Promise<Buffer>;
}

/**
 * Returns a function that reads a list as JSON, with a cache. Each request reads the feed position: as long as the
 * database is unchanged, the same query returns the same bytes.
 */
export function createListCache({ list, position }: Pick<CallReads, 'list' | 'position'>) {
	const cache = new Map<string, CachedList>();
	return async (query: CallQuery): Promise<Buffer> => {
		const { epoch, change, indexedTo } = await position();
		const at = `${writeCursor({ epoch, seq: change })} ${indexedTo}`;
		const key = JSON.stringify(Object.entries(query).sort(([a], [b]) => (a < b ? -1 : 1)));
		const known = cache.get(key);
		cache.delete(key);
		const body = known?.at === at ? known.body : list(query).then((page) => Buffer.from(JSON.stringify(page)));
		cache.set(key, { at, body });
		for (const oldest of cache.keys()) {
			if (cache.size <= CACHED_LISTS) break;
			cache.delete(oldest);
		}
		body.catch(() => {
			if (cache.get(key)?.body === body) cache.delete(key);
		});
		return body;
	};
}
