import type Sqlite from 'libsql';
import type { NewCall, ProviderReport } from '#contract';
import { foldedOf } from '#contract/search.ts';
import { createCheckpoints } from '#db/checkpoints.ts';
import type { Row, Value } from '#db/database.ts';
import { connect, type Synchronous } from '#db/file.ts';
import { newId } from '#db/ids.ts';
import type { CallRow } from '#server/calls/call.ts';
import { advance } from '#server/calls/machine.ts';
import { bucketOf, MINUTE_MS } from '#server/calls/tallies.ts';

const insert = (table: string, columns: string): string => {
	const names = columns.split(' ');
	return `INSERT INTO "${table}" ("${names.join('", "')}") VALUES (${names.map(() => '?').join(', ')})`;
};
const INSERT_CALL = insert(
	'Call',
	'n id customerName phoneNumber folded workflow status phase scheduledAt createdAt updatedAt faults seq',
);
const REPORTED = 'status phase outcome providerId updatedAt startedAt ringingAt answeredAt endedAt durationMs'.split(
	' ',
);
const UPDATE_CALL = `UPDATE "Call" SET ${REPORTED.map((name) => `"${name}" = ?`).join(', ')}, "seq" = ? WHERE "n" = ?`;
const INSERT_EVENT = insert('Event', 'seq callId type at data');
const INSERT_JOB = insert('Job', 'id kind callId payload dueAt attempts');
const DROP_JOBS = `DELETE FROM "Job" WHERE "kind" <> 'hangup' AND "callId" = ?`;
const INSERT_RECEIPT = insert('Receipt', 'id at');
const COUNT = `INSERT INTO "Tally" VALUES ('', ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "count" = "count" + excluded."count"`;
const COUNT_MINUTE = `INSERT INTO "Minute" VALUES (?, ?, ?, 1) ON CONFLICT DO UPDATE SET "count" = "count" + 1`;
const MOVE_FEED = 'UPDATE "Feed" SET "lastSeq" = ?1, "lastChange" = ?1, "lastAt" = ?2 WHERE "id" = 1';

/**
 * Opens a database with the raw driver and prepared statements, to compare the product with. The PRAGMAs and the
 * checkpoints are those of the product.
 */
export function openBare(path: string, synchronous: Synchronous = 'FULL') {
	const sqlite = connect(path, synchronous);
	const prepared = new Map<string, Sqlite.Statement>();
	const statement = (sql: string): Sqlite.Statement => {
		let found = prepared.get(sql);
		if (!found) prepared.set(sql, (found = sqlite.prepare(sql)));
		return found;
	};
	const all = (sql: string, ...values: Value[]): Row[] => statement(sql).all(values) as Row[];
	const run = (sql: string, ...values: Value[]): void => void statement(sql).run(values);
	const checkpoints = createCheckpoints({ path, finish: () => void all('PRAGMA wal_checkpoint(PASSIVE)') });

	function transact<T>(work: () => T): T {
		run('BEGIN IMMEDIATE');
		const result = work();
		run('COMMIT');
		checkpoints.committed();
		return result;
	}
	/** Runs `work` in a transaction that takes the next seq. */
	const commit = <T>(work: (seq: number, at: number) => T): T =>
		transact(() => {
			const at = Date.now();
			const seq = Number(all('SELECT "lastSeq" FROM "Feed" WHERE "id" = 1')[0]!.lastSeq) + 1;
			const result = work(seq, at);
			run(MOVE_FEED, seq, at);
			return result;
		});
	const countMinute = (at: number, what: string, bucket = 0): void =>
		run(COUNT_MINUTE, at - (at % MINUTE_MS), what, bucket);

	return {
		all,
		transact,
		/** Creates a call with the rows that the product writes: call, event, job, counters. */
		create: ({ customerName, phoneNumber, workflow, scheduledAt }: NewCall) =>
			commit((n, at) => {
				const id = newId();
				const dueAt = scheduledAt == null ? null : Date.parse(scheduledAt);
				const phase = dueAt === null ? 'QUEUED' : 'SCHEDULED';
				const folded = foldedOf(customerName, phoneNumber);
				const words = [workflow, 'PENDING', phase];
				run(INSERT_CALL, n, id, customerName, phoneNumber, folded, ...words, dueAt, at, at, 0, n);
				run(INSERT_EVENT, n, id, 'created', at, '{}');
				const payload = JSON.stringify({ callId: id, phoneNumber, workflow, scenario: null });
				run(INSERT_JOB, newId(), 'dispatch', id, payload, dueAt ?? at, 0);
				run(COUNT, 'PENDING', workflow, '', 1);
				countMinute(at, 'created');
				return { n, id, customerName, phoneNumber, workflow, status: 'PENDING', phase, createdAt: at, seq: n };
			}),
		/** Applies a webhook with the rows that the product writes: call, event, receipt, counters. */
		report: (webhookId: string, report: ProviderReport) =>
			commit((seq, at) => {
				const [row] = all('SELECT * FROM "Call" WHERE "id" = ?', report.callId);
				const before = row as unknown as CallRow; // needs no parsing: no call of a benchmark has a scenario
				if (all('SELECT "id" FROM "Receipt" WHERE "id" = ?', webhookId).length > 0) return;
				const step = advance(before, report, at);
				if (!step.next) return;
				const after = step.next;
				run(UPDATE_CALL, ...REPORTED.map((name) => after[name as keyof CallRow] as Value), seq, after.n);
				run(INSERT_EVENT, seq, after.id, step.type, at, JSON.stringify({ webhookId, report }));
				run(INSERT_RECEIPT, webhookId, at);
				if (after.status === 'PENDING') return;
				run(DROP_JOBS, after.id);
				run(COUNT, before.status, before.workflow, '', -1);
				run(COUNT, after.status, after.workflow, after.outcome ?? '', 1);
				countMinute(at, after.status);
				countMinute(at, 'took', bucketOf(at - after.createdAt));
			}),
		close() {
			checkpoints.close();
			prepared.clear();
			sqlite.close();
		},
	};
}
