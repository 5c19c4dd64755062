import type { CallQuery } from '#contract';
import { addressOf } from '#lib/ui/address.ts';
import { STATUS_WORDS, WORKFLOW_WORDS } from '#lib/ui/words.ts';

/** The filters that the bar has a menu for, and the others that may stand in an address. */
export type Filter = 'q' | 'status' | 'workflow' | 'outcome' | 'run' | 'from' | 'to';
const FILTERS: readonly Filter[] = ['q', 'status', 'workflow', 'outcome', 'run', 'from', 'to'];
export const OTHERS = ['outcome', 'run', 'from', 'to'] as const satisfies readonly Filter[];

export interface Active {
	filter: Filter;
	/** `status: failed`, as a sentence names it. */
	words: string;
	/** The value alone. */
	value: string;
}

/** The filters that are on, in words. */
export function active(query: CallQuery): Active[] {
	return FILTERS.flatMap((filter) => {
		const value = query[filter];
		if (value === undefined || value.length === 0) return [];
		const values = Array.isArray(value) ? value : [value];
		const said = values.map((v) => (filter === 'q' ? `“${v}”` : word(filter, v))).join(', ');
		return [{ filter, value: said, words: `${filter === 'q' ? 'search' : filter}: ${said}` }];
	});
}

function word(filter: Filter, value: string): string {
	if (filter === 'status' && value in STATUS_WORDS)
		return STATUS_WORDS[value as keyof typeof STATUS_WORDS].toLowerCase();
	if (filter === 'workflow' && value in WORKFLOW_WORDS)
		return WORKFLOW_WORDS[value as keyof typeof WORKFLOW_WORDS].toLowerCase();
	return value;
}

/** The address of the list with these parameters changed; always its beginning, unless `page` or `at` is among them. */
export const address = (
	params: URLSearchParams,
	changes: Partial<Record<Filter | 'page' | 'at', readonly string[]>>,
): string => addressOf('/', params, changes);
