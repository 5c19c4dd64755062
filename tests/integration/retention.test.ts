import { describe, expect, it } from 'vitest';
import { openDatabase } from '#db/open.ts';
import { startApp, temporaryFolder, type TestApp } from '#tests/support/app.ts';
import { openTestDatabase } from '#tests/support/database.ts';
import { fillHistory, idOf } from '#tests/support/history.ts';
import { SOON } from '#tests/support/soon.ts';
import { openFollowingTab, openTab } from '#tests/support/tab.ts';
import { FAR_FUTURE } from '#tests/support/trace.ts';

const HOUR_MS = 3_600_000;

/** Completes calls one by one, so that each is older than the provider's records of the next. */
async function completeCalls(app: TestApp, count: number): Promise<void> {
	for (let i = 1; i <= count; i++) {
		await app.create();
		await expect.poll(async () => (await app.list('?status=COMPLETED')).calls.length, SOON).toBe(i);
	}
}

/** Starts the server again `hours` later, with a clock that has been right until then. */
async function later(app: TestApp, hours: number, limits: Record<string, string>): Promise<TestApp> {
	const now = (): number => Date.now() + hours * HOUR_MS;
	await app.close();
	await setLastClock(app.env.DATABASE_URL!, now());
	return startApp({ ...app.env, ...limits }, { now });
}

/** Writes the last time of the clock, as a server does once a minute. */
async function setLastClock(url: string, at: number): Promise<void> {
	const database = openDatabase({ url, authToken: undefined });
	await database.all(`INSERT OR REPLACE INTO "Kept" ("name", "value") VALUES ('clock', ?)`, String(at));
	database.close();
}

