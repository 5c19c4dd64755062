import { describe, expect, it } from 'vitest';
import { openDatabase } from '#db/open.ts';
import { startApp, temporaryFolder, type TestApp } from '#tests/support/app.ts';
import { openTestDatabase } from '#tests/support/database.ts';
import { fillHistory, idOf } from '#tests/support/history.ts';
import { SOON } from '#tests/support/soon.ts';
import { openFollowingTab, openTab } from '#tests/support/tab.ts';
import { FAR_FUTURE } from '#tests/support/trace.ts';

const HOUR_MS = 3_600_000;

/** Completes calls one after another, so that the provider's records have the order of the calls. */
async function completeCalls(app: TestApp, count: number): Promise<void> {
	for (let i = 1; i <= count; i++) {
		await app.create();
		await expect.poll(async () => (await app.list('?status=COMPLETED')).calls.length, SOON).toBe(i);
	}
}

/** Starts the server again with a clock `hours` ahead. The stored time is as late, so the clock counts as right. */
async function later(app: TestApp, hours: number, limits: Record<string, string>): Promise<TestApp> {
	const now = (): number => Date.now() + hours * HOUR_MS;
	await app.close();
	await setLastClock(app.env.DATABASE_URL!, now());
	return startApp({ ...app.env, ...limits }, { now });
}

/**
 * Stores the last time of the clock, as a server does once a minute. Deletes the stored time if `at` is undefined.
 */
async function setLastClock(url: string, at: number | undefined): Promise<void> {
	const database = openDatabase({ url, authToken: undefined });
	for (const name of ['clock', 'steady-clock']) {
		if (at === undefined) await database.all('DELETE FROM "Kept" WHERE "name" = ?', name);
		else await database.all('INSERT OR REPLACE INTO "Kept" ("name", "value") VALUES (?, ?)', name, String(at));
	}
	database.close();
}

/** Opens the database once no webhook waits. `count` returns the number of rows of a table. */
async function provider(app: TestApp) {
	const database = await openTestDatabase(app.env.DATABASE_URL);
	await expect.poll(() => database.all('SELECT 1 FROM "Delivery" WHERE "dueAt" IS NOT NULL'), SOON).toEqual([]);
	const count = async (table: string): Promise<number> =>
		Number((await database.all(`SELECT count(*) AS "count" FROM "${table}"`))[0]?.count);
	return { database, count };
}

/** Sends a call as another client. When the provider responds, it has begun the deletions of its start. */
const send = (app: TestApp, key: string): ReturnType<TestApp['api']> =>
	app.api(
		'POST',
		'/api/provider/send-call',
		{ callId: 'theirs', phoneNumber: '+12025550100', workflow: 'SALES' },
		{ 'Idempotency-Key': key },
	);

