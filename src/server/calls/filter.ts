import type { CallFilters, CallQuery } from '#contract';
import { searchTerms } from '#contract/search.ts';
import { STATUSES, WORKFLOWS } from '#contract/words.ts';
import type { Row, Statement, Value } from '#db/database.ts';
import type { CallRow } from './call.ts';

/** The filters that name words which a call has or has not. Each has an index. */
const WORDS = ['status', 'workflow', 'outcome', 'run'] as const;
type Word = (typeof WORDS)[number];

/** What a list asks of a call's words, each filter once; one that lets every call through is left out. */
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

/** How many calls have the words, as the kept counters say, and which filter alone lets the fewest through. */
export interface Estimate {
	count: number;
	/** The filter to read by; null where most calls pass anyway. */
	by: Word | null;
}

/** The counters that an estimate needs. */
export const countersFor = (words: Words): Statement => [
	`SELECT * FROM "Tally" WHERE "run" IN (SELECT value FROM json_each(?))`,
	JSON.stringify(['', ...(words.get('run') ?? [])]),
];

/** Below this part of the history a filter's own index is read, above it the calls as they stand. */
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
 * The conditions on the words and their values, of table `c`. SQLite may use the index of `by` and no other: a `+` keeps
 * it from the rest.
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

/** Whether a call passes the filters: the same rule by which the list is read, for a row that was read already. */
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
