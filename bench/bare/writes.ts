import type { ProviderReport, Workflow } from '#contract';
import { foldedOf } from '#contract/search.ts';
import type { Value } from '#db/database.ts';
import { newId } from '#db/ids.ts';
import type { CallRow } from '#server/calls/call.ts';
import { advance } from '#server/calls/machine.ts';
import { bucketOf, MINUTE_MS } from '#server/calls/tallies.ts';
import type { Bare } from './connection.ts';

/** What is asked of a bare server; nothing of it is checked. */
export interface Wanted {
	customerName: string;
	phoneNumber: string;
	workflow: Workflow;
	/** Milliseconds since 1970; nobody dispatches the call before. */
	scheduledAt: number | null;
}

/** The rows that the product writes, row by row. */
export interface BareWrites {
	/** Calls with their events, jobs and counters, in one transaction. */
	create(wanted: readonly Wanted[]): CallRow[];
	/** A webhook's commit: call, event, receipt, counters; without a signature. */
	report(webhookId: string, report: ProviderReport): void;
}

const insert = (table: string, columns: readonly string[]): string =>
	`INSERT INTO "${table}" (${columns.map((name) => `"${name}"`).join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`;

/** What a new call's row has; the rest is null. */
const NEW =
	'n id customerName phoneNumber folded workflow status phase scheduledAt createdAt updatedAt faults seq'.split(
		' ',
	) as (keyof CallRow)[];
export const INSERT_CALL = insert('Call', NEW);
/** In the order of `INSERT_CALL`. */
export const valuesOf = (call: CallRow): Value[] => NEW.map((name) => call[name] as Value);
const TOLD = 'status phase outcome providerId updatedAt startedAt ringingAt answeredAt endedAt durationMs seq'.split(
	' ',
) as (keyof CallRow)[];
const UPDATE_CALL = `UPDATE "Call" SET ${TOLD.map((name) => `"${name}" = ?`).join(', ')} WHERE "n" = ?`;
const INSERT_EVENT = insert('Event', ['seq', 'callId', 'type', 'at', 'data']);
const INSERT_JOB = insert('Job', ['id', 'kind', 'callId', 'payload', 'dueAt', 'attempts']);
const DROP_JOBS = `DELETE FROM "Job" WHERE "kind" <> 'hangup' AND "callId" = ?`;
const FIND_RECEIPT = 'SELECT "id" FROM "Receipt" WHERE "id" = ?';
const INSERT_RECEIPT = insert('Receipt', ['id', 'at']);
const FIND_CALL = 'SELECT * FROM "Call" WHERE "id" = ?';
const COUNT = `INSERT INTO "Tally" VALUES ('', ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "count" = "count" + excluded."count"`;
const COUNT_MINUTE = `INSERT INTO "Minute" VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET "count" = "count" + excluded."count"`;
const READ_FEED = 'SELECT "lastSeq" FROM "Feed" WHERE "id" = 1';
const MOVE_FEED = 'UPDATE "Feed" SET "lastSeq" = ?, "lastChange" = ?, "lastAt" = ? WHERE "id" = 1';

/** A new call's row, at the place `n`. */
export function newCall(n: number, at: number, { customerName, phoneNumber, workflow, scheduledAt }: Wanted): CallRow {
	return {
		...{ n, id: newId(), customerName, phoneNumber, folded: foldedOf(customerName, phoneNumber), workflow },
		...{ status: 'PENDING', phase: scheduledAt === null ? 'QUEUED' : 'SCHEDULED', outcome: null, run: null },
		...{ scenario: null, scheduledAt, providerId: null, createdAt: at, updatedAt: at, startedAt: null },
		...{ ringingAt: null, answeredAt: null, endedAt: null, durationMs: null, faults: 0, seq: n },
	};
}

export function createBareWrites(bare: Bare): BareWrites {
	/** `work` gets the next seq and the time, and answers the last seq that it gave. */
	const inTransaction = (work: (seq: number, at: number) => number): void =>
		bare.transact(() => {
			const [feed] = bare.all(READ_FEED) as { lastSeq: number }[];
			const at = Date.now();
			const seq = work(feed!.lastSeq + 1, at);
			bare.run(MOVE_FEED, seq, seq, at);
		});
	const countMinute = (at: number, what: string, bucket: number, by: number): void =>
		bare.run(COUNT_MINUTE, at - (at % MINUTE_MS), what, bucket, by);

	return {
		create(wanted) {
			const calls: CallRow[] = [];
			inTransaction((first, at) => {
				const counts = new Map<Workflow, number>();
				for (const one of wanted) {
					const call = newCall(first + calls.length, at, one);
					calls.push(call);
					const { n, id, phoneNumber, workflow, scheduledAt } = call;
					bare.run(INSERT_CALL, ...valuesOf(call));
					bare.run(INSERT_EVENT, n, id, 'created', at, '{}');
					const payload = JSON.stringify({ callId: id, phoneNumber, workflow, scenario: null });
					bare.run(INSERT_JOB, newId(), 'dispatch', id, payload, scheduledAt ?? at, 0);
					counts.set(workflow, (counts.get(workflow) ?? 0) + 1);
				}
				for (const [workflow, count] of counts) bare.run(COUNT, 'PENDING', workflow, '', count);
				countMinute(at, 'created', 0, calls.length);
				return first + calls.length - 1;
			});
			return calls;
		},
		report(webhookId, report) {
			inTransaction((seq, at) => {
				const [before] = bare.all(FIND_CALL, report.callId) as CallRow[]; // of those that were made here: no scenario
				if (!before || bare.all(FIND_RECEIPT, webhookId).length > 0) return seq - 1;
				const step = advance(before, report, at);
				if (!step.next) return seq - 1;
				const after = { ...step.next, seq };
				bare.run(UPDATE_CALL, ...TOLD.map((name) => after[name] as Value), after.n);
				bare.run(INSERT_EVENT, seq, after.id, step.type, at, JSON.stringify({ webhookId, report }));
				bare.run(INSERT_RECEIPT, webhookId, at);
				if (step.type === 'ended') {
					bare.run(DROP_JOBS, after.id);
					bare.run(COUNT, before.status, before.workflow, '', -1);
					bare.run(COUNT, after.status, after.workflow, after.outcome ?? '', 1);
					const endedAt = after.endedAt ?? at;
					countMinute(endedAt, after.status, 0, 1);
					countMinute(endedAt, 'took', bucketOf(endedAt - after.createdAt), 1);
				}
				return seq;
			});
		},
	};
}
