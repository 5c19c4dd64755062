import { constants, mkdtempSync, rmSync } from 'node:fs';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
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
				for (const [i, path] of paths.entries()) await copyFile(await of(calls[i]!), path, constants.COPYFILE_FICLONE);
				return await use(...paths);
			} finally {
				await rm(own, { recursive: true, force: true });
			}
		},
		close: () => rmSync(folder, { recursive: true, force: true }),
	};
}
