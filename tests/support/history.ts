import type { Database } from '#db/database.ts';
import { migrate, migrationsFrom } from '#db/migrate.ts';
import { openDatabase } from '#db/open.ts';
import { recount } from '#server/calls/recount.ts';
import { indexNext } from '#server/calls/search-index.ts';
import { copyTemplate } from './templates.ts';

/** When the newest call of a filled history was made. */
export const NEWEST_AT = Date.parse('2026-11-20T12:00:00.000Z');
/** How far two of its calls lie apart. */
export const APART_MS = 60_000;
/** How many calls one transaction takes into the search index. */
const INDEXED_AT_ONCE = 2_000;

/** The id of the call with this place in a filled history, from 1, the oldest: as the text of the statement makes it. */
export const idOf = (n: number): string => `019a0000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;

/**
 * Makes a new database file of `calls` ended calls, a minute apart, the oldest first, all in the search index: the n-th
 * is `Caller n`, and every third failed. Without calls it is a new database with every migration applied.
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
