import { shortOf } from '#contract/search.ts';
import { OUTCOMES, STATUSES, WORKFLOWS } from '#contract/words.ts';
import { outcomeWords } from '#lib/line/words.ts';
import { addressOf } from '#lib/ui/address.ts';
import { STATUS_WORDS, WORKFLOW_WORDS } from '#lib/ui/words.ts';

/** The filters that the bar has a menu for, and the others that may stand in an address. */
export type Filter = 'q' | 'status' | 'workflow' | 'outcome' | 'run' | 'from' | 'to';
const FILTERS: readonly Filter[] = ['q', 'status', 'workflow', 'outcome', 'run', 'from', 'to'];
export const OTHERS = ['outcome', 'run', 'from', 'to'] as const satisfies readonly Filter[];

/** Whose values alone do not tell what they are. */
const NAMELESS: readonly Filter[] = ['run', 'from', 'to'];

export interface Active {
	filter: Filter;
	/** `status: Failed`, as a sentence names it. */
	words: string;
	/** The value alone. */
	value: string;
	/** `Failed`, `run ci-7`: as little as tells it from the others. */
	short: string;
}

/** The filters that are on, in the words of the page. */
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

/** What an address names that the page does not know stays as it is. */
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

/** What a search for so little cannot find, and what would; empty where it finds all. */
export function shortSearch(q: string | undefined): string {
	const short = q === undefined ? null : shortOf(q);
	if (!short) return '';
	const [has, lacks] = [COUNTS[short.has] ?? String(short.has), COUNTS[short.lacks] ?? String(short.lacks)];
	const what = short.has === 1 ? 'character finds' : 'characters find';
	return `${has.charAt(0).toUpperCase()}${has.slice(1)} ${what} beginnings only. Type ${lacks} more.`;
}

/** The filters that an address asks for. */
export const asked = (params: URLSearchParams): Partial<Record<Filter, string[]>> =>
	Object.fromEntries(FILTERS.map((filter) => [filter, params.getAll(filter).filter((value) => value !== '')]));

/** The address of the list with these parameters changed; always its beginning, unless `page` or `at` is among them. */
export const address = (
	params: URLSearchParams,
	changes: Partial<Record<Filter | 'order' | 'page' | 'at', readonly string[]>>,
): string => addressOf('/', params, changes);

/** The address of the same list the other way round. */
export const turned = (params: URLSearchParams, newestFirst: boolean): string =>
	address(params, { order: newestFirst ? ['oldest'] : [] });
