import type { Database } from '#db/database.ts';

/**
 * The limits of what is kept. A call stays only if both keep it: it was created or ended since `before`, and it is one
 * of the newest `calls` (null: any number). Calls that ended within an hour of `now` always stay, so that a client that
 * waited for the end still finds its call.
 */
export interface Limits {
	before: number;
	calls: number | null;
	now: number;
}

/** How far a walk from the oldest call has come, and how many calls it left in place. */
export interface WalkPosition {
	n: number;
	skipped: number;
}

/** The next calls beyond a limit. */
export interface Candidates {
	/** Ids of deletable calls: ended long enough ago, and no job refers to them. */
	ended: string[];
	/** The place of the last call, and the number of these calls. */
	n: number;
	count: number;
	/** Whether no later call is beyond a limit. */
	isLast: boolean;
}

/** Calls per read, deletable or not: a history of waiting calls is walked in steps, never scanned at once. */
const WINDOW = 256;
const TOTAL = `SELECT coalesce(sum("count"), 0) AS "total" FROM "Tally" WHERE "run" = ''`;
/** Applies to both sides of `now`: after a clock was set back, end times in the future keep no call. */
const GRACE_MS = 3_600_000;
const NEXT = `SELECT "n", "id", "status", "createdAt", "endedAt",
		EXISTS (SELECT 1 FROM "Job" WHERE "callId" = "Call"."id" AND "deadAt" IS NULL) AS "busy"
	FROM "Call" WHERE "n" > ? ORDER BY "n" LIMIT ${WINDOW}`;

/**
 * Reads on from `position` until `most` calls are deletable or the window is full. Creation times rise with the place. The
 * walk therefore ends at a call within the limits, or created within an hour of `now`: every later call was created, and
 * ended, later. A call created outside that hour, as by a wrong clock, does not end the walk.
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
