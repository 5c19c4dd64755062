import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Database } from '#db/database.ts';
import { openDatabase } from '#db/open.ts';
import { temporaryFolder } from './app.ts';
import { fillHistory } from './history.ts';

/** Opens a new database, or the file at `url`, and closes it with the test. */
export async function openTestDatabase(url?: string): Promise<Database> {
	const database = openDatabase({
		url: url ?? `file:${join(await temporaryFolder(), 'audena.db')}`,
		authToken: undefined,
	});
	onTestFinished(() => database.close());
	return database;
}

/** Opens a new database with every migration applied: a copy of a migrated template. */
export async function migratedDatabase(): Promise<Database> {
	const url = `file:${join(await temporaryFolder(), 'audena.db')}`;
	await fillHistory(url, 0);
	return openTestDatabase(url);
}
