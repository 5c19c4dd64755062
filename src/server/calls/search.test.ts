import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { CallQuery } from '#contract';
import { foldedOf, searchTerms, shortOf } from '#contract/search.ts';
import type { Database } from '#db/database.ts';
import { migrate, migrationsFrom } from '#db/migrate.ts';
import { prismaOver } from '#db/prisma.ts';
import { found as foundInBrowser } from '#lib/history/matches.ts';
import { temporaryFolder } from '#tests/support/app.ts';
import { NOON } from '#tests/support/call-row.ts';
import { migratedDatabase, openTestDatabase } from '#tests/support/database.ts';
import { NAMES as WRITTEN, partOf } from '#tests/support/spellings.ts';
import { createCallReads, type CallReads } from './reads.ts';
import { recount } from './recount.ts';
import { indexNext } from './search-index.ts';

/** Texts that are odd in case, marks, script or the index's query language. */
const ODD = [
	...[
		'İ',
		'ı',
		'ß',
		'ẞ',
		'Σ',
		'ς',
		'ǅ',
		'ŉ',
		'ﬁ',
		'Å',
		'e\u0301',
		'é',
		'\u0301',
		'ΐ',
		'漢',
		'字',
		'한',
		'😀',
		'𐐀',
		'𝕬',
	],
	...[
		'%',
		'_',
		'"',
		'*',
		'^',
		'(',
		')',
		"'",
		'\\',
		'-',
		'+',
		':',
		' ',
		'  ',
		'\u00a0',
		'\u200b',
		'\ufffd',
		'\u{10ffff}',
	],
	...['AND', 'OR', 'NEAR', 'a', 'A', 'b', '1', '12', '٣'],
];
const text = fc.array(fc.constantFrom(...ODD), { minLength: 1, maxLength: 5 }).map((parts) => parts.join(''));
/** More calls than a search checks without the index, so that the index is queried. */
const CALLS = 5_200;
const NAMES = fc.sample(text, { numRuns: CALLS, seed: 7 });
const numberOf = (i: number): string => `+1202555${String(i % 10_000).padStart(4, '0')}`;
const partOfNumber = fc
	.tuple(fc.nat(CALLS), fc.nat(10), fc.integer({ min: 1, max: 12 }))
	.map(([i, from, length]) => numberOf(i).slice(from, from + length));

const FILL = `INSERT INTO "Call" ("n", "id", "customerName", "phoneNumber", "folded", "workflow", "status", "phase",
		"createdAt", "updatedAt", "faults", "seq")
	SELECT value ->> 0, 'call-' || (value ->> 0), value ->> 1, value ->> 2, value ->> 3, 'SALES', 'PENDING', 'QUEUED',
		?2, ?2, 0, value ->> 0 FROM json_each(?1)`;

/** Writes a history of these names. `call-1` is the oldest. */
async function fill(database: Database, names: readonly string[]): Promise<void> {
	const rows = names.map((name, i) => [i + 1, name, numberOf(i), foldedOf(name, numberOf(i))]);
	await database.all(FILL, JSON.stringify(rows), NOON);
	await database.all('UPDATE "Feed" SET "lastSeq" = ?1, "lastChange" = ?1, "lastAt" = ?2', rows.length, NOON);
	await recount(database, NOON);
}

/** Returns reads over a history of these names. The search index covers the first 5,000. */
async function indexed(names: readonly string[]): Promise<CallReads> {
	const database = await migratedDatabase();
	await fill(database, names);
	for (let i = 0; i < 10; i++) await indexNext(database, 500);
	return createCallReads(database, await prismaOver(database), () => NOON);
}

async function found(reads: CallReads, query: CallQuery): Promise<string[]> {
	const ids: string[] = [];
	let list = await reads.list({ ...query, limit: 200 });
	for (;;) {
		ids.push(...list.calls.map(({ id }) => id));
		if (list.nextPage === null) return ids;
		list = await reads.list({ ...query, limit: 200, page: list.nextPage });
	}
}

it('[R77] a search by the index finds the same calls as a comparison with every call, for any characters', async () => {
	const reads = await indexed(NAMES);
	const folded = NAMES.map((name, i) => foldedOf(name, numberOf(i)));
	await fc.assert(
		fc.asyncProperty(
			fc.oneof(text, fc.constantFrom(...NAMES), partOfNumber, fc.nat(999).map(String)),
			fc.constantFrom('newest' as const, 'oldest' as const),
			async (typed, order) => {
				const q = typed.trim();
				fc.pre(searchTerms(q).length > 0);
				const terms = searchTerms(q);
				const matching = folded.flatMap((text, i) =>
					terms.some((term) => text.includes(term)) ? [`call-${i + 1}`] : [],
				);
				expect(await found(reads, { q, order })).toEqual(order === 'oldest' ? matching : matching.toReversed());
			},
		),
		{ numRuns: 150 },
	);
});

it('[R77] finds a number in a database whose index an older version wrote', async () => {
	const whole = migrationsFrom(import.meta.dirname);
	const older = join(await temporaryFolder(), 'migrations');
	await cp(whole, older, { recursive: true });
	await rm(join(older, '20261130050000_single_digits'), { recursive: true });
	const database = await openTestDatabase();
	await migrate(database, older);
	await fill(database, NAMES);
	// Entries in another encoding, which no search matches.
	await database.all('INSERT INTO "CallSearch" (rowid, "text") SELECT "n", \'older\' FROM "Call"');
	await database.all('UPDATE "Feed" SET "indexedTo" = ?', CALLS);

	await migrate(database, whole);

	const reads = createCallReads(database, await prismaOver(database), () => NOON);
	expect(await found(reads, { q: numberOf(42) })).toEqual(['call-43']);
	while ((await indexNext(database, 500)).taken > 0);
	expect(await found(reads, { q: numberOf(42) })).toEqual(['call-43']);
});

it('[TX22] every part of a name with three or more characters finds it, in SQLite and in the browser', async () => {
	const names = [...WRITTEN, ...Array.from({ length: CALLS }, (_, i) => `Ada ${i % 7}`)];
	const reads = await indexed(names);
	const search = fc
		.nat(WRITTEN.length - 1)
		.chain((i) => fc.tuple(fc.constant(i), partOf(WRITTEN[i]!)))
		.filter(([, q]) => q.trim().length <= 100 && shortOf(q) === null);
	await fc.assert(
		fc.asyncProperty(search, async ([i, q]) => {
			const inBrowser = names.flatMap((customerName, at) =>
				foundInBrowser({ customerName, phoneNumber: numberOf(at) }, q) ? [`call-${at + 1}`] : [],
			);
			const ids = await found(reads, { q, order: 'oldest' });
			expect(ids).toContain(`call-${i + 1}`);
			expect(ids).toEqual(inBrowser);
		}),
		{ numRuns: 60 },
	);
});

it('[TX25] names that an older version folded are folded again, and a search finds them before and after', async () => {
	const old = (i: number): string => ` ${WRITTEN[i]!.normalize('NFC').toLowerCase()}\n${numberOf(i).slice(1)}`;
	const database = await migratedDatabase();
	const rows = WRITTEN.map((name, i) => [i + 1, name, numberOf(i), old(i)]);
	await database.all(FILL, JSON.stringify(rows), NOON);
	await indexNext(database, 3);
	await indexNext(database, 500);
	const stored = await database.all<{ folded: string }>('SELECT "folded" FROM "Call" ORDER BY "n"');
	expect(stored.map(({ folded }) => folded)).toEqual(WRITTEN.map((name, i) => foldedOf(name, numberOf(i))));
});
