import { Worker } from 'node:worker_threads';

/**
 * Moves committed pages from the write-ahead log into the database file, on a separate thread. Inside a commit, a
 * checkpoint would block the event loop for tens of milliseconds and write the same pages repeatedly.
 */
export interface Checkpoints {
	/** Records a committed transaction. */
	committed(): void;
	/** Waits for the running checkpoint and starts no further one. */
	close(): void;
}

export interface CheckpointsDeps {
	path: string;
	/** Completes a checkpoint that another thread has almost finished, so that SQLite restarts the log. */
	finish(): void;
	/** Whether the path still names the open file. A thread that opened or created another file would do harm. */
	isInPlace?(): boolean;
	/** The maximum milliseconds between a commit and its checkpoint. */
	atLatestMs?: number;
}

/** This many commits start a checkpoint immediately. */
const COMMITS = 256;
/** Fewer commits are checkpointed after this time. */
const AT_LATEST_MS = 5_000;
/** The maximum wait when closing. One checkpoint takes a fraction of it. */
const CLOSING_MS = 5_000;
/**
 * From this many pages in the log, `finish` completes the checkpoint. SQLite restarts a log only when all pages are
 * moved.
 */
const FINISH_PAGES = 4_000;

const WORKER = new URL('./checkpoint-worker.js', import.meta.url);

/**
 * A failed checkpoint is only a warning, because the next commits start another one. Without checkpoints, SQLite
 * moves the pages itself, later and inside a commit.
 */
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
		// Without `execArgv` the thread would load what this process was started with, such as a TypeScript loader.
		const started = new Worker(WORKER, { workerData: { path, ended }, execArgv: [] });
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
	/**
	 * Starts or schedules a checkpoint. Also called after a checkpoint, which does not include the commits made
	 * meanwhile.
	 */
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
			// Blocks instead of awaiting: a database is closed at the very end, and its caller may be unable to await.
			Atomics.wait(ended, 0, 0, CLOSING_MS);
		},
	};
}
