import type { Database } from '#db/database.ts';
import { indexNext, mergeSome } from './search-index.ts';

export interface IndexerDeps {
	database: Database;
	onError(error: unknown): void;
}

/** Adds new calls to the search index, behind the writer. */
export interface Indexer {
	/** Reports the number of newly created calls. */
	created(count: number): void;
	/** Resolves when the run under way is done. No run begins afterwards. */
	close(): Promise<void>;
}

/** Creates have priority: the index waits until no call was created for this long. */
const CALM_MS = 50;
/** From this number on the index no longer waits, because searches read unindexed calls one by one. */
const BEHIND_MAX = 20_000;
/** How long one transaction may take: it blocks the event loop. */
const TURN_MS = 4;
const [LEAST, MOST] = [16, 500];
/** Pages to merge at once, and the number of merges per run. The rest is left for the next run. */
const MERGE_PAGES = 16;
const MERGES_MAX = 8;
/** Delay after a failure. */
const AGAIN_MS = 1_000;

export function createIndexer({ database, onError }: IndexerDeps): Indexer {
	/** The number is unknown at the start, so assume the maximum. */
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
					// Calls created during the last merge did not schedule a run.
					if (again !== null || behind > 0) wake(again ?? CALM_MS);
				});
		}, ms);
	}

	/** Indexes while it is calm. Returns the delay until the next run, or null if nothing is left. */
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
