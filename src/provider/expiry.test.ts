import { describe, expect, it, onTestFinished } from 'vitest';
import type { Database } from '#db/database.ts';
import { migratedDatabase } from '#tests/support/database.ts';
import { SOON } from '#tests/support/soon.ts';
import { expire, startExpiry } from './expiry.ts';

const DAY_MS = 86_400_000;
const NOW = 100 * DAY_MS;
/** Inserts provider calls 1 to `?1`, accepted `?3` milliseconds apart, the last one at `?2`. */
const RECORDS = `WITH RECURSIVE "made"("n") AS (SELECT 1 UNION ALL SELECT "n" + 1 FROM "made" WHERE "n" < ?1)
	INSERT INTO "ProviderCall" ("providerId", "key", "callId", "phoneNumber", "workflow", "state", "plan", "requestHash", "answer", "acceptedAt", "endsAt")
	SELECT printf('sim_%04d', "n"), 'call ' || "n", 'call ' || "n", '+12025550100', 'SALES', 'active', '[]', '', '', ?2 - (?1 - "n") * ?3, 0 FROM "made"`;
const DELIVERIES = `INSERT INTO "Delivery" ("id", "providerId", "callId", "sequence", "type", "body", "state", "attempts", "createdAt")
	SELECT 'msg ' || "providerId", "providerId", "callId", 1, 'call.ended', '{}', 'delivered', 1, 0 FROM "ProviderCall"`;
const ATTEMPTS = `INSERT INTO "Attempt" ("deliveryId", "number", "at", "durationMs", "manual", "request")
	SELECT "id", 1, 0, 1, 0, '{}' FROM "Delivery"`;

interface Stage {
	database: Database;
	/** Runs `expire` once, as if the time were `now`. It stops early when `goesOn` returns false. */
	pass(keep: { days: number | null; calls: number | null }, now?: number, goesOn?: () => boolean): Promise<void>;
	/** Returns the numbers of the remaining records. Asserts that exactly their webhooks and attempts remain. */
	left(): Promise<number[]>;
}

/** Creates a database with `count` records, accepted `apartMs` apart. The newest was accepted at `lastAt`. */
async function stage(count: number, lastAt: number, apartMs: number): Promise<Stage> {
	const database = await migratedDatabase();
	await database.all(RECORDS, count, lastAt, apartMs);
	await database.all(DELIVERIES);
	await database.all(ATTEMPTS);
	const idsIn = async (column: string, table: string): Promise<string[]> =>
		(await database.all(`SELECT "${column}" AS "id" FROM "${table}" ORDER BY 1`)).map(({ id }) => String(id));
	return {
		database,
		pass: (keep, now = NOW, goesOn = () => true) => expire({ database, keep, now: () => now, goesOn }),
		async left() {
			const ids = await idsIn('providerId', 'ProviderCall');
			expect(await idsIn('id', 'Delivery')).toEqual(ids.map((id) => `msg ${id}`));
			expect(await idsIn('deliveryId', 'Attempt')).toEqual(ids.map((id) => `msg ${id}`));
			return ids.map((id) => Number(id.slice(4)));
		},
	};
}

const numbers = (first: number, last: number): number[] =>
	Array.from({ length: last - first + 1 }, (_, i) => first + i);

