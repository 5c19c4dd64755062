import type { Call, Outcome, Phase, Scenario, Status, Workflow } from '#contract';

/** A call as stored. Times are milliseconds since 1970. */
export interface CallRow {
	/** The seq of the call's `created` event: its place in every list. */
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

/** A cache of formatted times, indexed by their lowest bits: calls of one group share most of their times. */
const CACHED_TIMES = 256;
const isoTimes = new Float64Array(CACHED_TIMES).fill(NaN);
const isoTexts = new Array<string>(CACHED_TIMES).fill('');

function iso(ms: number): string {
	const place = ms % CACHED_TIMES;
	if (isoTimes[place] !== ms) {
		isoTexts[place] = new Date(ms).toISOString();
		isoTimes[place] = ms;
	}
	return isoTexts[place]!;
}
const isoOrNull = (ms: number | null): string | null => (ms === null ? null : iso(ms));

/** Rows are immutable, so the `Call` made from a row can be cached. */
const cachedCalls = new WeakMap<CallRow, Call>();

/** Like `callOf`, but returns the same object for the same row. For rows that are sent more than once. */
export function toCall(row: CallRow): Call {
	let call = cachedCalls.get(row);
	if (!call) cachedCalls.set(row, (call = callOf(row)));
	return call;
}

/** The response body of a batch. */
export const batchResponse = (rows: readonly CallRow[]): string => JSON.stringify({ calls: rows.map(toCall) });

/** The call as the API exposes it. */
export function callOf(row: CallRow): Call {
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
