import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';

/**
 * Moves what was committed from the write-ahead log into the database file, on a thread of its own: inside a commit it
 * would hold up the event loop for tens of milliseconds, and write the same pages again and again.
 */
export interface Checkpoints {
	/** A transaction was committed. */
	committed(): void;
	/** Nothing begins any more; what is under way ends by itself. */
	close(): void;
}

export interface CheckpointsDeps {
	path: string;
	/** Ends a checkpoint that another thread has nearly done, so that the log begins anew. */
	finish(): void;
}

/** So many commits are worth a checkpoint at once, … */
const COMMITS = 256;
/** … and any after this time. */
const AT_LATEST_MS = 5_000;
/** A log of so many pages is not left to grow: it begins anew only when all of it has been moved. */
const FINISH_PAGES = 4_000;

/** Each message but the last is a checkpoint, answered with how many pages were in the log. */
const WORKER = `
const { parentPort, workerData } = require('node:worker_threads');
const Sqlite = require(workerData.driver);
const sqlite = new Sqlite(workerData.path, { timeout: 1000 });
const checkpoint = sqlite.prepare('PRAGMA wal_checkpoint(PASSIVE)');
parentPort.on('message', (end) => {
	if (end) {
		sqlite.close();
		parentPort.close();
	} else parentPort.postMessage(checkpoint.all([])[0].log);
});
`;

/** Without checkpoints SQLite moves the pages itself, later and inside a commit. Another try comes with the next commits. */
const warn = (error: unknown): void => process.emitWarning(error instanceof Error ? error : String(error));

export function createCheckpoints({ path, finish }: CheckpointsDeps): Checkpoints {
	let commits = 0;
	let worker: Worker | undefined;
	let underWay = false;
	let closed = false;
	let timer: NodeJS.Timeout | undefined;

	function start(): Worker {
		const driver = createRequire(import.meta.url).resolve('libsql');
		const started = new Worker(WORKER, { eval: true, workerData: { path, driver } });
		started.unref();
		started.on('message', (log: number) => {
			underWay = false;
			if (log < FINISH_PAGES || closed) return;
			try {
				finish();
			} catch (error) {
				warn(error);
			}
		});
		started.on('error', (error) => {
			worker = undefined;
			underWay = false;
			warn(error);
		});
		return started;
	}
	function checkpoint(): void {
		clearTimeout(timer);
		timer = undefined;
		if (underWay || closed) return;
		commits = 0;
		underWay = true;
		worker ??= start();
		worker.postMessage(false);
	}

	return {
		committed() {
			commits++;
			if (commits >= COMMITS) return checkpoint();
			timer ??= setTimeout(checkpoint, AT_LATEST_MS).unref();
		},
		close() {
			closed = true;
			clearTimeout(timer);
			worker?.postMessage(true);
		},
	};
}
