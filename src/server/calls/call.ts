import type { Call, Outcome, Phase, Scenario, Status, Workflow } from '#contract';

/** A call as it is kept: times are milliseconds since 1970. */
export interface CallRow {
	/** The seq of its `created` event: its place in every list. */
	n: number;
	id: string;
	customerName: string;
	phoneNumber: string;
	folded: string;
	workflow: Workflow;
	status: Status;
	phase: Phase;
	outcome: Outcome | null;
	run: string | null;
	scenario: Scenario | null;
	scheduledAt: number | null;
	providerId: string | null;
	createdAt: number;
	updatedAt: number;
	startedAt: number | null;
	ringingAt: number | null;
	answeredAt: number | null;
	endedAt: number | null;
	durationMs: number | null;
	faults: number;
	seq: number;
}

const iso = (ms: number): string => new Date(ms).toISOString();
const isoOrNull = (ms: number | null): string | null => (ms === null ? null : iso(ms));

/** The call as everybody outside sees it. */
export function toCall(row: CallRow): Call {
	return {
		id: row.id,
		customerName: row.customerName,
		phoneNumber: row.phoneNumber,
		workflow: row.workflow,
		status: row.status,
		phase: row.phase,
		outcome: row.outcome,
		run: row.run,
		scenario: row.scenario,
		scheduledAt: isoOrNull(row.scheduledAt),
		providerId: row.providerId,
		createdAt: iso(row.createdAt),
		updatedAt: iso(row.updatedAt),
		startedAt: isoOrNull(row.startedAt),
		ringingAt: isoOrNull(row.ringingAt),
		answeredAt: isoOrNull(row.answeredAt),
		endedAt: isoOrNull(row.endedAt),
		durationMs: row.durationMs,
		faults: row.faults,
		seq: row.seq,
	};
}

const digitsOf = (text: string): string => text.replace(/\D/g, '');
/** A term that is nothing but a number and its punctuation. */
const NUMBER = /^[\d\s().+/-]*\d[\d\s().+/-]*$/;
const START = '\n';

/** One spelling of what looks the same: lower case, and one character for a letter with its accent. */
const plain = (text: string): string => text.normalize('NFC').toLowerCase();

/**
 * What a search looks at: a space and the name lower-cased, then the number's digits behind a line break.
 * So the beginnings of words and of the number can be found as plain substrings.
 */
export function foldedOf(customerName: string, phoneNumber: string): string {
	return ` ${plain(customerName)}${START}${digitsOf(phoneNumber)}`;
}

/**
 * The substrings of a folded text that `q` asks for, any of them: its text in the name, ignoring case, or its digits in
 * the number, ignoring punctuation. Terms under three characters match beginnings of words and of the number.
 */
export function searchTerms(q: string): string[] {
	const text = plain(q);
	const terms = [...text].length < 3 ? [` ${text}`] : [text];
	if (!NUMBER.test(q)) return terms;
	const digits = digitsOf(q);
	return [...terms, digits.length < 3 ? `${START}${digits}` : digits];
}
