import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OUTCOMES, STATUSES, WORKFLOWS } from '#contract';
import type { Database, Row } from '#db/database.ts';
import { NOON } from '#tests/support/call-row.ts';
import { migratedDatabase } from '#tests/support/database.ts';
import type { Command } from './commands.ts';
import { recount } from './recount.ts';
import { createStatsReader } from './stats.ts';
import { bucketOf, timeOf } from './tallies.ts';
import { createWriter } from './writer.ts';

const IDS = ['a', 'b', 'c', 'd', 'e', 'f'];
const id = fc.constantFrom(...IDS);
const run = fc.constantFrom(null, 'ci-1', 'ci-2');
const created = fc.record({ id, run, workflow: fc.constantFrom(...WORKFLOWS), wait: fc.constantFrom(null, 0, 90_000) });

/** A step: the commands that arrive together, and how far the clock has advanced. */
const step = fc.record({
	passed: fc.constantFrom(0, 1_000, 70_000),
	commands: fc.array(
		fc.oneof(
			{ weight: 3, arbitrary: created.map((made) => ({ ...made, do: 'create' as const })) },
			{
				weight: 3,
				arbitrary: fc.record({
					do: fc.constant('report' as const),
					id,
					outcome: fc.constantFrom(...OUTCOMES.slice(0, 5)),
				}),
			},
			fc.record({ do: fc.constant('set-status' as const), id, status: fc.constantFrom(...STATUSES) }),
			fc.record({ do: fc.constantFrom('cancel' as const, 'remove' as const), id }),
			fc.record({ do: fc.constant('retire' as const), ids: fc.uniqueArray(id) }),
			fc.record({ do: fc.constant('clear' as const), run }),
		),
		{ maxLength: 8 },
	),
});
type Wanted = ReturnType<typeof step.generate>['value']['commands'][number];

/** The calls, without those that were cleared but not yet removed. */
const LEFT = `"Call" WHERE "n" > coalesce((SELECT max("seq") FROM "Clearing" WHERE "run" = '' OR "run" = "Call"."run"), 0)`;
/** Counts the history without the product's code, as an independent check. */
const BY_WORDS = `SELECT "status", "workflow", coalesce("outcome", '') AS "outcome", count(*) AS "count"`;
const COUNTED = [
	`SELECT '' AS "run", * FROM (${BY_WORDS} FROM ${LEFT} GROUP BY 1, 2, 3)
		UNION ALL SELECT * FROM (SELECT "run", ${BY_WORDS.slice(7)} FROM ${LEFT} AND "run" IS NOT NULL GROUP BY 1, 2, 3, 4) ORDER BY 1, 2, 3, 4`,
	`SELECT strftime('%H:%M', "createdAt" / 1000, 'unixepoch') AS "at", 'created' AS "what", count(*) AS "count" FROM ${LEFT} GROUP BY 1
		UNION ALL SELECT strftime('%H:%M', "endedAt" / 1000, 'unixepoch'), "status", count(*) FROM ${LEFT} AND "endedAt" IS NOT NULL GROUP BY 1, 2
		UNION ALL SELECT strftime('%H:%M', "endedAt" / 1000, 'unixepoch'), 'took', count(*) FROM ${LEFT}
			AND "endedAt" >= max("createdAt", coalesce("scheduledAt", 0)) GROUP BY 1
		ORDER BY 1, 2`,
];
const STORED = [
	`SELECT "run", "status", "workflow", "outcome", "count" FROM "Tally" WHERE "count" <> 0 ORDER BY 1, 2, 3, 4`,
	`SELECT strftime('%H:%M', "at" / 1000, 'unixepoch') AS "at", "what", sum("count") AS "count" FROM "Minute"
		GROUP BY 1, 2 HAVING sum("count") <> 0 ORDER BY 1, 2`,
];
const rowsOf = (database: Database, sql: readonly string[]): Promise<Row[][]> =>
	Promise.all(sql.map((text) => database.all(text)));

