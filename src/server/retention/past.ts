import type { Database } from '#db/database.ts';

/** What is kept: nothing that was made before, and so many of the newest; null keeps any number. */
export interface Limits {
	before: number;
	calls: number | null;
}

/** How far a walk from the oldest call on has come, and how many calls it left behind it. */
export interface Place {
	n: number;
	left: number;
}

/** The next stretch of calls beyond a limit. */
export interface Stretch {
	/** Those that have ended, and that no job is about. */
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
const NEXT = `SELECT "n", "id", "status", "createdAt",
		EXISTS (SELECT 1 FROM "Job" WHERE "callId" = "Call"."id" AND "deadAt" IS NULL) AS "busy"
	FROM "Call" WHERE "n" > ? ORDER BY "n" LIMIT ${WINDOW}`;

/** Reads on from a place, until `most` have ended or the window is full. Places and times rise together. */
export async function nextPast(database: Database, limits: Limits, place: Place, most: number): Promise<Stretch> {
	const [[kept] = [], rows = []] = await database.snapshot([[TOTAL], [NEXT, place.n]]);
	const tooMany = limits.calls === null ? 0 : Number(kept?.total) - limits.calls;
	const stretch: Stretch = { ended: [], n: place.n, count: 0, isLast: rows.length < WINDOW };
	for (const { n, id, status, createdAt, busy } of rows) {
		const isPast = place.left + stretch.count < tooMany || Number(createdAt) < limits.before;
		if (!isPast) return { ...stretch, isLast: true };
		if (stretch.ended.length === most) return { ...stretch, isLast: false };
		stretch.n = Number(n);
		stretch.count++;
		if (status !== 'PENDING' && busy === 0) stretch.ended.push(String(id));
	}
	return stretch;
}
