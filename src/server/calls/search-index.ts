import { foldedOf } from '#contract/search.ts';
import type { Database, Statement } from '#db/database.ts';

/**
 * The search index: an FTS5 table of trigrams, filled behind the writer up to `Feed.indexedTo`. It gives candidates,
 * which are held against the calls themselves; it may know calls that are gone, and never lacks one that it covers.
 *
 * FTS5 walks the whole list of a trigram, however small a part of it is asked for. So the index stands on *shelves*, each
 * for a range of places: every character is written as one that its shelf has for itself, and a question asks one shelf
 * after the other, each in a bounded time. And a digit behind a digit is written together with it: three digits that
 * follow one another are in every hundredth number, three such pairs only in every thousandth (docs/decisions/0008).
 */
const SHELF_BITS = 19;
/** Beyond Unicode's first plane a shelf has 256 characters; 4,096 shelves are as many places as Prisma's 32 bits hold. */
const SHELVES_FROM = 0x10000;
const PER_SHELF = 256;
/** Within a shelf: a character by itself; then a digit behind a line break, and behind each digit. */
const PLAIN = 128;
const FIRST_DIGITS = PLAIN;
const PAIRS = FIRST_DIGITS + 10;

export const shelfOf = (n: number): number => Math.floor(n / 2 ** SHELF_BITS);
/** The places on a shelf, first and last. */
export const placesOn = (shelf: number): [first: number, last: number] => [
	shelf * 2 ** SHELF_BITS,
	(shelf + 1) * 2 ** SHELF_BITS - 1,
];

/** Marks are doubled, so that a single character at a beginning has a trigram too. */
const marked = (text: string): string => text.replaceAll(' ', '  ').replaceAll('\n', '\n\n');

const digitOf = (character: string): number =>
	character >= '0' && character <= '9' ? character.charCodeAt(0) - 48 : -1;
/** All behind which a digit is written differently; '' for what makes no difference. */
const BEFORE = ['', '\n', ...'0123456789'];

/** A character's place among those of its shelf. Different ones may have the same: a candidate is only a candidate. */
function codeOf(character: string, before: string): number {
	const digit = digitOf(character);
	if (digit !== -1 && before === '\n') return FIRST_DIGITS + digit;
	const tens = digit === -1 ? -1 : digitOf(before);
	return tens === -1 ? character.codePointAt(0)! % PLAIN : PAIRS + 10 * tens + digit;
}

/** The text in the shelf's characters, where it stands behind `before`. */
function shelved(text: string, shelf: number, before = ''): string {
	const base = SHELVES_FROM + shelf * PER_SHELF;
	let [written, last] = ['', before];
	for (const character of marked(text)) {
		written += String.fromCodePoint(base + codeOf(character, last));
		last = character;
	}
	return written;
}

/** What FTS5 shall look for on a shelf: any of the terms, which are as `searchTerms` gives them. */
export function matchOn(shelf: number, terms: readonly string[]): string {
	return terms
		.flatMap((term) => spellings(telling(term), shelf))
		.map((characters) => `(${trigramsOf(characters)})`)
		.join(' OR ');
}

/** Numbers begin alike, with a country and an area, and those lists are long: the last seven digits leave few candidates. */
const telling = (term: string): string => (/^\d{8,}$/.test(term) ? term.slice(-7) : term);

/** How a term may be written on a shelf: nobody knows what is before a digit at its beginning, which is left out or tried. */
function spellings(term: string, shelf: number): string[][] {
	const written = [...shelved(term, shelf)];
	if (digitOf(term[0] ?? '') === -1) return [written];
	if (written.length > 3) return [written.slice(1)];
	return BEFORE.map((before) => [...shelved(term, shelf, before)]);
}

/** Trigrams side by side, and the last one: each more would cost a walk, and the calls themselves are looked at anyway. */
function trigramsOf(characters: readonly string[]): string {
	const last = characters.length - 3;
	const starts = Array.from({ length: Math.ceil(last / 3) }, (_, i) => i * 3);
	return [...starts, last].map((i) => `"${characters.slice(i, i + 3).join('')}"`).join(' AND ');
}

const NEXT = `SELECT "n", "customerName", "phoneNumber", "folded" FROM "Call" WHERE "n" > (SELECT "indexedTo" FROM "Feed" WHERE "id" = 1) ORDER BY "n" LIMIT ?`;
const ADD = `INSERT INTO "CallSearch" (rowid, "text") SELECT value ->> 0, value ->> 1 FROM json_each(?)`;
/** Rows of before a change of the folding: a migration that sets "indexedTo" to 0 has all of them folded again. */
const REFOLD = `UPDATE "Call" SET "folded" = j.value ->> 1 FROM json_each(?) AS j WHERE "Call"."n" = j.value ->> 0`;
const MOVE = `UPDATE "Feed" SET "indexedTo" = ? WHERE "id" = 1`;
const MERGE = `INSERT INTO "CallSearch" ("CallSearch", "rank") VALUES ('merge', ?)`;
const COUNT_OWN_CHANGES = 'SELECT total_changes() AS "changes"';

const INDEXED = '(SELECT "indexedTo" FROM "Feed" WHERE "id" = 1)';
/** Of calls that are deleted next; the rows carry their ids second. */
export const FORGET_INDEXED = `DELETE FROM "CallSearch" WHERE rowid IN
	(SELECT "n" FROM "Call" WHERE "id" IN (SELECT value ->> 1 FROM json_each(?)) AND "n" <= ${INDEXED})`;

/**
 * Takes up to `count` calls into the index, in one transaction, and folds again the names that were folded by an older
 * rule. Returns how many calls there were, and how long it took.
 */
export async function indexNext(database: Database, count: number): Promise<{ taken: number; ms: number }> {
	let began = 0;
	const taken = await database.transact([[NEXT, count]], ([rows = []]) => {
		began = performance.now();
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
	return { taken, ms: performance.now() - began };
}

/** Merges up to `pages` of the index's segments; answers whether there was something to merge. */
export async function mergeSome(database: Database, pages: number): Promise<boolean> {
	const changes = async (): Promise<number> => Number((await database.all(COUNT_OWN_CHANGES))[0]?.changes);
	const before = await changes();
	await database.all(MERGE, pages);
	// FTS5's own word for "nothing was done" (its manual, 6.8): fewer than two rows changed.
	return (await changes()) - before >= 2;
}
