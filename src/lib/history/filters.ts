import { shortOf } from '#contract/search.ts';
import { OUTCOMES, STATUSES, WORKFLOWS } from '#contract/words.ts';
import { outcomeWords } from '#lib/line/words.ts';
import { addressOf } from '#lib/ui/address.ts';
import { STATUS_WORDS, WORKFLOW_WORDS } from '#lib/ui/words.ts';

/** All filters that an address may hold. The filter bar can remove the filters in `OTHERS`, but not set them. */
export type Filter = 'q' | 'status' | 'workflow' | 'outcome' | 'run' | 'from' | 'to';
const FILTERS: readonly Filter[] = ['q', 'status', 'workflow', 'outcome', 'run', 'from', 'to'];
export const OTHERS = ['outcome', 'run', 'from', 'to'] as const satisfies readonly Filter[];

/** Filters whose value alone, for example `ci-7`, does not show what it means. */
const NAMELESS: readonly Filter[] = ['run', 'from', 'to'];

export interface Active {
	filter: Filter;
	/** For example `status: Failed`, as used in a sentence. */
	words: string;
	value: string;
	/** The shortest distinct form: `Failed`, `run ci-7`. */
	short: string;
}

/** Returns the active filters in the page's words. */
export function active(query: Partial<Record<Filter, string | readonly string[] | undefined>>): Active[] {
	return FILTERS.flatMap((filter) => {
		const value = query[filter];
		if (value === undefined || value.length === 0) return [];
		const values = typeof value === 'string' ? [value] : value;
		const said = values.map((v) => (filter === 'q' ? `“${v}”` : word(filter, v))).join(', ');
		const short = NAMELESS.includes(filter) ? `${filter} ${said}` : said;
		return [{ filter, value: said, words: `${filter === 'q' ? 'search' : filter}: ${said}`, short }];
	});
}

/** Returns the page's word for a value. Values unknown to the page stay unchanged. */
function word(filter: Filter, value: string): string {
	const among = <T extends string>(all: readonly T[], wordOf: (one: T) => string): string => {
		const known = all.find((one) => one === value);
		return known === undefined ? value : wordOf(known);
	};
	if (filter === 'status') return among(STATUSES, (one) => STATUS_WORDS[one]);
	if (filter === 'workflow') return among(WORKFLOWS, (one) => WORKFLOW_WORDS[one]);
	return filter === 'outcome' ? among(OUTCOMES, outcomeWords) : value;
}

const COUNTS = ['no', 'one', 'two'];

/**
 * Returns a sentence on what a short search cannot find and what would help; empty if the search is long enough.
 */
export function shortSearch(q: string | undefined): string {
	const short = q === undefined ? null : shortOf(q);
	if (!short) return '';
	const [has, lacks] = [COUNTS[short.has] ?? String(short.has), COUNTS[short.lacks] ?? String(short.lacks)];
	const what = short.has === 1 ? 'character matches' : 'characters match';
	return `${has.charAt(0).toUpperCase()}${has.slice(1)} ${what} only the beginnings of words and numbers. Type ${lacks} more.`;
}

/** Returns the filters of an address. */
export const asked = (params: URLSearchParams): Partial<Record<Filter, string[]>> =>
	Object.fromEntries(FILTERS.map((filter) => [filter, params.getAll(filter).filter((value) => value !== '')]));

/**
 * Returns the list's address with these parameters changed. It drops `page` and `at`, unless they are among the
 * changes.
 */
export const address = (
	params: URLSearchParams,
	changes: Partial<Record<Filter | 'order' | 'page' | 'at', readonly string[]>>,
): string => addressOf('/', params, changes);

/** Returns the address of the same list in the other order. */
export const turned = (params: URLSearchParams, newestFirst: boolean): string =>
	address(params, { order: newestFirst ? ['oldest'] : [] });
