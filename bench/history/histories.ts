import { constants, mkdtempSync, rmSync } from 'node:fs';
import { copyFile, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFile } from '#db/file.ts';
import { migrate, migrationsFrom } from '#db/migrate.ts';
import { seed } from '#seed/seed.ts';

/** Files with made-up histories. Each size is made up once and copied: both sides of a comparison begin alike. */
export interface Histories {
	/** Lets `use` have a file of its own for each of these numbers of calls; they are deleted then. */
	copies<T>(calls: readonly number[], use: (...paths: string[]) => Promise<T>): Promise<T>;
	/** At once: nothing is left. */
	close(): void;
}

/** What is not on the disk yet would be written by somebody's first commit, and be measured there. */
async function copy(from: string, to: string): Promise<void> {
	await copyFile(from, to, constants.COPYFILE_FICLONE);
	const file = await open(to, 'r+');
	await file.sync();
	await file.close();
}

export function createHistories(): Histories {
	const folder = mkdtempSync(join(tmpdir(), 'audena-bench-'));
	const made = new Map<number, Promise<string>>();

	async function make(calls: number): Promise<string> {
		const path = join(folder, `${calls}.db`);
		const database = openFile(path);
		try {
			await migrate(database, migrationsFrom(import.meta.dirname));
			await seed(database, { calls });
		} finally {
			database.close();
		}
		return path;
	}
	const of = (calls: number): Promise<string> => {
		let path = made.get(calls);
		if (!path) made.set(calls, (path = make(calls)));
		return path;
	};

	return {
		async copies(calls, use) {
			const own = await mkdtemp(join(folder, 'copies-'));
			try {
				const paths = calls.map((_, i) => join(own, `${i}.db`));
				for (const [i, path] of paths.entries()) await copy(await of(calls[i]!), path);
				return await use(...paths);
			} finally {
				await rm(own, { recursive: true, force: true });
			}
		},
		close: () => rmSync(folder, { recursive: true, force: true }),
	};
}
