import type { Call, CallQuery } from '#contract';
import { foldedOf, searchTerms } from '#contract/search.ts';

const among = <T>(value: T | null, wanted: readonly T[] | undefined): boolean =>
	wanted === undefined || (value !== null && wanted.includes(value));

/** Returns whether a pushed call belongs in the list, by the server's own filter rule. */
export function matches(call: Call, query: CallQuery): boolean {
	return (
		among(call.status, query.status) &&
		among(call.workflow, query.workflow) &&
		among(call.outcome, query.outcome) &&
		among(call.run, query.run) &&
		(query.from === undefined || Date.parse(call.createdAt) >= Date.parse(query.from)) &&
		(query.to === undefined || Date.parse(call.createdAt) < Date.parse(query.to)) &&
		(query.q === undefined || found(call, query.q))
	);
}

/**
 * Returns whether the name contains `q`, regardless of case and accents, or the phone number contains the digits
 * of a numeric `q`. Under three characters, `q` matches only the beginning of a word or number. A blank `q`
 * matches every call.
 */
export function found({ customerName, phoneNumber }: Pick<Call, 'customerName' | 'phoneNumber'>, q: string): boolean {
	const folded = foldedOf(customerName, phoneNumber);
	const terms = searchTerms(q);
	return terms.length === 0 || terms.some((term) => folded.includes(term));
}
