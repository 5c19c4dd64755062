import { foldedOf } from '#contract/search.ts';
import type { Database, Statement } from '#db/database.ts';

/**
 * The search index: an FTS5 table of trigrams, filled after the commits of the writer, up to `Feed.indexedTo`. It
 * returns candidates, which are checked against the calls. It may still contain cleared calls, but never lacks a
 * call that it covers.
 *
 * FTS5 walks the whole list of a trigram, even for a small part of it. So the index is divided into *shelves*, each
 * for a range of 2^19 numbers `n`. Each shelf has characters of its own, and a search queries one shelf after
 * another, each in a bounded time (docs/decisions/0008).
 */
const SHELF_BITS = 19;
/**
 * Each shelf has 256 characters beyond Unicode's first plane. These are enough for 4,096 shelves, and so for every
 * `n` that Prisma's 32 bits can hold.
 */
const SHELVES_FROM = 0x10000;
const PER_SHELF = 256;

export const shelfOf = (n: number): number => Math.floor(n / 2 ** SHELF_BITS);
/** The first and the last `n` on a shelf. */
export const placesOn = (shelf: number): [first: number, last: number] => [
	shelf * 2 ** SHELF_BITS,
	(shelf + 1) * 2 ** SHELF_BITS - 1,
];

/**
 * Doubles spaces and line breaks. A space or a line break and the one character after it then form a trigram too.
 */
const marked = (text: string): string => text.replaceAll(' ', '  ').replaceAll('\n', '\n\n');

/**
 * Returns the text in the shelf's characters. Different characters may share one, because matches are only
 * candidates.
 */
function shelved(text: string, shelf: number): string {
	const base = SHELVES_FROM + shelf * PER_SHELF;
	let written = '';
	for (const character of marked(text)) written += String.fromCodePoint(base + (character.codePointAt(0)! % PER_SHELF));
	return written;
}

/** Returns the FTS5 query for a shelf: any of the terms, which are in the form that `searchTerms` returns. */
export function matchOn(shelf: number, terms: readonly string[]): string {
	return terms.map((term) => `(${trigramsOf(shelved(telling(term), shelf))})`).join(' OR ');
}

/**
 * Cuts a long number to its last six digits. Many numbers share a country and area code, so the lists of those
 * trigrams are long.
 */
const telling = (term: string): string => (/^\d{7,}$/.test(term) ? term.slice(-6) : term);

/**
 * Returns a query for every third trigram and the last one. Each further trigram would cost a walk, and the calls
 * are checked anyway.
 */
function trigramsOf(text: string): string {
	const characters = [...text];
	const last = characters.length - 3;
	const starts = Array.from({ length: Math.ceil(last / 3) }, (_, i) => i * 3);
	return [...starts, last].map((i) => `"${characters.slice(i, i + 3).join('')}"`).join(' AND ');
}

const NEXT = `SELECT "n", "customerName", "phoneNumber", "folded" FROM "Call" WHERE "n" > (SELECT "indexedTo" FROM "Feed" WHERE "id" = 1) ORDER BY "n" LIMIT ?`;
const ADD = `INSERT INTO "CallSearch" (rowid, "text") SELECT value ->> 0, value ->> 1 FROM json_each(?)`;
/**
 * Rewrites texts that an older version of `foldedOf` folded. A migration that sets "indexedTo" to 0 has every text
 * folded again.
 */
const REFOLD = `UPDATE "Call" SET "folded" = j.value ->> 1 FROM json_each(?) AS j WHERE "Call"."n" = j.value ->> 0`;
const MOVE = `UPDATE "Feed" SET "indexedTo" = ? WHERE "id" = 1`;
const MERGE = `INSERT INTO "CallSearch" ("CallSearch", "rank") VALUES ('merge', ?)`;
const COUNT_OWN_CHANGES = 'SELECT total_changes() AS "changes"';

const INDEXED = '(SELECT "indexedTo" FROM "Feed" WHERE "id" = 1)';
/** For calls that are deleted next. The id is the second item of each row. */
export const DELETE_INDEXED = `DELETE FROM "CallSearch" WHERE rowid IN
	(SELECT "n" FROM "Call" WHERE "id" IN (SELECT value ->> 1 FROM json_each(?)) AND "n" <= ${INDEXED})`;

/**
 * Indexes up to `count` calls in one transaction, and folds texts again that an older version had folded. Returns
 * the number of calls and the duration in milliseconds.
 */
export async function indexNext(database: Database, count: number): Promise<{ taken: number; ms: number }> {
	let startedAt = 0;
	const taken = await database.transact([[NEXT, count]], ([rows = []]) => {
		startedAt = performance.now();
		const last = rows.at(-1);
		if (!last) return { result: 0, statements: [] };
		const texts: [n: number, text: string][] = [];
		const refolded: [n: number, folded: string][] = [];
		for (const row of rows) {
			const n = Number(row.n);
			const folded = foldedOf(String(row.customerName), String(row.phoneNumber));
			if (folded !== row.folded) refolded.push([n, folded]);
			texts.push([n, shelved(folded, shelfOf(n))]);
		}
		const statements: Statement[] = [
			[ADD, JSON.stringify(texts)],
			[MOVE, Number(last.n)],
		];
		if (refolded.length > 0) statements.push([REFOLD, JSON.stringify(refolded)]);
		return { result: rows.length, statements };
	});
	return { taken, ms: performance.now() - startedAt };
}

/** Merges up to `pages` pages of the index's segments. Returns whether there was anything to merge. */
export async function mergeSome(database: Database, pages: number): Promise<boolean> {
	const changes = async (): Promise<number> => Number((await database.all(COUNT_OWN_CHANGES))[0]?.changes);
	const before = await changes();
	await database.all(MERGE, pages);
	// Fewer than two changed rows are FTS5's sign that there was nothing to merge (its manual, 6.8).
	return (await changes()) - before >= 2;
}
