import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OUTCOMES, STATUSES, WORKFLOWS, type Call, type CallQuery } from '#contract';
import { foldedOf, searchTerms } from '#contract/search.ts';
import type { Database } from '#db/database.ts';
import { prismaOver } from '#db/prisma.ts';
import { NOON } from '#tests/support/call-row.ts';
import { migratedDatabase } from '#tests/support/database.ts';
import { createCallReads, type CallReads } from './reads.ts';
import { recount } from './recount.ts';
import { indexNext, mergeSome } from './search-index.ts';

const NAMES = ['Ada Berg', 'Ada Ünlü', "Zoë O'Hara", 'ß', '阿明', 'Ada  B_rg%', 'Łukasz "x" Żak', 'a b'];
const QS = [
	'ada',
	'a',
	'ü',
	'ünl',
	'ada berg',
	'da b',
	'b_r',
	'%',
	'"',
	'阿',
	'阿明',
	'ß',
	'49',
	'4',
	'+49 15',
	'5550',
	'ara',
	'  ',
	'zz',
	"o'h",
];
/**
 * Differences between the `n` of neighboring calls. The search index has one shelf (a part of its own) per 2^19
 * numbers, so the history spans several shelves.
 */
const APART = [1, 3, 40_000, 600_000];

const row = fc.record({
	apart: fc.constantFrom(...APART),
	later: fc.constantFrom(0, 0, 1_000),
	name: fc.constantFrom(...NAMES),
	number: fc.constantFrom('+4915155501', '+12025550100', '+442079460', '+49'),
	workflow: fc.constantFrom(...WORKFLOWS),
	run: fc.constantFrom(null, 'ci-1', 'ci-2'),
	outcome: fc.option(fc.constantFrom(...OUTCOMES)),
});
const some = <T>(values: readonly T[]) =>
	fc.option(fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 3 }), { nil: undefined, freq: 2 });
const time = fc.option(
	fc.nat(12).map((s) => new Date(NOON + s * 1_000).toISOString()),
	{ nil: undefined, freq: 2 },
);
const query = fc.record(
	{
		status: some(STATUSES),
		workflow: some(WORKFLOWS),
		outcome: some(OUTCOMES),
		run: some(['ci-1', 'ci-2', 'ci-3']),
		q: fc.option(fc.constantFrom(...QS), { nil: undefined, freq: 3 }),
		from: time,
		to: time,
		order: fc.constantFrom('newest' as const, 'oldest' as const),
		limit: fc.constantFrom(1, 2, 5, 50),
	},
	{ noNullPrototype: true },
);

describe('a list', () => {
	it('[R70] contains exactly the matching calls in both directions, for any query and any progress of the index', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(row, { maxLength: 30 }),
				fc.array(query, { minLength: 1, maxLength: 6 }),
				fc.nat(30),
				fc.constantFrom({ stepMs: 4, budgetMs: 1_000 }, { stepMs: 0, budgetMs: -1 }),
				async (rows, queries, indexed, timeBudget) => {
					const database = await migratedDatabase();
					const calls = await fill(database, rows);
					if (indexed > 0) await indexNext(database, indexed);
					const reads = createCallReads(database, await prismaOver(database), () => NOON, timeBudget);
					for (const asked of queries) {
						const expected = calls.filter((call) => matches(call, asked)).map(({ id }) => id);
						if (asked.order !== 'oldest') expected.reverse();
						expect(await throughAll(reads, asked)).toEqual(expected);
					}
				},
			),
			{ numRuns: 60 },
		);
	});

	it('[R71] returns short pages without time left, and reaches the end', async () => {
		const database = await migratedDatabase();
		const rows = Array.from({ length: 40 }, () => ({ ...PLAIN, apart: 40_000 }));
		await fill(database, [...rows, { ...PLAIN, name: 'Zoë', outcome: 'busy' as const }, ...rows]);
		const reads = createCallReads(database, await prismaOver(database), () => NOON, { stepMs: 0, budgetMs: -1 });
		let page = await reads.list({ q: 'zoë' });
		let empty = 0;
		while (page.calls.length === 0 && page.nextPage !== null) {
			empty++;
			page = await reads.list({ q: 'zoë', page: page.nextPage });
		}
		expect(empty).toBeGreaterThan(0);
		expect(page.calls.map(({ customerName }) => customerName)).toEqual(['Zoë']);
	});

	it('[R72] reads no calls if no call has the combination of filter values', async () => {
		const database = await migratedDatabase();
		await fill(database, [{ ...PLAIN, outcome: 'busy' }, PLAIN]);
		const reads = createCallReads(database, await prismaOver(database), () => NOON, { stepMs: 0, budgetMs: -1 });
		expect(await reads.list({ status: ['COMPLETED'], outcome: ['busy'] })).toMatchObject({ calls: [], nextPage: null });
	});
});

