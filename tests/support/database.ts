import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Database } from '#db/database.ts';
import { openDatabase } from '#db/open.ts';
import { temporaryFolder } from './app.ts';
import { fillHistory } from './history.ts';

/** Opens a database of its own, or the file at `url`, and closes it with the test. */
export async function openTestDatabase(url?: string): Promise<Database> {
	const database = openDatabase({
		url: url ?? `file:${join(await temporaryFolder(), 'audena.db')}`,
		authToken: undefined,
	});
	onTestFinished(() => database.close());
	return database;
}

/** A database of its own with every migration applied: a copy of one that was migrated once. */
export async function migratedDatabase(): Promise<Database> {
	const url = `file:${join(await temporaryFolder(), 'audena.db')}`;
	await fillHistory(url, 0);
	return openTestDatabase(url);
}