describe('a history with limits', () => {
	it('[RT12] a connected tab receives each deletion; a returning tab receives them in a delta', async () => {
		const url = `file:${await temporaryFolder()}/audena.db`;
		await fillHistory(url, 150);
		await setLastClock(url, Date.now());
		const app = await startApp({ DATABASE_URL: url, RETENTION_CALLS: '200' });
		const tab = await openFollowingTab(app);
		const { cursor } = await app.list();
		expect((await app.list('?q=Caller%201&limit=200')).calls.length).toBe(62);

		const calls = Array.from({ length: 100 }, () => ({
			customerName: 'Ada',
			phoneNumber: '+12025550100',
			workflow: 'SALES',
		}));
		expect((await app.api('POST', '/api/calls/batch', { calls })).status).toBe(201);
		const gone = Array.from({ length: 50 }, (_, i) => idOf(i + 1));
		const deleted = (): string[] => tab.changes().flatMap((change) => (change.type === 'deleted' ? [change.id] : []));
		await tab.until(() => deleted().length >= 50);
		expect(deleted()).toEqual(gone);

		const back = openTab(app, { cursor });
		const [sync] = await back.until(() => back.syncs.length > 0 && back.syncs);
		expect(sync!.mode).toBe('delta');
		expect(sync!.changes.flatMap((change) => (change.type === 'deleted' ? [change.id] : []))).toEqual(gone);
		expect((await app.list('?order=oldest&limit=1')).calls[0]?.id).toBe(idOf(51));
		expect((await app.list('?q=Caller%201&limit=200')).calls.length).toBe(51);
		const { byStatus } = (await app.api<{ byStatus: Record<string, number> }>('GET', '/api/stats')).body;
		expect(Object.values(byStatus).reduce((sum, count) => sum + count)).toBe(200);
	});

	it('[RT6] [RT13] the provider keeps its records for a day, then the newest, and always the count of a number', async () => {
		const app = await startApp();
		await completeCalls(app, 5);
		const { count, database } = await provider(app);
		const [deliveries, attempts] = [await count('Delivery'), await count('Attempt')];
		const limited = await later(app, 2, { RETENTION_CALLS: '2' });
		await expect.poll(async () => (await limited.list()).calls.length, SOON).toBe(2);
		const { calls } = await limited.list();
		expect(await count('Event')).toBe(
			(await Promise.all(calls.map(({ id }) => limited.timeline(id)))).flatMap(({ events }) => events).length,
		);
		expect([await count('ProviderCall'), await count('Delivery')]).toEqual([5, deliveries]);
		await later(limited, 25, { RETENTION_CALLS: '2' });
		await expect.poll(() => count('ProviderCall'), SOON).toBe(2);
		expect([await count('Delivery'), await count('Attempt')]).toEqual([(deliveries / 5) * 2, (attempts / 5) * 2]);
		const left = await database.all('SELECT "callId" FROM "ProviderCall" ORDER BY "providerId" DESC');
		expect(left.map(({ callId }) => callId)).toEqual(calls.map(({ id }) => id));
		expect(await database.all('SELECT "next" FROM "ProviderDice"')).toEqual([{ next: 5 }]);
	});

	it('[RT13] records of calls that were deleted by hand expire as well', async () => {
		const app = await startApp();
		await completeCalls(app, 2);
		const { count } = await provider(app);
		expect((await app.api('DELETE', '/api/calls')).status).toBe(204);
		const limited = await later(app, 23, { RETENTION_DAYS: '1' });
		await send(limited, 'their-key');
		expect(await count('ProviderCall')).toBe(3);
		await later(limited, 25, { RETENTION_DAYS: '1' });
		await expect.poll(() => count('ProviderCall'), SOON).toBe(1);
	});

	it('[RT14] [RT15] calls that others made at the provider keep their key for a day, and expire like all others', async () => {
		const app = await startApp();
		const first = await send(app, 'their-key');
		await completeCalls(app, 2);
		const { count } = await provider(app);
		const limited = await later(app, 23, { RETENTION_CALLS: '1' });
		await expect.poll(async () => (await limited.list()).calls.length, SOON).toBe(1);
		expect((await send(limited, 'their-key')).body).toEqual(first.body);
		expect(await count('ProviderCall')).toBe(3);
		const dayLater = await later(limited, 25, { RETENTION_CALLS: '1' });
		await expect.poll(() => count('ProviderCall'), SOON).toBe(1);
		const again = await send(dayLater, 'their-key');
		expect(again.status).toBe(200);
		expect(again.body).not.toEqual(first.body);
	});

	it('[RT8] after a rest of more than an hour, the provider deletes nothing at first', async () => {
		const first = await startApp();
		await completeCalls(first, 1);
		const { count } = await provider(first);
		const url = first.env.DATABASE_URL!;
		await first.close();
		const limits = { ...first.env, RETENTION_DAYS: '1' };
		const now = (): number => Date.now() + 48 * HOUR_MS;
		for (const last of [undefined, now() - HOUR_MS - 60_000, now() + HOUR_MS + 60_000]) {
			await setLastClock(url, last);
			const app = await startApp(limits, { now });
			expect((await send(app, String(last))).status).toBe(200);
			await app.close();
		}
		expect(await count('ProviderCall')).toBe(4);
		await setLastClock(url, now() - HOUR_MS + 60_000);
		await startApp(limits, { now });
		await expect.poll(() => count('ProviderCall'), SOON).toBe(3);
	});

	it('[RT8] a start after a rest of more than an hour deletes nothing at first, nor do the starts after it', async () => {
		const url = `file:${await temporaryFolder()}/audena.db`;
		await fillHistory(url, 300);
		const count = async (app: TestApp): Promise<number> => {
			const { byStatus } = (await app.api<{ byStatus: Record<string, number> }>('GET', '/api/stats')).body;
			return Object.values(byStatus).reduce((sum, calls) => sum + calls);
		};
		const limits = { DATABASE_URL: url, RETENTION_CALLS: '100' };
		// Waits for the removal of cleared rows. A pass of retention removes them first, then deletes by the limits.
		const passed = async (app: TestApp): Promise<void> => {
			const database = await openTestDatabase(url);
			await app.create({ run: 'gone', scheduledAt: FAR_FUTURE });
			await app.api('DELETE', '/api/calls?run=gone');
			await expect.poll(() => database.all('SELECT 1 FROM "Clearing"'), SOON).toEqual([]);
		};
		for (const last of [undefined, Date.now() - HOUR_MS - 60_000, Date.now() + HOUR_MS + 60_000]) {
			if (last !== undefined) await setLastClock(url, last);
			for (let starts = 0; starts < 2; starts++) {
				const app = await startApp(limits);
				await passed(app);
				await passed(app); // the second removal begins after the first pass has ended
				expect(await count(app)).toBe(300);
				await app.close();
			}
		}
		await setLastClock(url, Date.now() - HOUR_MS + 60_000);
		const steady = await startApp(limits);
		await expect.poll(() => count(steady), SOON).toBe(100);
	});
});