describe('the search', () => {
	it('[R75] does not read the calls that the index covers', async () => {
		const database = await migratedDatabase();
		await fill(
			database,
			Array.from({ length: 5_001 }, () => ({ ...PLAIN, apart: 640 })),
		);
		const reads = createCallReads(database, await prismaOver(database), () => NOON, { stepMs: 0, budgetMs: -1 });
		/**
		 * Returns the number of pages that lead to the end of the list. Without a time budget, each page is one
		 * step of reading.
		 */
		const steps = async (): Promise<number> => {
			let count = 1;
			for (let page = await reads.list({ q: 'nobody' }); page.nextPage !== null; count++)
				page = await reads.list({ q: 'nobody', page: page.nextPage });
			return count;
		};
		const oneByOne = await steps();
		while ((await indexNext(database, 500)).taken > 0);
		// The calls' numbers go up to 3.2 million, over seven shelves of the index. Each shelf takes one step.
		expect(await steps()).toBeLessThanOrEqual(8);
		expect(oneByOne).toBeGreaterThan(80);
	});
	it('[R73] merges its index in small steps, and finds the same calls afterwards', async () => {
		const database = await migratedDatabase();
		await fill(
			database,
			Array.from({ length: 60 }, (_, i) => ({ ...PLAIN, name: `Ada ${i}` })),
		);
		const reads = createCallReads(database, await prismaOver(database), () => NOON);
		for (let i = 0; i < 12; i++) await indexNext(database, 5);
		let merges = 0;
		while (await mergeSome(database, 16)) merges++;
		expect(merges).toBeGreaterThan(0);
		expect((await reads.list({ q: 'ada 5' })).calls).toHaveLength(11);
	});
});

const PLAIN = {
	apart: 1,
	later: 0,
	name: 'Ada',
	number: '+12025550100',
	workflow: 'SALES',
	run: null,
	outcome: null,
} as const;
type Row = Omit<ReturnType<typeof row.generate>['value'], 'name'> & { name: string };

/** Inserts the calls without the writer, oldest first, and returns them. */
async function fill(database: Database, rows: readonly Readonly<Row>[]): Promise<Call[]> {
	let [n, at] = [0, NOON];
	const made = rows.map(({ apart, later, name, number, workflow, run, outcome }, i) => {
		n += apart;
		at += later;
		const status = outcome === null ? 'PENDING' : outcome === 'completed' ? 'COMPLETED' : 'FAILED';
		return [
			n,
			`call-${i}`,
			name,
			number,
			foldedOf(name, number),
			workflow,
			status,
			'ENDED',
			outcome,
			run,
			at,
			at,
			0,
			n,
		];
	});
	const columns =
		'n id customerName phoneNumber folded workflow status phase outcome run createdAt updatedAt faults seq';
	await database.all(
		`INSERT INTO "Call" (${columns
			.split(' ')
			.map((name) => `"${name}"`)
			.join()})
			SELECT ${
				made[0]?.map((_, i) => `value ->> ${i}`).join() ??
				columns
					.split(' ')
					.map(() => 'NULL')
					.join()
			} FROM json_each(?)`,
		JSON.stringify(made),
	);
	await database.all(`UPDATE "Feed" SET "lastSeq" = ?, "lastChange" = ?, "lastAt" = ?`, n, n, at);
	await recount(database, at);
	return (await createCallReads(database, await prismaOver(database), () => NOON).list({ order: 'oldest', limit: 200 }))
		.calls;
}

/** An independent implementation of the contract's filters. */
function matches(call: Call, { status, workflow, outcome, run, from, to, q }: CallQuery): boolean {
	const folded = foldedOf(call.customerName, call.phoneNumber);
	const terms = q === undefined ? [] : searchTerms(q);
	return (
		(status?.includes(call.status) ?? true) &&
		(workflow?.includes(call.workflow) ?? true) &&
		(outcome === undefined || (call.outcome !== null && outcome.includes(call.outcome))) &&
		(run === undefined || (call.run !== null && run.includes(call.run))) &&
		(from === undefined || Date.parse(call.createdAt) >= Date.parse(from)) &&
		(to === undefined || Date.parse(call.createdAt) < Date.parse(to)) &&
		(terms.length === 0 || terms.some((term) => folded.includes(term)))
	);
}

/** Pages to the end and back to the beginning. Both directions must return the same calls. */
async function throughAll(reads: CallReads, asked: CallQuery): Promise<string[]> {
	const forwards: string[] = [];
	let page = await reads.list(asked);
	expect(page.previousPage).toBeNull();
	forwards.push(...page.calls.map(({ id }) => id));
	while (page.nextPage !== null) {
		page = await reads.list({ ...asked, page: page.nextPage });
		forwards.push(...page.calls.map(({ id }) => id));
	}
	const backwards = page.calls.map(({ id }) => id);
	while (page.previousPage !== null) {
		page = await reads.list({ ...asked, page: page.previousPage });
		backwards.unshift(...page.calls.map(({ id }) => id));
		if (page.previousPage === null) backwards.splice(0, page.calls.length, ...page.calls.map(({ id }) => id));
	}
	expect([...new Set(backwards)]).toEqual(forwards);
	return forwards;
}
