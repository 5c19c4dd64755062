import type { Database } from '#db/database.ts';

/** How many tombstones stay: more than a delta ever contains, so an older cursor would get a reset anyway. */
const KEEP_COUNT = 100_000;
/** How many tombstones are counted at once, and how many are deleted at once. */
const [COUNT_STEP, DELETE_STEP] = [10_000, 500];

const BACK = `SELECT min("seq") AS "seq", count(*) AS "count" FROM
	(SELECT "seq" FROM "Tombstone" WHERE "seq" < ? ORDER BY "seq" DESC LIMIT ${COUNT_STEP})`;
const OLDEST = `SELECT "seq" FROM "Tombstone" WHERE "seq" < ? ORDER BY "seq" LIMIT ${DELETE_STEP}`;
const DELETE = 'DELETE FROM "Tombstone" WHERE "seq" <= ?';
const SET_PRUNED = 'UPDATE "Feed" SET "prunedSeq" = max("prunedSeq", ?) WHERE "id" = 1';

/**
 * Deletes all but the newest 100,000 tombstones and records the last deleted seq. An older cursor gets a reset.
 * `waitForCalm` is called between two steps and returns whether to continue.
 */
export async function pruneTombstones(database: Database, waitForCalm: () => Promise<boolean>): Promise<void> {
	let first = Number.MAX_SAFE_INTEGER;
	for (let counted = 0; counted < KEEP_COUNT; counted += COUNT_STEP) {
		const [row] = await database.all(BACK, first);
		if (Number(row?.count) < COUNT_STEP) return;
		first = Number(row?.seq);
		await new Promise(setImmediate); // counting a step takes most of a millisecond: other work gets a turn
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
								[DELETE, last],
								[SET_PRUNED, last],
							],
			};
		});
	while ((await step()) === DELETE_STEP && (await waitForCalm()));
}
