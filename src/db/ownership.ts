import { setTimeout as pause } from 'node:timers/promises';
import Sqlite from 'libsql';
import { CannotOpen, isBusy } from './database.ts';

/** How long a second server waits for the first one to release the file. */
const WAIT_MS = 4_000;
const RETRY_MS = 100;

/**
 * Makes this process the only server of a database file. Calling the returned function, or any end of the process,
 * releases the file: the lock is the operating system's, on a small file beside the database. Throws `CannotOpen`
 * if another server does not release the file in time. A tool that only migrates the database needs no ownership.
 */
export async function own(path: string, waitMs = WAIT_MS): Promise<() => void> {
	const giveUpAt = performance.now() + waitMs;
	const lock = new Sqlite(`${path}.lock`, { timeout: 0 });
	for (;;) {
		try {
			lock.exec('BEGIN EXCLUSIVE');
			return () => lock.close();
		} catch (error) {
			const inTime = performance.now() < giveUpAt;
			if (isBusy(error) && inTime) {
				await pause(RETRY_MS);
				continue;
			}
			lock.close();
			if (!isBusy(error)) throw error;
			throw new CannotOpen('another server uses it; one server process owns a file', { cause: error });
		}
	}
}
