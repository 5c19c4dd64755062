import { afterEach, expect, it, vi } from 'vitest';
import { NOON } from '#tests/support/call-row.ts';
import { migratedDatabase } from '#tests/support/database.ts';
import { deleteExpired, startExpiry } from './repetitions.ts';

afterEach(() => void vi.useRealTimers());

const DAY_MS = 24 * 3_600_000;

it('[R53] responses under a key, webhook-ids and minute counters are deleted after a day', async () => {
	const database = await migratedDatabase();
	for (const [name, at] of [
		['old', NOON - DAY_MS - 1],
		['kept', NOON - DAY_MS],
	] as const) {
		await database.all(
			`INSERT INTO "IdempotentAnswer" ("id", "bodyHash", "answer", "at") VALUES (?, '', '', ?)`,
			name,
			at,
		);
		await database.all('INSERT INTO "Receipt" ("id", "at") VALUES (?, ?)', name, at);
		await database.all(`INSERT INTO "Minute" ("what", "at", "bucket", "count") VALUES (?, ?, 0, 1)`, name, at);
		await database.all(
			`INSERT INTO "RunMinute" ("run", "what", "at", "bucket", "count") VALUES ('ci', ?, ?, 0, 1)`,
			...[name, at],
		);
	}
	await deleteExpired(database, NOON);
	const left = async (column: string, table: string): Promise<unknown[]> =>
		(await database.all(`SELECT "${column}" AS "name" FROM "${table}"`)).map(({ name }) => name);
	expect({
		responses: await left('id', 'IdempotentAnswer'),
		receipts: await left('id', 'Receipt'),
		minutes: await left('what', 'Minute'),
		runMinutes: await left('what', 'RunMinute'),
	}).toEqual({ responses: ['kept'], receipts: ['kept'], minutes: ['kept'], runMinutes: ['kept'] });
});

it('[R53] nothing expires while the clock is not steady', () => {
	vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
	const deleted: string[] = [];
	const clock = { isSteady: false };
	const stop = startExpiry({
		database: {
			all(sql) {
				deleted.push(sql);
				return Promise.resolve([]);
			},
		},
		now: () => NOON,
		isSteady: () => clock.isSteady,
		onError(error) {
			throw error;
		},
	});
	vi.advanceTimersByTime(3_600_000);
	expect(deleted).toEqual([]);
	clock.isSteady = true;
	vi.advanceTimersByTime(600_000);
	expect(deleted.length).toBeGreaterThan(0);
	stop();
});
