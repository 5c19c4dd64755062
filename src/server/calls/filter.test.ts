import fc from 'fast-check';
import { expect, it } from 'vitest';
import { OUTCOMES, STATUSES, WORKFLOWS } from '#contract/words.ts';
import type { CallFilters } from '#contract';
import { prismaOver } from '#db/prisma.ts';
import { NOON } from '#tests/support/call-row.ts';
import { migratedDatabase } from '#tests/support/database.ts';
import { filterOf } from './filter.ts';
import { createCallReads } from './reads.ts';
import { CALL, fromRow } from './rows.ts';
import { createWriter } from './writer.ts';

const RUNS = ['ci-7', 'ci-8'];
const some = <T>(of: readonly T[]) =>
	fc.option(fc.uniqueArray(fc.constantFrom(...of), { minLength: 1 }), { nil: undefined });
const time = fc.option(
	fc.integer({ min: -2, max: 6 }).map((minutes) => new Date(NOON + minutes * 60_000).toISOString()),
	{ nil: undefined },
);
const filters = fc.record({
	status: some(STATUSES),
	workflow: some(WORKFLOWS),
	outcome: some(OUTCOMES),
	run: some(RUNS),
	from: time,
	to: time,
	q: fc.option(fc.constantFrom('ada', 'AD', 'ovelac', '0100', '+1 (202) 555', 'Çelik', 'zoë c', 'nobody'), {
		nil: undefined,
	}),
});

it('[CL4] a row passes the filters exactly if the list shows its call', async () => {
	const database = await migratedDatabase();
	let now = NOON;
	const writer = createWriter({
		database,
		now: () => now,
		onCommit: () => undefined,
		onJobs: () => undefined,
		onError: (error) => {
			throw error;
		},
	});
	const people = ['Ada Lovelace', 'Zoë Çelik', 'ADA', 'Grace Hopper'];
	for (let i = 0; i < 16; i++, now += 20_000) {
		const request = {
			customerName: people[i % people.length]!,
			phoneNumber: i % 3 === 0 ? '+12025550100' : '+4930231250',
			workflow: WORKFLOWS[i % 3]!,
			run: [null, ...RUNS][(i >> 1) % 3]!,
			scheduledAt: null,
			scenario: null,
		};
		const id = `call-${i}`;
		await writer.write({ do: 'create', id, request, callbackUrl: null, idempotencyKey: null });
		if (i % 4 === 1) await writer.write({ do: 'cancel', id });
		if (i % 4 === 2) await writer.write({ do: 'set-status', id, status: 'COMPLETED' });
	}
	const reads = createCallReads(database, await prismaOver(database), () => now);
	const rows = (await database.all(`SELECT ${CALL} FROM "Call" AS c ORDER BY c."n" DESC`)).map(fromRow);
	await fc.assert(
		fc.asyncProperty(filters, async (asked: CallFilters) => {
			const { calls } = await reads.list({ ...asked, limit: 200 });
			expect(rows.filter(filterOf(asked)).map(({ id }) => id)).toEqual(calls.map(({ id }) => id));
		}),
		{ numRuns: 300 },
	);
});
