import type { Call, CallQuery } from '#contract';
import { foldedOf, searchTerms } from '#contract/search.ts';

const among = <T>(value: T | null, wanted: readonly T[] | undefined): boolean =>
	wanted === undefined || (value !== null && wanted.includes(value));

/** The rule by which the server fills the list, for a call that arrives by push. */
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

/** The folded `q` in the folded name, or its digits in the number. A blank `q` looks for nothing and finds every call. */
export function found({ customerName, phoneNumber }: Pick<Call, 'customerName' | 'phoneNumber'>, q: string): boolean {
	const folded = foldedOf(customerName, phoneNumber);
	const terms = searchTerms(q);
	return terms.length === 0 || terms.some((term) => folded.includes(term));
}
