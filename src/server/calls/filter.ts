import type { CallFilters, CallQuery } from '#contract';
import { searchTerms } from '#contract/search.ts';
import { STATUSES, WORKFLOWS } from '#contract/words.ts';
import type { Row, Statement, Value } from '#db/database.ts';
import type { CallRow } from './call.ts';

/** The filters that compare a column with a list of allowed values. Each column has an index. */
const WORDS = ['status', 'workflow', 'outcome', 'run'] as const;
type Word = (typeof WORDS)[number];

/**
 * The values that a query allows in each column, without duplicates. A filter that allows every value is left out.
 */
export type Words = ReadonlyMap<Word, readonly string[]>;

const ALL: Partial<Record<Word, number>> = { status: STATUSES.length, workflow: WORKFLOWS.length };

export function wordsOf(query: CallQuery): Words {
	return new Map(
		WORDS.flatMap((word) => {
			const values = [...new Set<string>(query[word] ?? [])];
			return values.length === 0 || values.length === ALL[word] ? [] : [[word, values] as const];
		}),
	);
}

/** An estimate from the stored counters: how many calls pass all filters, and which filter to read by. */
export interface Estimate {
	count: number;
	/** The filter that alone lets the fewest calls through; null if each of them lets most calls through. */
	by: Word | null;
}

/** The statement that reads the counters for `estimate`. */
export const countersFor = (words: Words): Statement => [
	`SELECT * FROM "Tally" WHERE "run" IN (SELECT value FROM json_each(?))`,
	JSON.stringify(['', ...(words.get('run') ?? [])]),
];

/**
 * If a filter lets less than this share of the history through, its index is read. Otherwise the calls are read in
 * their order.
 */
const FEW = 0.5;

export function estimate(words: Words, counters: readonly Row[]): Estimate {
	const runs = words.get('run');
	const has = (row: Row, word: Word): boolean => words.get(word)?.includes(String(row[word])) ?? true;
	const sum = (counted: (row: Row) => boolean): number =>
		counters.reduce((total, row) => (counted(row) ? total + Number(row.count) : total), 0);
	const isOfAll = (row: Row): boolean => row.run === '';
	const total = sum(isOfAll);
	let by: Word | null = null;
	let fewest = total * FEW;
	for (const word of words.keys()) {
		const alone = sum(word === 'run' ? (row) => !isOfAll(row) : (row) => isOfAll(row) && has(row, word));
		if (alone < fewest) [by, fewest] = [word, alone];
	}
	const count = sum(
		(row) => isOfAll(row) !== (runs !== undefined) && has(row, 'status') && has(row, 'workflow') && has(row, 'outcome'),
	);
	return { count, by };
}

/**
 * Returns the SQL conditions of the filters and the values to bind, for a query that names its table `c`. A unary
 * `+` keeps SQLite from using the index of a column, so that it can use only the index of `by`.
 */
export function conditions(words: Words, by: Word | null): { where: string[]; values: Value[] } {
	const where: string[] = [];
	const values: Value[] = [];
	for (const [word, wanted] of words) {
		const column = `${word === by ? '' : '+'}c."${word}"`;
		where.push(wanted.length === 1 ? `${column} = ?` : `${column} IN (SELECT value FROM json_each(?))`);
		values.push(wanted.length === 1 ? wanted[0]! : JSON.stringify(wanted));
	}
	return { where, values };
}

/**
 * Returns a function that checks whether a loaded call passes the filters, by the same rules as the list's query.
 */
export function filterOf({ q, from, to, ...words }: CallFilters): (call: CallRow) => boolean {
	const chosen = [...wordsOf(words)].map(([word, values]) => [word, new Set(values)] as const);
	const [first, end] = [from, to].map((time) => (time === undefined ? null : Date.parse(time)));
	const terms = q === undefined ? null : searchTerms(q);
	return (call) =>
		chosen.every(([word, values]) => values.has(call[word] ?? '')) &&
		(first == null || call.createdAt >= first) &&
		(end == null || call.createdAt < end) &&
		(terms === null || terms.some((term) => call.folded.includes(term)));
}
