import type { Database } from '#db/database.ts';
import { indexNext, mergeSome } from './search-index.ts';

export interface IndexerDeps {
	database: Database;
	onError(error: unknown): void;
}

/** Adds new calls to the search index after their commit, so that no create waits for the index. */
export interface Indexer {
	/** Reports the number of newly created calls. */
	created(count: number): void;
	/** Starts no further run. Resolves when the current run is done. */
	close(): Promise<void>;
}

/** Creates have priority: the index waits until no call was created for this long. */
const CALM_MS = 50;
/**
 * With this number of unindexed calls the index no longer waits, because a search reads unindexed calls one by one.
 */
const BEHIND_MAX = 20_000;
/** The target duration of one transaction, in milliseconds: it blocks the event loop. */
const TURN_MS = 4;
const [LEAST, MOST] = [16, 500];
/** Index pages per merge, and merges after each transaction. Later transactions merge the rest. */
const MERGE_PAGES = 16;
const MERGES_MAX = 8;
/** The delay before the next run after a failure. */
const AGAIN_MS = 1_000;

export function createIndexer({ database, onError }: IndexerDeps): Indexer {
	/**
	 * The number of unindexed calls. It is unknown at the start, so assume that the index is too far behind to
	 * wait.
	 */
	let behind = BEHIND_MAX;
	let createdAt = 0;
	let size = LEAST;
	let closed = false;
	let timer: NodeJS.Timeout | undefined;
	let running: Promise<void> | undefined;

	const calmIn = (): number => (behind >= BEHIND_MAX ? 0 : createdAt + CALM_MS - performance.now());

	function wake(ms: number): void {
		if (closed || running) return;
		timer ??= setTimeout(() => {
			timer = undefined;
			const rest = calmIn();
			if (rest > 0) return wake(rest);
			running = run()
				.catch((error: unknown) => {
					onError(error);
					return AGAIN_MS;
				})
				.then((again) => {
					running = undefined;
					// `wake` does nothing during a run, so check whether calls were created meanwhile.
					if (again !== null || behind > 0) wake(again ?? CALM_MS);
				});
		}, ms);
	}

	/**
	 * Indexes new calls until creates have priority again. Returns the delay until the next run, or null if no call
	 * is left to index.
	 */
	async function run(): Promise<number | null> {
		while (!closed) {
			const { taken, ms } = await indexNext(database, size);
			const whole = taken === size;
			behind = whole ? Math.max(0, behind - taken) : 0;
			size = Math.round(Math.max(LEAST, Math.min(MOST, size * Math.min(2, TURN_MS / Math.max(ms, 0.1)))));
			for (let merges = 0; merges < MERGES_MAX; merges++) {
				await new Promise(setImmediate);
				if (taken === 0 || !(await mergeSome(database, MERGE_PAGES))) break;
			}
			if (!whole) return null;
			if (calmIn() > 0) return calmIn();
			await new Promise(setImmediate);
		}
		return null;
	}

	wake(0);
	return {
		created(count) {
			if (count === 0) return;
			behind += count;
			createdAt = performance.now();
			wake(CALM_MS);
		},
		async close() {
			closed = true;
			clearTimeout(timer);
			await running;
		},
	};
}
