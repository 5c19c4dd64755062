import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Call, OUTCOMES, PHASES, SCENARIO_NAMES, STATUSES, WORKFLOWS } from '#contract';
import { csvLine } from '#contract/csv.ts';
import { prismaOver } from '#db/prisma.ts';
import { NOON } from '#tests/support/call-row.ts';
import { migratedDatabase } from '#tests/support/database.ts';
import { toCall, type CallRow } from './call.ts';
import { createCallReads } from './reads.ts';
import { statementsOf } from './rows.ts';
import { Counters } from './tallies.ts';

/**
 * Text that the contract accepts: well-formed, without control characters, with the special characters of files and
 * formulas.
 */
const text = fc
	.array(
		fc.oneof(
			fc.constantFrom(...[...`"',;=+-@\\/ \u00a0\u2028\u2029\ufeff＝＋<>&%`, 'é', '阿', '🤙', 'null']),
			fc.string({ unit: 'binary' }),
		),
	)
	.map((parts) => parts.join('').replaceAll(/\p{Cc}/gu, '') || 'x');
const YEARS = fc.constantFrom(-1, 0, 1, 999, 1970, 2026, 9999);
const time = fc.oneof(
	fc.integer({ min: NOON - 10 ** 10, max: NOON + 10 ** 10 }),
	fc.tuple(YEARS, fc.nat(31_535_999_999)).map(([year, ms]) => new Date(0).setUTCFullYear(year) + ms),
	fc.constantFrom(0, 999, Date.parse('0000-01-01T00:00:00Z'), Date.parse('9999-12-31T23:59:59.999Z')),
);
const orNull = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary);
const row: fc.Arbitrary<CallRow> = fc.record({
	n: fc.constant(0),
	id: fc.uuid({ version: 7 }),
	customerName: text,
	phoneNumber: fc.constantFrom('+12025550100', '+442079460000'),
	folded: fc.constant(''),
	workflow: fc.constantFrom(...WORKFLOWS),
	status: fc.constantFrom(...STATUSES),
	phase: fc.constantFrom(...PHASES),
	outcome: orNull(fc.constantFrom(...OUTCOMES)),
	run: orNull(text),
	scenario: orNull(
		fc.oneof(
			fc.constantFrom(...SCENARIO_NAMES),
			fc.record({ outcome: fc.constant('busy' as const), delayMs: fc.nat() }),
			fc.constant({ outcome: 'completed' as const }),
		),
	),
	scheduledAt: orNull(time.filter((ms) => ms < Date.UTC(10_000, 0))),
	providerId: orNull(text),
	createdAt: fc.nat(4e12),
	updatedAt: fc.nat(4e12),
	startedAt: orNull(fc.nat(4e12)),
	ringingAt: orNull(fc.nat(4e12)),
	answeredAt: orNull(fc.nat(4e12)),
	endedAt: orNull(fc.nat(4e12)),
	durationMs: orNull(fc.nat()),
	faults: fc.nat(9),
	// Greater than every `n` of this test, as for calls that changed after their creation.
	seq: fc.integer({ min: 1_000 }),
});

it('[R90] SQLite writes the lines of a file exactly as JSON.stringify and csvLine would', async () => {
	const database = await migratedDatabase();
	const reads = createCallReads(database, await prismaOver(database), () => NOON);
	await fc.assert(
		fc.asyncProperty(fc.uniqueArray(row, { selector: ({ id }) => id, minLength: 1, maxLength: 20 }), async (wanted) => {
			const rows = wanted.map((call, i) => ({ ...call, n: i + 1 }));
			await database.transact([], () => ({
				result: undefined,
				statements: [['DELETE FROM "Call"'], ...statementsOf([created(rows)], { seq: 20, change: 20, at: NOON })],
			}));
			const calls = rows.map(toCall);
			const written = async (format: 'csv' | 'ndjson') =>
				(await reads.lines({ order: 'oldest', limit: 200 }, format, 20)).lines;
			expect(await written('ndjson')).toEqual(calls.map((call) => `${JSON.stringify(call)}\n`));
			const fields = Object.keys(Call.shape) as (keyof Call)[];
			expect(await written('csv')).toEqual(calls.map((call) => csvLine(fields.map((field) => call[field]))));
		}),
		{ numRuns: 150 },
	);
});

const created = (rows: readonly CallRow[]) => ({
	created: new Map(rows.map((call) => [call.id, call])),
	updated: new Map(),
	...{
		events: [],
		jobs: [],
		receipts: [],
		removed: [],
		purged: [],
		cleared: [],
		doneCalls: [],
		stoppedCalls: [],
		responses: [],
	},
	askedJobs: [],
	doneJobs: [],
	deadJobs: [],
	revivedCalls: [],
	retries: [],
	counters: new Counters(),
});
