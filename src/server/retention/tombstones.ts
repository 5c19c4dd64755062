import type { Database } from '#db/database.ts';

/** More than a delta ever tells: who stands further back loads anew all the same. */
const KEPT = 100_000;
/** So many are counted, and so many are dropped, at once. */
const [HOP, STEP] = [10_000, 500];

const BACK = `SELECT min("seq") AS "seq", count(*) AS "count" FROM
	(SELECT "seq" FROM "Tombstone" WHERE "seq" < ? ORDER BY "seq" DESC LIMIT ${HOP})`;
const OLDEST = `SELECT "seq" FROM "Tombstone" WHERE "seq" < ? ORDER BY "seq" LIMIT ${STEP}`;
const DROP = 'DELETE FROM "Tombstone" WHERE "seq" <= ?';
const MOVE = 'UPDATE "Feed" SET "prunedSeq" = max("prunedSeq", ?) WHERE "id" = 1';

/**
 * Drops the oldest tombstones, all but the newest 100,000, and notes up to where: an older cursor gets a reset. `rest` is
 * called between two steps and says whether to go on.
 */
export async function pruneTombstones(database: Database, rest: () => Promise<boolean>): Promise<void> {
	let first = Number.MAX_SAFE_INTEGER;
	for (let counted = 0; counted < KEPT; counted += HOP) {
		const [row] = await database.all(BACK, first);
		if (Number(row?.count) < HOP) return;
		first = Number(row?.seq);
		await new Promise(setImmediate); // a hop takes most of a millisecond: everybody else has a turn
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
