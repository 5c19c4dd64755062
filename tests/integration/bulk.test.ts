import { join } from 'node:path';
import Sqlite from 'libsql';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Delivery } from '#contract';
import type { Database, Value } from '#db/database.ts';
import { migrate, migrationsFrom } from '#db/migrate.ts';
import { createDesk, type Desk } from '#provider/desk.ts';
import { createOutboxStore } from '#provider/outbox-store.ts';
import { temporaryFolder } from '#tests/support/app.ts';
import { openTestDatabase } from '#tests/support/database.ts';

const NOW = 1_800_000_000_000;
const COUNT = 2_600;

interface Bench {
	path: string;
	database: Database;
	desk: Desk;
	/** The statements of the desk in order, each with the number of rows that it returned or changed. */
	steps: { sql: string; rows: number }[];
}

/** Creates a desk on a database of delivered and dead webhooks, four a call. One in a thousand got status 418. */
async function startDesk(onDue: () => void = () => undefined): Promise<Bench> {
	const path = join(await temporaryFolder(), 'audena.db');
	const database = await openTestDatabase(`file:${path}`);
	await migrate(database, migrationsFrom(import.meta.dirname));
	await database.all(
		`WITH RECURSIVE "number"("i") AS (SELECT 1 UNION ALL SELECT "i" + 1 FROM "number" WHERE "i" < ?1)
			INSERT INTO "Delivery" ("id", "providerId", "callId", "sequence", "type", "body", "state", "attempts", "createdAt", "lastStatus")
			SELECT printf('msg_%d', "i"), printf('sim_%032x', "i" / 4), printf('call-%d', "i" / 4), "i" % 4 + 1, 'call.ended', '{}',
				CASE "i" % 2 WHEN 0 THEN 'dead' ELSE 'delivered' END, 1, ?2 + "i", CASE "i" % 1000 WHEN 0 THEN 418 ELSE 200 END
			FROM "number"`,
		...[COUNT, NOW - COUNT],
	);
	const steps: Bench['steps'] = [];
	const desk = createDesk({
		database: {
			...database,
			async all<R>(sql: string, ...values: Value[]) {
				const rows = await database.all<R>(sql, ...values);
				steps.push({ sql, rows: rows.length });
				return rows;
			},
		},
		ownUrl: () => 'http://127.0.0.1/',
		now: () => NOW,
		onDue,
		onChanged: () => undefined,
	});
	return { database, desk, steps, path };
}