describe('the provider’s records', () => {
	it('[RT13] [RT6] beyond an age are deleted, with their webhooks and attempts', async () => {
		const { pass, left, database } = await stage(100, NOW, DAY_MS);
		await database.all(
			`INSERT INTO "ProviderDice" ("phoneNumber", "workflow", "next") VALUES ('+12025550100', 'SALES', 100)`,
		);
		await pass({ days: 40, calls: null });
		expect(await left()).toEqual(numbers(60, 100));
		await pass({ days: 40, calls: null }, NOW + 1);
		expect(await left()).toEqual(numbers(61, 100));
		expect(await database.all('SELECT "next" FROM "ProviderDice"')).toEqual([{ next: 100 }]);
	});

	it('[RT13] beyond a number are deleted, however large it is', async () => {
		const { pass, left } = await stage(1_200, NOW - DAY_MS, 1);
		for (const calls of [2_500, 1_201, 1_200]) await pass({ days: null, calls });
		expect(await left()).toHaveLength(1_200);
		await pass({ days: null, calls: 1_100 });
		expect(await left()).toEqual(numbers(101, 1_200));
		await pass({ days: null, calls: 1_000 });
		expect(await left()).toEqual(numbers(201, 1_200));
	});

	it('[RT13] records from the future, accepted before the clock was set back, take the place of no other', async () => {
		const { pass, left, database } = await stage(20, NOW - DAY_MS, 1);
		await database.all(`UPDATE "ProviderCall" SET "acceptedAt" = ? WHERE "providerId" > 'sim_0015'`, NOW + DAY_MS);
		await pass({ days: null, calls: 10 });
		expect(await left()).toEqual(numbers(6, 20));
	});

	it('[RT13] either limit is enough', async () => {
		const { pass, left } = await stage(20, NOW, DAY_MS);
		await pass({ days: 10, calls: 15 });
		expect(await left()).toEqual(numbers(10, 20));
		await pass({ days: 15, calls: 5 });
		expect(await left()).toEqual(numbers(16, 20));
	});

	it('[RT14] stay for 24 hours, as long as their idempotency keys keep their responses', async () => {
		const { pass, left } = await stage(3, NOW, 1);
		await pass({ days: 1, calls: 1 }, NOW + DAY_MS - 3);
		expect(await left()).toEqual([1, 2, 3]);
		await pass({ days: null, calls: 1 }, NOW + DAY_MS - 2);
		expect(await left()).toEqual([2, 3]);
	});

	it('[RT14] stay while one of their webhooks waits or is under way, and delay no other record', async () => {
		const { pass, left, database } = await stage(100, NOW, DAY_MS);
		// The first 40 records stay. A step has 32 records, so the first step deletes nothing.
		await database.all(
			`UPDATE "Delivery" SET "state" = 'retrying', "dueAt" = ? WHERE "providerId" <= 'sim_0040'`,
			NOW + 1,
		);
		await database.all(
			`UPDATE "Delivery" SET "state" = 'pending', "dueAt" = ?1 - 1, "lease" = 'held', "leasedUntil" = ?1 + 1 WHERE "providerId" = 'sim_0050'`,
			NOW,
		);
		await pass({ days: 1, calls: 10 });
		expect(await left()).toEqual([...numbers(1, 40), 50, ...numbers(99, 100)]);
		await database.all(`UPDATE "Delivery" SET "state" = 'dead', "dueAt" = NULL, "lease" = NULL, "leasedUntil" = NULL`);
		await pass({ days: 1, calls: 10 });
		expect(await left()).toEqual([99, 100]);
	});

	it('[RT15] of other clients are like all others', async () => {
		const { pass, left, database } = await stage(10, NOW - DAY_MS, DAY_MS);
		await database.all(
			`UPDATE "ProviderCall" SET "key" = iif("providerId" = 'sim_0002', NULL, 'theirs'), "callbackUrl" = 'http://127.0.0.1:1/'
				WHERE "providerId" IN ('sim_0002', 'sim_0009')`,
		);
		await pass({ days: null, calls: 2 });
		expect(await left()).toEqual([9, 10]);
	});

	it('[RT1] stay without a limit', async () => {
		const { left, database } = await stage(3, 0, 1);
		const keep = { days: null, calls: null };
		const failed = (error: unknown): never => {
			throw error;
		};
		const expiry = startExpiry({ database, keep, now: () => NOW, isSteady: () => true, onError: failed });
		await expiry.close();
		await expire({ database, keep, now: () => NOW, goesOn: () => true });
		expect(await left()).toEqual([1, 2, 3]);
	});

	it('[RT8] stay within an hour of a clock jump', async () => {
		const { left, database } = await stage(3, 0, 1);
		const errors: unknown[] = [];
		const start = (isSteady: boolean) => {
			const expiry = startExpiry({
				database,
				keep: { days: 1, calls: null },
				now: () => NOW,
				isSteady: () => isSteady,
				onError: (error) => errors.push(error),
			});
			onTestFinished(() => expiry.close());
			return expiry;
		};
		await start(false).close();
		expect(await left()).toEqual([1, 2, 3]);
		start(true);
		await expect.poll(left, SOON).toEqual([]);
		expect(errors).toEqual([]);
	});

	it('[RT8] [RT11] stay from the step on before which the clock jumped or the server stopped', async () => {
		const { pass, left } = await stage(100, 0, 1);
		let steps = 0;
		await pass({ days: 1, calls: null }, NOW, () => ++steps <= 2);
		// Two steps of 32 records.
		expect(await left()).toEqual(numbers(65, 100));
		await pass({ days: 1, calls: null });
		expect(await left()).toEqual([]);
	});
});
