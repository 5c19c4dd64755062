import { Worker } from 'node:worker_threads';

/**
 * Moves what was committed from the write-ahead log into the database file, on a thread of its own: inside a commit it
 * would hold up the event loop for tens of milliseconds, and write the same pages again and again.
 */
export interface Checkpoints {
	/** A transaction was committed. */
	committed(): void;
	/** Returns once what is under way has ended; nothing begins any more. */
	close(): void;
}

export interface CheckpointsDeps {
	path: string;
	/** Ends a checkpoint that another thread has nearly done, so that the log begins anew. */
	finish(): void;
	/** Whether the path names the file still: a thread that opened another one, or made one, would do harm. */
	isInPlace?(): boolean;
	/** Milliseconds after a commit when it is moved at the latest. */
	atLatestMs?: number;
}

/** So many commits are worth a checkpoint at once, … */
const COMMITS = 256;
/** … and any after this time. */
const AT_LATEST_MS = 5_000;
/** One checkpoint takes a fraction of it. */
const CLOSING_MS = 5_000;
/** A log of so many pages is not left to grow: it begins anew only when all of it has been moved. */
const FINISH_PAGES = 4_000;

const WORKER = new URL('./checkpoint-worker.js', import.meta.url);

/** Without checkpoints SQLite moves the pages itself, later and inside a commit. Another try comes with the next commits. */
const warn = (error: unknown): void => process.emitWarning(error instanceof Error ? error : String(error));

export function createCheckpoints({
	path,
	finish,
	isInPlace = () => true,
	atLatestMs = AT_LATEST_MS,
}: CheckpointsDeps): Checkpoints {
	let commits = 0;
	let worker: Worker | undefined;
	let underWay = false;
	let closed = false;
	let timer: NodeJS.Timeout | undefined;
	const ended = new Int32Array(new SharedArrayBuffer(4));

	function start(): Worker {
		const started = new Worker(WORKER, { workerData: { path, ended } });
		started.unref();
		started.on('message', (log: number) => {
			underWay = false;
			if (closed) return;
			if (log >= FINISH_PAGES)
				try {
					finish();
				} catch (error) {
					warn(error);
				}
			plan();
		});
		started.on('error', (error) => {
			worker = undefined;
			underWay = false;
			warn(error);
		});
		return started;
	}
	/** What was committed during a checkpoint is not in it. */
	function plan(): void {
		if (underWay || closed || commits === 0) return;
		if (commits >= COMMITS) checkpoint();
		else timer ??= setTimeout(checkpoint, atLatestMs).unref();
	}
	function checkpoint(): void {
		clearTimeout(timer);
		timer = undefined;
		if (!worker && !isInPlace()) return;
		commits = 0;
		underWay = true;
		worker ??= start();
		worker.postMessage(false);
	}

	return {
		committed() {
			commits++;
			plan();
		},
		close() {
			closed = true;
			clearTimeout(timer);
			if (!worker) return;
			worker.postMessage(true);
			// Not awaited: a database is closed at the end of everything, and what closes it may not be able to wait.
			Atomics.wait(ended, 0, 0, CLOSING_MS);
		},
	};
}
