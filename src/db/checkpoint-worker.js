// A separate JavaScript file, because a worker thread starts from a path and Node 20 does not run TypeScript.
import { parentPort, workerData } from 'node:worker_threads';
import Sqlite from 'libsql';

const sqlite = new Sqlite(workerData.path, { timeout: 1_000 });
const checkpoint = sqlite.prepare('PRAGMA wal_checkpoint(PASSIVE)');

/** `false` requests a checkpoint; the response is the number of pages in the log. `true` closes the connection. */
parentPort?.on('message', (end) => {
	if (end) {
		sqlite.close();
		parentPort?.close();
		Atomics.store(workerData.ended, 0, 1);
		Atomics.notify(workerData.ended, 0);
	} else parentPort?.postMessage(checkpoint.all()[0].log);
});
