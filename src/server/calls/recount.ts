import type { Database } from '#db/database.ts';
import { IS_NOT_CLEARED } from './clearing.ts';
import { CALL, fromRow } from './rows.ts';
import { DELETE_COUNTERS, MINUTE_MS, Counters } from './tallies.ts';

const COUNT = `INSERT INTO "Tally"
	SELECT '', "status", "workflow", coalesce("outcome", ''), count(*) FROM "Call" c WHERE ${IS_NOT_CLEARED} GROUP BY 2, 3, 4
	UNION ALL SELECT "run", "status", "workflow", coalesce("outcome", ''), count(*) FROM "Call" c WHERE "run" IS NOT NULL AND ${IS_NOT_CLEARED} GROUP BY 1, 2, 3, 4`;
const RECENT_CALLS = `SELECT ${CALL} FROM "Call" AS c WHERE ("createdAt" >= ?1 OR "endedAt" >= ?1) AND ${IS_NOT_CLEARED}`;
/** The minutes to count again: twice the hour that the statistics cover. */
const MINUTES = 120;

/**
 * Rebuilds all counters from the history, in one transaction. Needed after rows were written without the writer. `now`
 * is in milliseconds since 1970.
 */
export async function recount(database: Database, now: number): Promise<void> {
	await database.transact([[RECENT_CALLS, now - MINUTES * MINUTE_MS]], ([rows = []]) => {
		const counters = new Counters();
		for (const row of rows) counters.countMinutes(fromRow(row), 1);
		return {
			result: undefined,
			statements: [...DELETE_COUNTERS.map((sql) => [sql] as const), [COUNT], ...counters.statements()],
		};
	});
}

/** Whether there are calls but no counters: the process ended during a bulk write, before it counted. */
const UNCOUNTED = `SELECT EXISTS (SELECT 1 FROM "Call" c WHERE ${IS_NOT_CLEARED})
	AND NOT EXISTS (SELECT 1 FROM "Tally" WHERE "run" = '' AND "count" > 0) AS "uncounted"`;

/** Rebuilds the counters if the history was never counted. Returns whether it did. */
export async function countUncounted(database: Database, now: number): Promise<boolean> {
	const [row] = await database.all(UNCOUNTED);
	if (row?.uncounted !== 1) return false;
	await recount(database, now);
	return true;
}
