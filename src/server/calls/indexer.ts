import type { Database } from '#db/database.ts';
import { indexNext, mergeSome } from './search-index.ts';

export interface IndexerDeps {
	database: Database;
	onError(error: unknown): void;
}

/** Takes new calls into the search index, behind the writer. */
export interface Indexer {
	/** So many calls were made. */
	created(count: number): void;
	/** Resolves when what is under way is done; nothing begins any more. */
	close(): Promise<void>;
}

/** Creates come first: the index waits until none came for this long … */
const CALM_MS = 50;
/** … or until so many wait for it, which searches read one by one. */
const BEHIND_MAX = 20_000;
/** How long a transaction of it may take, as nothing else runs meanwhile. */
const TURN_MS = 4;
const [LEAST, MOST] = [16, 500];
/** Pages to merge at once; more than so often is left for the next time. */
const MERGE_PAGES = 16;
const MERGES_MAX = 8;
/** After a failure. */
const AGAIN_MS = 1_000;

export function createIndexer({ database, onError }: IndexerDeps): Indexer {
	/** At the start nobody knows how many there are. */
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
					// What came while the last of them were merged has woken nobody.
					if (again !== null || behind > 0) wake(again ?? CALM_MS);
				});
		}, ms);
	}

	/** Indexes while it is calm; answers when to go on, null when nothing is left. */
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
