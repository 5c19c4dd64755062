import type { Database } from '#db/database.ts';
import type { JobKind } from '../calls/rows.ts';
import { moveTimesBack, type Timed } from '#queue/set-back.ts';
import type { Claimed, QueueStore } from '#queue/worker.ts';

export interface Job extends Claimed {
	kind: JobKind;
	callId: string;
	payload: Record<string, unknown>;
	/** Failed attempts so far. A claim without a result, as after a crash, does not count. */
	failures: number;
}

/** One worker per lane. A provider that hangs on dispatches delays no hang-up, and neither of them delays the watch. */
export const LANES = [['dispatch', 'recall'], ['hangup'], ['watch']] as const satisfies readonly (readonly JobKind[])[];
const ALL_KINDS = LANES.flat();

// One subquery per kind, so that each reads its due rows by `Job_kind_deadAt_dueAt_idx` and no dead rows.
const joined = (kinds: readonly JobKind[], of: (kind: JobKind) => string): string =>
	kinds.map((kind) => `SELECT * FROM (${of(kind)})`).join(' UNION ALL ');
const dueOf = (kind: JobKind): string => `SELECT "id", "dueAt" FROM "Job" WHERE "kind" = '${kind}' AND "deadAt" IS NULL
	AND "dueAt" <= ?3 AND ("leasedUntil" IS NULL OR "leasedUntil" < ?3) ORDER BY "dueAt" LIMIT ?4`;
const claimOf = (kinds: readonly JobKind[]): string => `UPDATE "Job" SET "lease" = ?1, "leasedUntil" = ?2,
	"attempts" = "attempts" + 1 WHERE "id" IN (SELECT "id" FROM (${joined(kinds, dueOf)}) ORDER BY "dueAt" LIMIT ?4)
	RETURNING "id", "kind", "callId", "payload", "attempts", "failures"`;
const nextOf = (kind: JobKind): string => `SELECT "dueAt" FROM "Job" WHERE "kind" = '${kind}' AND "deadAt" IS NULL
	AND "leasedUntil" IS NULL ORDER BY "dueAt" LIMIT 1`;
const nextDueOf = (kinds: readonly JobKind[]): string => `SELECT min("dueAt") AS "at" FROM (${joined(kinds, nextOf)})`;
const RENEW = `UPDATE "Job" SET "leasedUntil" = ?3 WHERE "id" = ?1 AND "lease" = ?2`;
const TAKE_OVER = `UPDATE "Job" SET "leasedUntil" = NULL, "lease" = NULL WHERE "leasedUntil" IS NOT NULL`;
const DELETE = `DELETE FROM "Job" WHERE "id" = ?1 AND "lease" = ?2`;
const RETRY = `UPDATE "Job" SET "dueAt" = ?3, "lastError" = ?4, "failures" = "failures" + 1,
	"lease" = NULL, "leasedUntil" = NULL WHERE "id" = ?1 AND "lease" = ?2`;

const LATER = `UPDATE "Job" SET "dueAt" = ?3, "lease" = NULL, "leasedUntil" = NULL WHERE "id" = ?1 AND "lease" = ?2`;
/**
 * The times that move when the clock is set back: those of all jobs except the dispatch of a scheduled call. Its
 * due time is a time of day that a user chose.
 */
const TIMED: Timed = {
	table: 'Job',
	times: ['dueAt'],
	lease: 'leasedUntil',
	except: `"kind" = 'dispatch' AND EXISTS (SELECT 1 FROM "Call" WHERE "id" = "Job"."callId" AND "phase" = 'SCHEDULED')`,
};

export interface JobStore extends QueueStore<Job> {
	/** Releases all leases. Call it only at the start of a server that is alone on the database. */
	takeOver(): Promise<void>;
	/**
	 * After the clock was set back by `ms`, keeps the remaining delay of each job, and the time of scheduled calls.
	 */
	setBack(ms: number, now: () => number): Promise<void>;
	/** Postpones a job without counting a failure. Takes effect only under the lease that the job was claimed with. */
	later(job: Job, dueAt: number): Promise<void>;
	/** Deletes the job. Like `retry`, it takes effect only under the lease that the job was claimed with. */
	done(job: Job): Promise<void>;
	retry(job: Job, dueAt: number, error: string): Promise<void>;
}

/** A store for the jobs of these kinds; all kinds by default. */
export function createJobStore(database: Database, kinds: readonly JobKind[] = ALL_KINDS): JobStore {
	const claim = claimOf(kinds);
	const nextDue = nextDueOf(kinds);
	return {
		async claim(now, limit, lease, until) {
			const rows = await database.all(claim, lease, until, now, limit);
			return rows.map(({ id, kind, callId, payload, attempts, failures }): Job => ({
				id: String(id),
				kind: kind as Job['kind'],
				callId: String(callId),
				payload: JSON.parse(String(payload)) as Job['payload'],
				attempts: Number(attempts),
				failures: Number(failures),
				lease,
			}));
		},
		async renew(id, lease, until) {
			await database.all(RENEW, id, lease, until);
		},
		async nextDue() {
			const [row] = await database.all(nextDue);
			return row?.at == null ? null : Number(row.at);
		},
		async takeOver() {
			await database.all(TAKE_OVER);
		},
		setBack: (ms, now) => moveTimesBack(database, TIMED, ms, now),
		async later({ id, lease }, dueAt) {
			await database.all(LATER, id, lease, dueAt);
		},
		async done({ id, lease }) {
			await database.all(DELETE, id, lease);
		},
		async retry({ id, lease }, dueAt, error) {
			await database.all(RETRY, id, lease, dueAt, error);
		},
	};
}
