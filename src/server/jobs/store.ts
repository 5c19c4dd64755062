import type { Database } from '#db/database.ts';
import type { JobKind } from '../calls/rows.ts';
import type { Claimed, QueueStore } from '#queue/worker.ts';

export interface Job extends Claimed {
	kind: JobKind;
	callId: string;
	payload: Record<string, unknown>;
	/** Tries that failed so far. A claim that came to nothing, as by a crash, is none. */
	failures: number;
}

const CLAIM = `UPDATE "Job" SET "lease" = ?1, "leasedUntil" = ?2, "attempts" = "attempts" + 1
	WHERE "id" IN (SELECT "id" FROM "Job" WHERE "dueAt" <= ?3 AND ("leasedUntil" IS NULL OR "leasedUntil" < ?3)
		ORDER BY "dueAt" LIMIT ?4)
	RETURNING "id", "kind", "callId", "payload", "attempts", "failures"`;
const RENEW = `UPDATE "Job" SET "leasedUntil" = ?3 WHERE "id" = ?1 AND "lease" = ?2`;
const NEXT_DUE = `SELECT "dueAt" AS "at" FROM "Job" WHERE "leasedUntil" IS NULL ORDER BY "dueAt" LIMIT 1`;
const TAKE_OVER = `UPDATE "Job" SET "leasedUntil" = NULL, "lease" = NULL WHERE "leasedUntil" IS NOT NULL`;
const DELETE = `DELETE FROM "Job" WHERE "id" = ?1 AND "lease" = ?2`;
const RETRY = `UPDATE "Job" SET "dueAt" = ?3, "lastError" = ?4, "failures" = "failures" + 1,
	"lease" = NULL, "leasedUntil" = NULL WHERE "id" = ?1 AND "lease" = ?2`;

export interface JobStore extends QueueStore<Job> {
	/** At start: what a dead process held is free at once. One server process owns the file. */
	takeOver(): Promise<void>;
	/** Both count only under the lease that the job was claimed with. */
	done(job: Job): Promise<void>;
	retry(job: Job, dueAt: number, error: string): Promise<void>;
}

export function createJobStore(database: Database): JobStore {
	return {
		async claim(now, limit, lease, until) {
			const rows = await database.all(CLAIM, lease, until, now, limit);
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
			const [row] = await database.all(NEXT_DUE);
			return row?.at == null ? null : Number(row.at);
		},
		async takeOver() {
			await database.all(TAKE_OVER);
		},
		async done({ id, lease }) {
			await database.all(DELETE, id, lease);
		},
		async retry({ id, lease }, dueAt, error) {
			await database.all(RETRY, id, lease, dueAt, error);
		},
	};
}
