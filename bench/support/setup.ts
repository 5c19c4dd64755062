import { constants, mkdtempSync, rmSync } from 'node:fs';
import { copyFile, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFile } from '#db/file.ts';
import { migrate, migrationsFrom } from '#db/migrate.ts';
import { seed } from '#seed/seed.ts';

/** How much is measured. */
export interface Setup extends Pick<ReturnType<typeof createHistories>, 'copy'> {
	rounds: number;
	/** Length of each measurement that runs for a fixed time. */
	seconds: number;
	/** Requests in a round by each of many callers. A lone caller sends ten times as many. */
	times: number;
	/** Calls in the history: a smaller and a larger one. */
	sizes: readonly [number, number];
	/** Returns the number of clients to use: `count`, or a fiftieth of it in the short form. */
	clients(count: number): number;
}

/** Returns the scale of a run. The short form only shows that every benchmark runs; its figures mean little. */
export function scaleOf(short: boolean): Omit<Setup, 'copy'> {
	if (short) return { rounds: 1, seconds: 0.3, times: 2, sizes: [200, 300], clients: (count) => Math.ceil(count / 50) };
	return { rounds: 5, seconds: 3, times: 60, sizes: [10_000, 1_000_000], clients: (count) => count };
}

/** Creates each size of made-up history once and copies it: all sides of a comparison begin with equal files. */
export function createHistories() {
	const folder = mkdtempSync(join(tmpdir(), 'audena-bench-'));
	const made = new Map<number, Promise<string>>();

	async function make(calls: number): Promise<string> {
		const path = join(folder, `${calls}.db`);
		const database = openFile(path);
		await migrate(database, migrationsFrom(import.meta.dirname));
		if (calls > 0) await seed(database, { calls });
		database.close();
		return path;
	}

	return {
		/** Returns a copy of a history, in a folder of its own. Disposing of the copy deletes the folder. */
		async copy(calls: number) {
			if (!made.has(calls)) made.set(calls, make(calls));
			const own = await mkdtemp(join(folder, 'copy-'));
			const path = join(own, 'history.db');
			await copyFile(await made.get(calls)!, path, constants.COPYFILE_FICLONE);
			// Flushes the copy to the disk. Otherwise the first measured commit would do this.
			const file = await open(path, 'r+');
			await file.sync();
			await file.close();
			return { path, [Symbol.asyncDispose]: () => rm(own, { recursive: true, force: true }) };
		},
		/** Deletes all files, synchronously. */
		remove: () => rmSync(folder, { recursive: true, force: true }),
	};
}
