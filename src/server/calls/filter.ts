import type { CallFilters, CallQuery } from '#contract';
import { searchTerms } from '#contract/search.ts';
import { STATUSES, WORKFLOWS } from '#contract/words.ts';
import type { Row, Statement, Value } from '#db/database.ts';
import type { CallRow } from './call.ts';

/** The filters that compare a column with given words. Each has an index. */
const WORDS = ['status', 'workflow', 'outcome', 'run'] as const;
type Word = (typeof WORDS)[number];

/** The words that a query allows per column, without duplicates. A filter that allows every call is left out. */
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

/** How many calls have the words, according to the stored counters, and which single filter lets the fewest through. */
export interface Estimate {
	count: number;
	/** The filter whose index to read; null if most calls pass anyway. */
	by: Word | null;
}

/** Reads the counters for an estimate. */
export const countersFor = (words: Words): Statement => [
	`SELECT * FROM "Tally" WHERE "run" IN (SELECT value FROM json_each(?))`,
	JSON.stringify(['', ...(words.get('run') ?? [])]),
];

/** Below this share of the history a filter's own index is read, above it the calls in their order. */
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
 * The conditions on the words and their values, in a query that names its table `c`. A `+` keeps SQLite from every
 * index but that of `by`.
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

/** Whether a call passes the filters: the same rule as the list's, for a row that is already loaded. */
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
