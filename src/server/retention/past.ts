import type { Database } from '#db/database.ts';

/**
 * What is kept: calls that were made or have ended since `before`, the newest `calls` (null keeps any number), and calls
 * that ended within the hour around `now`, so that a client that waited for the end still finds its call.
 */
export interface Limits {
	before: number;
	calls: number | null;
	now: number;
}

/** How far a walk from the oldest call on has come, and how many calls it left behind it. */
export interface Place {
	n: number;
	left: number;
}

/** The next stretch of calls beyond a limit. */
export interface Stretch {
	/** Those that may go: ended long enough ago, and no job is about them. */
	ended: string[];
	/** The place of the last one, and how many it has in all. */
	n: number;
	count: number;
	/** Behind it nothing is beyond a limit. */
	isLast: boolean;
}

/** As many as one look reads, whatever they are: a history of calls that wait is walked, never scanned. */
const WINDOW = 256;
const TOTAL = `SELECT coalesce(sum("count"), 0) AS "total" FROM "Tally" WHERE "run" = ''`;
/** On both sides: after a clock was set back, nothing waits until it is as late again. */
const GRACE_MS = 3_600_000;
const NEXT = `SELECT "n", "id", "status", "createdAt", "endedAt",
		EXISTS (SELECT 1 FROM "Job" WHERE "callId" = "Call"."id" AND "deadAt" IS NULL) AS "busy"
	FROM "Call" WHERE "n" > ? ORDER BY "n" LIMIT ${WINDOW}`;

/**
 * Reads on from a place, until `most` may go or the window is full. Places and times rise together: behind a call that was
 * made within the clock's hour none has ended before. Behind one of another hour some may have, once the clock is right.
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
