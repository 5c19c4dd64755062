import type { Call, CallQuery } from '#contract';

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

const NUMBER = /^[\d\s().+/-]*\d[\d\s().+/-]*$/;
const START = '\n';
/** Shorter terms match beginnings only: of a word, behind its space; of the number, behind the line break. */
const SUBSTRING_FROM = 3;

/** `q` in the name, ignoring case, or in the number, ignoring its punctuation. */
export function found({ customerName, phoneNumber }: Pick<Call, 'customerName' | 'phoneNumber'>, q: string): boolean {
	const folded = ` ${customerName.toLowerCase()}${START}${phoneNumber.replace(/\D/g, '')}`;
	const text = q.toLowerCase();
	if (folded.includes([...text].length < SUBSTRING_FROM ? ` ${text}` : text)) return true;
	if (!NUMBER.test(q)) return false;
	const digits = q.replace(/\D/g, '');
	return folded.includes(digits.length < SUBSTRING_FROM ? `${START}${digits}` : digits);
}