describe('the stored counters', () => {
	it('[CO1] match the history after every commit', async () => {
		await fc.assert(
			fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
				const database = await migratedDatabase();
				const clock = { now: NOON };
				const writer = createWriter({
					database,
					now: () => clock.now,
					onCommit: () => undefined,
					onJobs: () => undefined,
					onError: (error) => {
						throw error;
					},
				});
				const used = new Set<string>();
				let hooks = 0;
				for (const { passed, commands } of steps) {
					clock.now += passed;
					// An id is created only once, even if its call was deleted.
					const fresh = commands.filter((c) => c.do !== 'create' || (!used.has(c.id) && used.add(c.id)));
					await Promise.all(fresh.map((wanted) => writer.write(commandOf(wanted, clock.now, ++hooks))));
					expect(await rowsOf(database, STORED)).toEqual(await rowsOf(database, COUNTED));
				}
				const before = await rowsOf(database, [
					`SELECT * FROM "Tally" WHERE "count" <> 0`,
					`SELECT * FROM "Minute" WHERE "count" <> 0`,
				]);
				await recount(database, clock.now);
				expect(await rowsOf(database, [`SELECT * FROM "Tally"`, `SELECT * FROM "Minute"`])).toEqual(before);
			}),
			{ numRuns: 40 },
		);
	});

	it('[CO2] have no rows for a run without calls', async () => {
		const { database, writer } = await startWriter();
		await writer.write(commandOf({ do: 'create', id: 'a', run: 'ci-1', workflow: 'SALES', wait: null }, NOON, 0));
		await writer.write({ do: 'remove', id: 'a' });
		expect(await database.all(`SELECT "run" FROM "Tally" WHERE "run" <> ''`)).toEqual([]);
	});

	it('[CO3] give a duration to within a fortieth', () =>
		fc.assert(
			fc.property(fc.integer({ min: 0, max: 7 * 86_400_000 }), (ms) => {
				expect(Math.abs(timeOf(bucketOf(ms)) - ms)).toBeLessThanOrEqual(1 + ms / 40);
			}),
		));
});

describe('the stats', () => {
	it('[CO4] cover the last 60 minutes, oldest first', async () => {
		const { database, writer, clock } = await startWriter();
		const stats = createStatsReader(database, () => clock.now);
		expect((await stats()).timeToTerminalMs).toBeNull();
		await writer.write(commandOf({ do: 'create', id: 'a', run: null, workflow: 'SALES', wait: null }, NOON, 0));
		clock.now += 2_000;
		await writer.write(commandOf({ do: 'report', id: 'a', outcome: 'completed' }, clock.now, 1));
		const { byStatus, byWorkflow, perMinute, timeToTerminalMs } = await stats();
		expect(byStatus).toEqual({ PENDING: 0, COMPLETED: 1, FAILED: 0 });
		expect(byWorkflow).toEqual({ SUPPORT: 0, SALES: 1, REMINDER: 0 });
		expect(perMinute).toHaveLength(60);
		expect(perMinute.at(-1)).toEqual({ at: new Date(NOON).toISOString(), created: 1, completed: 1, failed: 0 });
		expect(timeToTerminalMs?.median).toBeCloseTo(2_000, -2);
		clock.now = NOON + 59 * 60_000;
		expect((await stats()).perMinute[0]).toMatchObject({ created: 1 });
		clock.now = NOON + 60 * 60_000;
		const later = await stats();
		expect(later.perMinute.every(({ created, completed }) => created + completed === 0)).toBe(true);
		expect([later.timeToTerminalMs, later.byStatus.COMPLETED]).toEqual([null, 1]);
	});
});

async function startWriter() {
	const database = await migratedDatabase();
	const clock = { now: NOON };
	const nothing = (): undefined => undefined;
	const writer = createWriter({ database, now: () => clock.now, onCommit: nothing, onJobs: nothing, onError: nothing });
	return { database, writer, clock };
}

function commandOf(wanted: Wanted, now: number, hook: number): Command {
	if (wanted.do === 'create') {
		const { id, run, workflow, wait } = wanted;
		const scheduledAt = wait === null ? null : now + wait;
		const request = { customerName: 'Ada', phoneNumber: '+12025550100', workflow, scheduledAt, scenario: null, run };
		return { do: 'create', id, request, callbackUrl: null, idempotencyKey: null };
	}
	if (wanted.do !== 'report') return wanted;
	const { id: callId, outcome } = wanted;
	const status = outcome === 'completed' ? 'COMPLETED' : 'FAILED';
	return {
		do: 'report',
		webhookId: `msg_${hook}`,
		report: { callId, providerId: 'sim_1', status, outcome: outcome as 'busy' },
	};
}