describe('a bulk redelivery in a large table', () => {
	it('[V37] sends every delivery again in steps, each once', async () => {
		let woken = 0;
		const { database, desk, steps } = await startDesk(() => woken++);
		expect(await desk.redeliverMany({ filter: {} })).toBe(COUNT);
		const updates = steps.filter(({ sql }) => sql.startsWith('UPDATE'));
		expect(Math.max(...updates.map(({ rows }) => rows))).toBeLessThanOrEqual(500);
		expect(woken).toBe(updates.filter(({ rows }) => rows > 0).length);
		expect(
			await database.all('SELECT "state", "bulk", "manual", count(*) AS "n" FROM "Delivery" GROUP BY 1, 2, 3'),
		).toEqual([{ state: 'retrying', bulk: 1, manual: 1, n: COUNT }]);
	});

	it('[V37] finds the rows of a step by their ids, however many other rows the table has', async () => {
		const { desk, steps, path } = await startDesk();
		await desk.redeliverMany({ filter: { code: 418 } });
		await desk.redeliverMany({ ids: ['msg_1'] });
		// Explains each UPDATE as a SELECT with the same condition, because the driver explains no writing statement.
		const explaining = new Sqlite(path);
		onTestFinished(() => void explaining.close());
		for (const { sql } of steps.filter(({ sql }) => sql.startsWith('UPDATE'))) {
			const look = sql
				.replace(/^[\s\S]*? END WHERE/, 'SELECT "id" FROM "Delivery" WHERE')
				.replace('RETURNING "id"', '');
			const plan = explaining.prepare(`EXPLAIN QUERY PLAN ${look}`).all([]) as { detail: string }[];
			expect(plan[0]?.detail).toBe('SEARCH Delivery USING INDEX sqlite_autoindex_Delivery_1 (id=?)');
		}
	});

	it('[V37] skips a delivery that was attempted since it began', async () => {
		const { database, desk } = await startDesk();
		await database.all(`UPDATE "Delivery" SET "claimedAt" = ? WHERE "id" = 'msg_7'`, NOW + 1);
		expect(await desk.redeliverMany({ filter: { state: ['delivered'] } })).toBe(COUNT / 2 - 1);
	});

	it('[V37] sends the deliveries that it has taken if it is stopped in the middle, and leaves the rest unchanged', async () => {
		let steps = 0;
		const {
			database,
			desk,
			steps: statements,
		} = await startDesk(() => {
			if (++steps === 2) throw new Error('stopped');
		});
		await expect(desk.redeliverMany({ filter: {} })).rejects.toThrow('stopped');
		const taken = statements.filter(({ sql }) => sql.startsWith('UPDATE')).reduce((sum, { rows }) => sum + rows, 0);
		expect(taken).toBeGreaterThan(0);
		const left = await database.all('SELECT "state", count(*) AS "n" FROM "Delivery" GROUP BY 1 ORDER BY 1');
		expect(left).toEqual([
			{ state: 'dead', n: COUNT / 2 - taken },
			{ state: 'delivered', n: COUNT / 2 },
			{ state: 'retrying', n: taken },
		]);
	});

	it.each([
		[{}, COUNT],
		[{ code: 418 }, 2],
		[{ state: ['dead' as const] }, COUNT / 2],
		[{ state: ['dead' as const, 'canceled' as const], code: 200 }, COUNT / 2 - 2],
		[{ from: new Date(NOW - 9).toISOString() }, 10],
		[{ to: new Date(NOW - COUNT + 11).toISOString(), state: ['delivered' as const] }, 5],
		[{ callId: 'call-3', state: ['dead' as const] }, 2],
	])('[V38] counts, previews and lists the same deliveries for %j', async (filter, count) => {
		const { desk, steps } = await startDesk();
		expect(await desk.count(filter)).toBe(count);
		expect(await desk.redeliverMany({ filter, dryRun: true })).toBe(count);
		const found: Delivery[] = [];
		for (let page: string | null | undefined; page !== null;) {
			const response = await desk.list({ ...filter, limit: 200, page: page ?? undefined });
			found.push(...response.deliveries);
			page = response.nextPage;
		}
		expect(found).toHaveLength(count);
		const places = found.map(({ id }) => Number(id.slice(4)));
		expect(places).toEqual(places.toSorted((a, b) => b - a));
		expect(
			Math.max(...steps.filter(({ sql }) => !sql.includes('"Attempt"')).map(({ rows }) => rows)),
		).toBeLessThanOrEqual(201);
	});
});

describe('a webhook that is due during a bulk redelivery', () => {
	const URL = 'http://127.0.0.1:1';
	const live = (database: Database, origin: string | null): Promise<unknown> =>
		database.all(
			`INSERT INTO "Delivery" ("id", "providerId", "callId", "sequence", "type", "url", "origin", "body", "state", "dueAt", "attempts", "createdAt")
				VALUES ('live', 'sim_live', 'live', 1, 'call.ended', ?1, ?1, '{}', 'pending', ?2, 0, 0)`,
			...[origin, NOW + 1],
		);

	it.each([
		['own', null, 4],
		['foreign', URL, 3],
	] as const)(
		'[V39] is claimed first in the %s lane, where bulk redeliveries leave slots free',
		async (lane, origin, most) => {
			const { database, desk } = await startDesk();
			if (origin !== null) await database.all('UPDATE "Delivery" SET "url" = ?1, "origin" = ?1', origin);
			await desk.redeliverMany({ filter: {} });
			await live(database, origin);
			const store = createOutboxStore(database, lane);
			expect((await store.claim(NOW + 2, 1, 'first', NOW + 10_000)).map(({ id }) => id)).toEqual(['live']);
			expect(await store.claim(NOW + 2, 64, 'bulk', NOW + 10_000)).toHaveLength(most);
			// All bulk slots of the lane are in use, so none of its deliveries is due until a slot is free.
			expect(await store.claim(NOW + 2, 64, 'more', NOW + 10_000)).toEqual([]);
			expect((await store.nextDue(NOW + 2)) ?? Infinity).toBeGreaterThan(NOW + 2);
		},
	);
});
