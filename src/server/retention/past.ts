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
export interface Place {
	n: number;
	left: number;
}

/** The next stretch of calls beyond a limit. */
export interface Stretch {
	/** Ids of deletable calls: ended long enough ago, and no job refers to them. */
	ended: string[];
	/** The place of the last call, and the number of calls in the stretch. */
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
 * Reads on from `place` until `most` calls are deletable or the window is full. Creation times rise with the place. The
 * walk therefore ends at a call within the limits, or created within an hour of `now`: every later call was created, and
 * ended, later. A call created outside that hour, as by a wrong clock, does not end the walk.
 */
export async function nextPast(database: Database, limits: Limits, place: Place, most: number): Promise<Stretch> {
	const [[kept] = [], rows = []] = await database.snapshot([[TOTAL], [NEXT, place.n]]);
	const tooMany = limits.calls === null ? 0 : Number(kept?.total) - limits.calls;
	const isFresh = (at: number): boolean => Math.abs(limits.now - at) < GRACE_MS;
	const stretch: Stretch = { ended: [], n: place.n, count: 0, isLast: rows.length < WINDOW };
	for (const { n, id, status, createdAt, endedAt, busy } of rows) {
		const isTooMany = place.left + stretch.count < tooMany;
		const made = Number(createdAt);
		if (isFresh(made) || (!isTooMany && made >= limits.before)) return { ...stretch, isLast: true };
		if (stretch.ended.length === most) return { ...stretch, isLast: false };
		stretch.n = Number(n);
		stretch.count++;
		if (status === 'PENDING' || busy === 1) continue;
		const end = Number(endedAt);
		if (!isFresh(end) && (isTooMany || end < limits.before)) stretch.ended.push(String(id));
	}
	return stretch;
}
