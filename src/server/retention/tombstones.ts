import type { Database } from '#db/database.ts';

/** More than a delta ever contains. An older cursor gets a reset anyway. */
const KEPT = 100_000;
/** How many tombstones are counted at once, and how many are deleted at once. */
const [HOP, STEP] = [10_000, 500];

const BACK = `SELECT min("seq") AS "seq", count(*) AS "count" FROM
	(SELECT "seq" FROM "Tombstone" WHERE "seq" < ? ORDER BY "seq" DESC LIMIT ${HOP})`;
const OLDEST = `SELECT "seq" FROM "Tombstone" WHERE "seq" < ? ORDER BY "seq" LIMIT ${STEP}`;
const DROP = 'DELETE FROM "Tombstone" WHERE "seq" <= ?';
const MOVE = 'UPDATE "Feed" SET "prunedSeq" = max("prunedSeq", ?) WHERE "id" = 1';

/**
 * Deletes all but the newest 100,000 tombstones and records the last deleted seq. An older cursor gets a reset. `rest`
 * is called between two steps and returns whether to continue.
 */
export async function pruneTombstones(database: Database, rest: () => Promise<boolean>): Promise<void> {
	let first = Number.MAX_SAFE_INTEGER;
	for (let counted = 0; counted < KEPT; counted += HOP) {
		const [row] = await database.all(BACK, first);
		if (Number(row?.count) < HOP) return;
		first = Number(row?.seq);
		await new Promise(setImmediate); // a hop takes most of a millisecond: other work gets a turn
	}
	const step = (): Promise<number> =>
		database.transact([[OLDEST, first]], ([rows = []]) => {
			const last = rows.at(-1)?.seq ?? null;
			return {
				result: rows.length,
				statements:
					last === null
						? []
						: [
								[DROP, last],
								[MOVE, last],
							],
			};
		});
	while ((await step()) === STEP && (await rest()));
}
