import type { Call, Outcome, Phase, Scenario, Status, Workflow } from '#contract';

/** A call as stored. Times are milliseconds since 1970. */
export interface CallRow {
	/** The seq of the call's `created` event. Lists are sorted by `n`. */
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

/** Returns the response body of a batch. */
export const batchResponse = (rows: readonly CallRow[]): string => JSON.stringify({ calls: rows.map(toCall) });

/** The call as the API exposes it. */
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