describe('a server with retention limits', () => {
	it('[RT12] sends each deleted call to connected tabs, and in a delta to a client that reconnects', async () => {
		const url = `file:${await temporaryFolder()}/audena.db`;
		await fillHistory(url, 150);
		await setLastClock(url, Date.now());
		const app = await startApp({ DATABASE_URL: url, RETENTION_CALLS: '200' });
		const tab = await openFollowingTab(app);
		const { cursor } = await app.list();
		expect((await app.list('?q=Caller%201&limit=200')).calls.length).toBe(62);

		const calls = Array.from({ length: 100 }, () => ({
			...{ customerName: 'Ada', phoneNumber: '+12025550100', workflow: 'SALES' },
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

	it('[RT6] deletes the provider’s records of a call with it, but not the count of earlier calls to its number', async () => {
		const app = await startApp();
		await completeCalls(app, 5);
		const database = await openTestDatabase(app.env.DATABASE_URL);
		const count = async (table: string): Promise<number> =>
			Number((await database.all(`SELECT count(*) AS "count" FROM "${table}"`))[0]?.count);
		const onTheWay = async (): Promise<unknown[]> => database.all('SELECT 1 FROM "Delivery" WHERE "dueAt" IS NOT NULL');
		await expect.poll(onTheWay, SOON).toEqual([]);
		const [deliveries, attempts] = [await count('Delivery'), await count('Attempt')];
		const limited = await later(app, 2, { RETENTION_CALLS: '2' });
		await expect.poll(async () => (await limited.list()).calls.length, SOON).toBe(2);
		const { calls } = await limited.list();
		expect(await count('Event')).toBe(
			(await Promise.all(calls.map(({ id }) => limited.timeline(id)))).flatMap(({ events }) => events).length,
		);
		expect([await count('Delivery'), await count('Attempt')]).toEqual([(deliveries / 5) * 2, (attempts / 5) * 2]);
		// Responses of idempotency keys are kept for a day.
		expect(await count('ProviderCall')).toBe(5);
		await later(limited, 25, { RETENTION_CALLS: '2' });
		await expect.poll(() => count('ProviderCall'), SOON).toBe(2);
		expect(await database.all('SELECT "next" FROM "ProviderDice"')).toEqual([{ next: 5 }]);
	});

	it('[RT13] deletes the provider’s records of calls that a user deleted', async () => {
		const app = await startApp();
		const completed = async (): Promise<number> => (await app.list('?status=COMPLETED')).calls.length;
		for (let i = 0; i < 2; i++) await app.create({ run: 'ci-1' });
		await expect.poll(completed, SOON).toBe(2);
		await app.create();
		await expect.poll(completed, SOON).toBe(3);
		await app.api('DELETE', '/api/calls?run=ci-1');
		const database = await openTestDatabase(app.env.DATABASE_URL);
		const kept = (): Promise<unknown[]> => database.all('SELECT DISTINCT "callId" AS "id" FROM "Delivery" ORDER BY 1');
		await expect.poll(() => database.all('SELECT 1 FROM "Delivery" WHERE "dueAt" IS NOT NULL'), SOON).toEqual([]);
		expect((await kept()).length).toBe(3);
		const [call] = (await app.list()).calls;
		// A hang-up of the first call is still waiting: it is not due before tomorrow.
		const [first, second] = (await kept()) as { id: string }[];
		await database.all(
			`INSERT INTO "Job" ("id", "kind", "callId", "payload", "dueAt", "attempts") VALUES ('j', 'hangup', ?, '{}', ?, 0)`,
			...[first!.id, Date.now() + 48 * HOUR_MS],
		);

		const limited = await later(app, 25, { RETENTION_CALLS: '100' });
		await expect.poll(kept, SOON).toEqual([first, { id: call!.id }]);
		expect(second).not.toEqual({ id: call!.id });
		expect((await limited.list()).calls).toEqual([call]);
	});

	it('[RT13] deletes the provider’s records even if no call is left', async () => {
		const app = await startApp();
		await app.create();
		await expect.poll(async () => (await app.list('?status=COMPLETED')).calls.length, SOON).toBe(1);
		const database = await openTestDatabase(app.env.DATABASE_URL);
		await expect.poll(() => database.all('SELECT 1 FROM "Delivery" WHERE "dueAt" IS NOT NULL'), SOON).toEqual([]);
		expect((await app.api('DELETE', '/api/calls')).status).toBe(204);
		await later(app, 25, { RETENTION_CALLS: '100' });
		await expect.poll(() => database.all('SELECT 1 FROM "ProviderCall"'), SOON).toEqual([]);
		expect(await database.all('SELECT 1 FROM "Delivery"')).toEqual([]);
	});

	it('[RT14] [RT15] keeps the keys of calls that other clients made at the provider, and deletes these calls by their own age', async () => {
		const app = await startApp();
		const body = { callId: 'theirs', phoneNumber: '+12025550100', workflow: 'SALES' };
		const send = (to: TestApp): ReturnType<TestApp['api']> =>
			to.api('POST', '/api/provider/send-call', body, { 'Idempotency-Key': 'their-key' });
		const first = await send(app);
		await completeCalls(app, 2);
		const database = await openTestDatabase(app.env.DATABASE_URL);
		const left = async (): Promise<string[]> =>
			(await database.all('SELECT "callId" FROM "ProviderCall" ORDER BY 1')).map(({ callId }) => String(callId));
		await expect.poll(() => database.all('SELECT 1 FROM "Delivery" WHERE "dueAt" IS NOT NULL'), SOON).toEqual([]);
		expect(await left()).toHaveLength(3);

		const limited = await later(app, 23, { RETENTION_CALLS: '1' });
		await expect.poll(async () => (await limited.list()).calls.length, SOON).toBe(1);
		const [{ id } = { id: '' }] = (await limited.list()).calls;
		const dayLater = await later(limited, 25, { RETENTION_CALLS: '1' });
		await expect.poll(left, SOON).toEqual([id, 'theirs']);
		expect((await send(dayLater)).body).toEqual(first.body);
		await later(dayLater, 49, { RETENTION_DAYS: '2', RETENTION_CALLS: '' });
		await expect.poll(left, SOON).toEqual([]);
	});

	it('[RT8] deletes nothing at first after a rest of more than an hour, or on a file from elsewhere', async () => {
		const url = `file:${await temporaryFolder()}/audena.db`;
		await fillHistory(url, 300);
		const count = async (app: TestApp): Promise<number> => {
			const { byStatus } = (await app.api<{ byStatus: Record<string, number> }>('GET', '/api/stats')).body;
			return Object.values(byStatus).reduce((sum, calls) => sum + calls);
		};
		const limits = { DATABASE_URL: url, RETENTION_CALLS: '100' };
		// A pass removes cleared rows, then deletes by the limits.
		const passed = async (app: TestApp): Promise<void> => {
			const database = await openTestDatabase(url);
			await app.create({ run: 'gone', scheduledAt: FAR_FUTURE });
			await app.api('DELETE', '/api/calls?run=gone');
			await expect.poll(() => database.all('SELECT 1 FROM "Clearing"'), SOON).toEqual([]);
		};
		for (const last of [undefined, Date.now() - HOUR_MS - 60_000, Date.now() + HOUR_MS + 60_000]) {
			if (last !== undefined) await setLastClock(url, last);
			const app = await startApp(limits);
			await passed(app);
			await passed(app); // the second removal begins after the first pass has ended
			await app.close();
			const again = await startApp({ ...limits, RETENTION_CALLS: '' });
			expect(await count(again)).toBe(300);
			await again.close();
		}
		await setLastClock(url, Date.now() - HOUR_MS + 60_000);
		const steady = await startApp(limits);
		await expect.poll(() => count(steady), SOON).toBe(100);
	});
});
