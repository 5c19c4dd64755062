import { migrate, migrationsFrom } from '#db/migrate.ts';
import { openDatabase } from '#db/open.ts';
import { recount } from '#server/calls/recount.ts';

/** One ended call for each `i` from 1, a second apart, every third of them failed; without events. */
const CALLS = `WITH RECURSIVE "number"("i") AS (SELECT 1 UNION ALL SELECT "i" + 1 FROM "number" WHERE "i" < ?1)
	INSERT INTO "Call" ("n", "id", "customerName", "phoneNumber", "folded", "workflow", "status", "phase", "outcome",
		"createdAt", "updatedAt", "endedAt", "faults", "seq")
	SELECT "i", printf('019a0000-0000-7000-8000-%012d', "i"), printf('Customer %d', "i"), printf('+1202555%04d', "i" % 10000),
		printf(' customer %d', "i") || char(10) || printf('1202555%04d', "i" % 10000),
		CASE "i" % 2 WHEN 0 THEN 'SALES' ELSE 'SUPPORT' END,
		CASE "i" % 3 WHEN 0 THEN 'FAILED' ELSE 'COMPLETED' END, 'ENDED',
		CASE "i" % 3 WHEN 0 THEN 'busy' ELSE 'completed' END, ?2 + "i" * 1000, ?2 + "i" * 1000, ?2 + "i" * 1000, 0, "i"
	FROM "number"`;
const FEED = `UPDATE "Feed" SET "lastSeq" = ?1, "lastChange" = ?1, "lastAt" = ?2 + ?1 * 1000 WHERE "id" = 1`;
const SINCE = Date.parse('2026-01-01T00:00:00.000Z');

/** Fills the new database at `url` with so many ended calls, before its server starts. */
export async function fillWithCalls(url: string, count: number): Promise<void> {
	const database = openDatabase({ url, authToken: undefined });
	try {
		await migrate(database, migrationsFrom(import.meta.dirname));
		await database.all(CALLS, count, SINCE);
		await database.all(FEED, count, SINCE);
		await recount(database, SINCE + count * 1_000);
	} finally {
		database.close();
	}
}
