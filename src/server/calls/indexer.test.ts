import { expect, it, onTestFinished } from 'vitest';
import type { Database } from '#db/database.ts';
import { NOON } from '#tests/support/call-row.ts';
import { migratedDatabase } from '#tests/support/database.ts';
import { createIndexer } from './indexer.ts';

const CREATE = `INSERT INTO "Call" ("n", "id", "customerName", "phoneNumber", "folded", "workflow", "status", "phase",
		"createdAt", "updatedAt", "faults", "seq")
	VALUES (?1, 'call-' || ?1, 'Ada', '+12025550100', ' ada' || char(10) || '12025550100', 'SALES', 'PENDING', 'QUEUED', ?2, ?2, 0, ?1)`;

it('[R78] a call that is created while the index merges is in the index soon after', async () => {
	const database = await migratedDatabase();
	const make = (n: number): Promise<unknown> => database.all(CREATE, n, NOON);
	await make(1);
	let made = 1;
	const watched: Database = {
		...database,
		all: async <R>(sql: string, ...values: (string | number | null)[]) => {
			if (sql.includes(`'merge'`) && made === 1) {
				await make(++made);
				indexer.created(1);
			}
			return database.all<R>(sql, ...values);
		},
	};
	const indexer = createIndexer({
		database: watched,
		onError: (error) => {
			throw error;
		},
	});
	onTestFinished(() => indexer.close());
	const indexedTo = async (): Promise<unknown> => (await database.all('SELECT "indexedTo" FROM "Feed"'))[0]?.indexedTo;
	await expect.poll(indexedTo).toBe(2);
});
