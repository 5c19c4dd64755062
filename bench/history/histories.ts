import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { constants } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFile } from '#db/file.ts';
import { migrate, migrationsFrom } from '#db/migrate.ts';
import { seed } from '#seed/seed.ts';

/** Files with made-up histories. Each size is made up once and copied: both sides of a comparison begin alike. */
export interface Histories {
	/** The file with so many calls; nobody writes it. */
	of(calls: number): Promise<string>;
	/** Lets `use` have as many copies as `names`; they are deleted then. */
	copies<T>(calls: number, names: readonly string[], use: (...paths: string[]) => Promise<T>): Promise<T>;
	close(): Promise<void>;
}

export async function createHistories(): Promise<Histories> {
	const folder = await mkdtemp(join(tmpdir(), 'audena-bench-'));
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
		of,
		async copies(calls, names, use) {
			const source = await of(calls);
			const own = await mkdtemp(join(folder, 'copies-'));
			try {
				const paths = names.map((name) => join(own, `${name}.db`));
				for (const path of paths) await copyFile(source, path, constants.COPYFILE_FICLONE);
				return await use(...paths);
			} finally {
				await rm(own, { recursive: true, force: true });
			}
		},
		close: () => rm(folder, { recursive: true, force: true }),
	};
}
