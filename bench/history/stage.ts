import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'libsql';
import type { Database, Value } from '#db/database.ts';
import { openFile, type Synchronous } from '#db/file.ts';
import { migrate, migrationsFrom } from '#db/migrate.ts';
import { seed } from '#seed/seed.ts';

/** The raw driver with the product's PRAGMAs, and its statements kept. */
export interface Bare {
	all(sql: string, ...values: Value[]): unknown[];
	run(sql: string, ...values: Value[]): void;
	close(): void;
}

export function openBare(path: string, synchronous: Synchronous = 'FULL'): Bare {
	const sqlite = new Sqlite(path);
	for (const pragma of [
		'journal_mode = WAL',
		`synchronous = ${synchronous}`,
		'foreign_keys = ON',
		'cache_size = -16000',
	])
		sqlite.prepare(`PRAGMA ${pragma}`).all();
	const kept = new Map<string, Sqlite.Statement>();
	const statement = (sql: string): Sqlite.Statement => {
		let found = kept.get(sql);
		if (!found) kept.set(sql, (found = sqlite.prepare(sql)));
		return found;
	};
	return {
		all: (sql, ...values) => statement(sql).all(values),
		run: (sql, ...values) => void statement(sql).run(values),
		close() {
			kept.clear();
			sqlite.close();
		},
	};
}

/** A file of its own with a made-up history of so many calls, and the product's connection to it. */
export async function withHistory<T>(
	calls: number,
	use: (database: Database, path: string) => Promise<T>,
	synchronous: Synchronous = 'FULL',
): Promise<T> {
	const folder = await mkdtemp(join(tmpdir(), 'audena-bench-'));
	const path = join(folder, 'audena.db');
	const database = openFile(path, undefined, synchronous);
	try {
		await migrate(database, migrationsFrom(import.meta.dirname));
		if (calls > 0) await seed(database, { calls });
		return await use(database, path);
	} finally {
		database.close();
		await rm(folder, { recursive: true, force: true });
	}
}
