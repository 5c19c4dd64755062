import { expect, it } from 'vitest';
import type { Database } from '#db/database.ts';
import { createJobStore } from '#server/jobs/store.ts';
import { setBack } from '#provider/outbox-store.ts';
import { migratedDatabase } from '#tests/support/database.ts';
import { moveTimesBack } from '#queue/set-back.ts';
import { LEASE_MS } from '#queue/worker.ts';

const [NOW, DAY] = [1_800_000_000_000, 86_400_000];
const addJob = (database: Database, id: string, kind: string, dueAt: number, leasedUntil: number | null = null) =>
	database.all(
		`INSERT INTO "Job" ("id", "kind", "callId", "payload", "dueAt", "attempts", "leasedUntil") VALUES (?1, ?2, ?1, '{}', ?3, 0, ?4)`,
		...[id, kind, dueAt, leasedUntil],
	);

it('[CK4] jobs and leases move back with the clock; due jobs and scheduled calls keep their time', async () => {
	const database = await migratedDatabase();
	await database.all(
		`INSERT INTO "Call" ("n", "id", "customerName", "phoneNumber", "folded", "workflow", "status", "phase", "createdAt", "updatedAt", "faults", "seq")
			VALUES (1, 'scheduled', 'Ada', '+12025550100', '', 'SALES', 'PENDING', 'SCHEDULED', 0, 0, 0, 1)`,
	);
	await addJob(database, 'scheduled', 'dispatch', NOW + DAY + 5);
	await addJob(database, 'retrying', 'dispatch', NOW + DAY + 5);
	await addJob(database, 'watched', 'watch', NOW + DAY + 900_000);
	await addJob(database, 'held', 'hangup', NOW + DAY - 5, NOW + DAY + 10_000);
	await addJob(database, 'taken since', 'dispatch', NOW + DAY - 5, NOW + LEASE_MS);
	await addJob(database, 'due', 'dispatch', NOW - 5);
	await createJobStore(database).setBack(DAY, () => NOW);
	const rows = await database.all(
		`SELECT "id", "dueAt" - ${NOW} AS "in", "leasedUntil" - ${NOW} AS "held" FROM "Job" ORDER BY rowid`,
	);
	expect(rows).toEqual([
		{ id: 'scheduled', in: DAY + 5, held: null },
		{ id: 'retrying', in: 5, held: null },
		{ id: 'watched', in: 900_000, held: null },
		{ id: 'held', in: -5, held: 10_000 },
		{ id: 'taken since', in: -5, held: LEASE_MS },
		{ id: 'due', in: -5, held: null },
	]);
});

it('[CK4] open webhooks and the ends of running provider calls move back with the clock; done webhooks keep their time', async () => {
	const database = await migratedDatabase();
	const add = (id: string, state: string, dueAt: number | null): Promise<unknown> =>
		database.all(
			`INSERT INTO "Delivery" ("id", "providerId", "callId", "sequence", "type", "body", "state", "dueAt", "attempts", "claimedAt", "createdAt")
				VALUES (?1, 'sim', 'a', 1, 'call.ended', '{}', ?2, ?3, 1, ?4, 0)`,
			...[id, state, dueAt, NOW + DAY],
		);
	await add('retrying', 'retrying', NOW + DAY + 60_000);
	await add('done', 'delivered', null);
	for (const [id, state] of [
		['runs', 'active'],
		['ended', 'canceled'],
	] as const)
		await database.all(
			`INSERT INTO "ProviderCall" ("providerId", "callId", "phoneNumber", "workflow", "state", "plan", "requestHash", "answer", "acceptedAt", "endsAt")
				VALUES (?, 'a', '+12025550100', 'SALES', ?, '[]', '', '', 0, ?)`,
			...[id, state, NOW + DAY + 1_000],
		);
	await setBack(database, DAY, () => NOW);
	expect(
		await database.all(
			`SELECT "id", "dueAt" - ${NOW} AS "in", "claimedAt" - ${NOW} AS "claimed" FROM "Delivery" ORDER BY rowid`,
		),
	).toEqual([
		{ id: 'retrying', in: 60_000, claimed: 0 },
		{ id: 'done', in: null, claimed: DAY },
	]);
	expect(await database.all(`SELECT "endsAt" - ${NOW} AS "in" FROM "ProviderCall" ORDER BY rowid`)).toEqual([
		{ in: 1_000 },
		{ in: DAY + 1_000 },
	]);
});

it('[CK4] a lease that was claimed or renewed between two steps stays', async () => {
	const database = await migratedDatabase();
	await database.all(
		`WITH RECURSIVE "number"("i") AS (SELECT 1 UNION ALL SELECT "i" + 1 FROM "number" WHERE "i" < 1001)
			INSERT INTO "Job" ("id", "kind", "callId", "payload", "dueAt", "attempts", "leasedUntil")
			SELECT "i", 'hangup', 'a', '{}', 0, 1, ?1 FROM "number"`,
		NOW + DAY,
	);
	let now = NOW;
	const lease = async (): Promise<unknown> =>
		(await database.all(`SELECT "leasedUntil" - ${NOW} AS "in" FROM "Job" WHERE "id" = '1'`))[0]?.in;
	const renewing = {
		async all(sql: string, ...values: number[]) {
			const rows = await database.all(sql, ...values);
			if (!sql.startsWith('UPDATE')) return rows;
			now += 500;
			await database.all(`UPDATE "Job" SET "leasedUntil" = ? WHERE "id" = '1'`, now + LEASE_MS);
			return rows;
		},
	};
	await moveTimesBack(renewing, { table: 'Job', times: ['dueAt'], lease: 'leasedUntil' }, DAY, () => now);
	expect(await lease()).toBe(1_000 + LEASE_MS);
	await createJobStore(database).setBack(DAY, () => now);
	expect(await lease()).toBe(1_000 + LEASE_MS);
});

it('[CK7] a step moves at most a thousand rows, the newest first', async () => {
	const database = await migratedDatabase();
	const [count, steps] = [2_500, [] as number[]];
	await database.all(
		`WITH RECURSIVE "number"("i") AS (SELECT 1 UNION ALL SELECT "i" + 1 FROM "number" WHERE "i" < ?1)
			INSERT INTO "Job" ("id", "kind", "callId", "payload", "dueAt", "attempts") SELECT "i", 'hangup', 'a', '{}', ?2, 0 FROM "number"`,
		...[count, NOW + DAY],
	);
	const counting = {
		async all(sql: string, ...values: number[]) {
			const rows = await database.all(sql, ...values);
			const [left] = await database.all(
				`SELECT count(*) AS "n", min(rowid) AS "first" FROM "Job" WHERE "dueAt" = ?`,
				NOW,
			);
			if (sql.startsWith('UPDATE')) steps.push(Number(left?.n), Number(left?.first));
			return rows;
		},
	};
	await moveTimesBack(counting, { table: 'Job', times: ['dueAt'], lease: 'leasedUntil' }, DAY, () => NOW);
	expect(steps).toEqual([1_000, 1_501, 2_000, 501, 2_500, 1]);
});
