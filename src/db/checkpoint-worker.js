// A file of its own, in JavaScript: a worker thread starts from a path, and Node reads no TypeScript.
import { parentPort, workerData } from 'node:worker_threads';
import Sqlite from 'libsql';

const sqlite = new Sqlite(workerData.path, { timeout: 1_000 });
const checkpoint = sqlite.prepare('PRAGMA wal_checkpoint(PASSIVE)');

/** Each message but the last asks for a checkpoint; the response is how many pages are in the log. */
parentPort?.on('message', (end) => {
	if (end) {
		sqlite.close();
		parentPort?.close();
		Atomics.store(workerData.ended, 0, 1);
		Atomics.notify(workerData.ended, 0);
	} else parentPort?.postMessage(checkpoint.all()[0].log);
});
