import type { Database } from '#db/database.ts';
import { migrate, migrationsFrom } from '#db/migrate.ts';
import { openDatabase } from '#db/open.ts';
import { recount } from '#server/calls/recount.ts';
import { indexNext } from '#server/calls/search-index.ts';
import { copyTemplate } from './templates.ts';

/** Creation time of the newest call in a filled history. */
export const NEWEST_AT = Date.parse('2026-11-20T12:00:00.000Z');
/** Time between two neighboring calls of a filled history, in milliseconds. */
export const APART_MS = 60_000;
/** How many calls one transaction adds to the search index. */
const INDEXED_AT_ONCE = 2_000;

/** Returns the id of call `n` of a filled history. Call 1 is the oldest. `FILL` builds the same id in SQL. */
export const idOf = (n: number): string => `019a0000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;

/**
 * Creates a database file with `calls` ended calls, a minute apart, the oldest first, all in the search index. Call n
 * is `Caller n`, and every third call failed. With 0 calls it is an empty database with every migration applied.
 */
export const fillHistory = (url: string, calls: number): Promise<void> =>
	copyTemplate(String(calls), (file) => makeHistory(file, calls), url.replace(/^file:/, ''));

async function makeHistory(file: string, calls: number): Promise<void> {
	const database = openDatabase({ url: `file:${file}`, authToken: undefined });
	try {
		await migrate(database, migrationsFrom(import.meta.dirname));
		if (calls > 0) await insertCalls(database, calls);
	} finally {
		database.close();
	}
}

async function insertCalls(database: Database, calls: number): Promise<void> {
	const first = NEWEST_AT - (calls - 1) * APART_MS;
	await database.transact([], () => ({
		result: undefined,
		statements: [
			[FILL, calls, first, APART_MS],
			['UPDATE "Feed" SET "lastSeq" = ?1, "lastChange" = ?1, "lastAt" = ?2', calls, NEWEST_AT],
		],
	}));
	await recount(database, NEWEST_AT);
	while ((await indexNext(database, INDEXED_AT_ONCE)).taken === INDEXED_AT_ONCE);
}

const FILL = `WITH RECURSIVE
	"count"("n") AS (SELECT 1 UNION ALL SELECT "n" + 1 FROM "count" WHERE "n" < ?1),
	"made" AS (SELECT "n", ?2 + ("n" - 1) * ?3 AS "at", "n" % 3 = 0 AS "bad" FROM "count")
INSERT INTO "Call" ("n", "id", "customerName", "phoneNumber", "folded", "workflow", "status", "phase", "outcome", "run",
	"createdAt", "updatedAt", "startedAt", "ringingAt", "answeredAt", "endedAt", "durationMs", "faults", "seq")
SELECT "n", printf('019a0000-0000-7000-8000-%012x', "n"), 'Caller ' || "n", '+12025550100',
	' caller ' || "n" || char(10) || '12025550100',
	CASE "n" % 3 WHEN 0 THEN 'SUPPORT' WHEN 1 THEN 'SALES' ELSE 'REMINDER' END,
	iif("bad", 'FAILED', 'COMPLETED'), 'ENDED', iif("bad", 'busy', 'completed'), iif("n" % 1000 = 0, 'rare', NULL),
	"at", "at" + 2000, "at" + 100, "at" + 300, iif("bad", NULL, "at" + 800), "at" + 2000, iif("bad", NULL, 1200), 0, "n"
FROM "made"`;
