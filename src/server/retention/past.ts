import type { Database } from '#db/database.ts';

/**
 * The limits beyond which ended calls are deleted. A call is within the limits if it was created or ended since
 * `before`, and is one of the newest `calls` (null: any number). A call that ended within an hour of `now` stays in
 * any case, so that a client that waited for the end still finds the call.
 */
export interface Limits {
	before: number;
	calls: number | null;
	now: number;
}

/**
 * How far a walk through the calls has come, oldest first: the column `n` of the last call that the walk passed,
 * and the number of passed calls that are not deleted. `n` numbers calls in order of creation.
 */
export interface WalkPosition {
	n: number;
	skipped: number;
}

/** The next calls beyond a limit. */
export interface Candidates {
	/** Ids of deletable calls: ended long enough ago, and no job refers to them. */
	ended: string[];
	/** The column `n` of the last call that this read passed, and the number of passed calls, deletable or not. */
	n: number;
	count: number;
	/** Whether no later call is beyond a limit. */
	isLast: boolean;
}

/** Calls per read, deletable or not, so that a read stays short even if no call in a long history is deletable. */
const WINDOW = 256;
const TOTAL = `SELECT coalesce(sum("count"), 0) AS "total" FROM "Tally" WHERE "run" = ''`;
/**
 * A call that was created or ended within this time of `now` stays. This applies to both sides of `now`. A time
 * further in the future, written before the clock was set back, protects no call.
 */
const GRACE_MS = 3_600_000;
const NEXT = `SELECT "n", "id", "status", "createdAt", "endedAt",
		EXISTS (SELECT 1 FROM "Job" WHERE "callId" = "Call"."id" AND "deadAt" IS NULL) AS "busy"
	FROM "Call" WHERE "n" > ? ORDER BY "n" LIMIT ${WINDOW}`;

/**
 * Reads the calls after `position`, until `most` of them are deletable or `WINDOW` calls are read. Later calls have
 * later creation times. So the walk ends at the first call that is within the limits, or that was created within an
 * hour of `now`: every later call stays too.
 */
export async function nextCandidates(
	database: Database,
	limits: Limits,
	position: WalkPosition,
	most: number,
): Promise<Candidates> {
	const [[tally] = [], rows = []] = await database.snapshot([[TOTAL], [NEXT, position.n]]);
	const tooMany = limits.calls === null ? 0 : Number(tally?.total) - limits.calls;
	const isFresh = (at: number): boolean => Math.abs(limits.now - at) < GRACE_MS;
	const candidates: Candidates = { ended: [], n: position.n, count: 0, isLast: rows.length < WINDOW };
	for (const { n, id, status, createdAt, endedAt, busy } of rows) {
		const isTooMany = position.skipped + candidates.count < tooMany;
		const created = Number(createdAt);
		if (isFresh(created) || (!isTooMany && created >= limits.before)) return { ...candidates, isLast: true };
		if (candidates.ended.length === most) return { ...candidates, isLast: false };
		candidates.n = Number(n);
		candidates.count++;
		if (status === 'PENDING' || busy === 1) continue;
		const end = Number(endedAt);
		if (!isFresh(end) && (isTooMany || end < limits.before)) candidates.ended.push(String(id));
	}
	return candidates;
}
