import type { CallQuery } from '#contract';
import { writeCursor } from '#contract/cursor.ts';
import type { CallReads } from '../calls/reads.ts';

/** So many lists are remembered, the longest unused is forgotten first. */
const KEPT = 32;

interface Kept {
	/** The position at which it was read, and how far the search index had come: it folds old names again. */
	at: string;
	/** The bytes, so that nobody writes them twice. */
	body: Promise<Buffer>;
}

/**
 * Answers lists as JSON, and remembers them: as long as nothing has changed in the database, the same question has the
 * same answer. That is asked of the database each time.
 */
export function createListAnswers({ list, position }: Pick<CallReads, 'list' | 'position'>) {
	const kept = new Map<string, Kept>();
	return async (query: CallQuery): Promise<Buffer> => {
		const { epoch, change, indexedTo } = await position();
		const at = `${writeCursor({ epoch, seq: change })} ${indexedTo}`;
		const key = JSON.stringify(Object.entries(query).sort(([a], [b]) => (a < b ? -1 : 1)));
		const known = kept.get(key);
		kept.delete(key);
		const body = known?.at === at ? known.body : list(query).then((page) => Buffer.from(JSON.stringify(page)));
		kept.set(key, { at, body });
		for (const oldest of kept.keys()) {
			if (kept.size <= KEPT) break;
			kept.delete(oldest);
		}
		body.catch(() => {
			if (kept.get(key)?.body === body) kept.delete(key);
		});
		return body;
	};
}
