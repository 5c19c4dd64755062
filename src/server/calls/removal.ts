import type { Database, Row, Statement } from '#db/database.ts';
import { ALL_CLEARED_TO, IS_NOT_CLEARED } from './clearing.ts';
import { REMOVE_CALLS } from './rows.ts';

/** The number of pending calls that one step checks. Few of them may have been cleared. */
const WINDOW = 500;
const RUNNING = `SELECT c."n", c."id", NOT (${IS_NOT_CLEARED}) AS "isGone" FROM
	(SELECT "n", "id", "run" FROM "Call" WHERE "status" = 'PENDING' AND "n" > ? ORDER BY "n" LIMIT ${WINDOW}) c ORDER BY c."n"`;
/**
 * The clear mark to remove next (`clearing.ts`). `''`, the run of the whole history, sorts first; `removeCovered`
 * relies on that.
 */
const NEXT_MARK = 'SELECT "run", "seq" FROM "Clearing" ORDER BY "run" LIMIT 1';
const COVERED = `SELECT "n", "id" FROM "Call" WHERE "n" < ${ALL_CLEARED_TO} ORDER BY "n" LIMIT ?`;
const FIRST_RUN = (column: string): string =>
	`(SELECT "${column}" FROM "Clearing" WHERE "run" <> '' ORDER BY "run" LIMIT 1)`;
const COVERED_RUN = `SELECT "n", "id" FROM "Call" WHERE "run" = ${FIRST_RUN('run')} AND "n" < ${FIRST_RUN('seq')}
	ORDER BY "n" LIMIT ?`;
const DELETE_MARK = 'DELETE FROM "Clearing" WHERE "run" = ? AND "seq" = ?';
const HANG_UP = `INSERT INTO "Job" ("id", "kind", "callId", "payload", "dueAt", "attempts")
	SELECT lower(hex(randomblob(16))), 'hangup', "id", json_object('providerId', "providerId", 'deleted', json('true')), ?2, 0
	FROM "Call" WHERE "status" = 'PENDING' AND "providerId" IS NOT NULL AND "id" IN (SELECT value ->> 1 FROM json_each(?1))`;

/** Hangs up the running calls, then deletes all of these calls and everything that belongs to them. */
function removalStatements(rows: readonly Row[], now: number): Statement[] {
	if (rows.length === 0) return [];
	const json = JSON.stringify(rows.map(({ n, id }) => [n, id]));
	return [[HANG_UP, json, now], ...REMOVE_CALLS.map((sql): Statement => [sql, json])];
}

/**
 * Removes up to `most` cleared calls that had not ended, with an `n` above `after`. Running calls are thus hung up
 * soon, even if the whole removal takes long. `now` is the due time of the hang-ups. Returns the number of removed
 * calls, and the `n` to continue from; null at the end.
 */
export async function removeRunning(
	database: Database,
	{ after, most, now }: { after: number; most: number; now: number },
): Promise<{ removed: number; after: number | null }> {
	return database.transact([[RUNNING, after]], ([rows = []]) => {
		const cleared = rows.filter(({ isGone }) => isGone === 1).slice(0, most);
		const last = cleared.length === most ? cleared.at(-1) : rows.at(-1);
		const isEnd = rows.length < WINDOW && last === rows.at(-1);
		return {
			result: { removed: cleared.length, after: isEnd ? null : Number(last?.n) },
			statements: removalStatements(cleared, now),
		};
	});
}

/**
 * Removes up to `most` calls that one clear mark covers, and the mark with the last of them. `isLast` means that no
 * mark was left.
 */
export async function removeCovered(
	database: Database,
	{ most, now }: { most: number; now: number },
): Promise<{ removed: number; isLast: boolean }> {
	return database.transact(
		[[NEXT_MARK], [COVERED, most], [COVERED_RUN, most]],
		([marks = [], all = [], ofRun = []]) => {
			const [mark] = marks;
			const rows = mark?.run === '' ? all : ofRun;
			const drop: Statement[] = mark && rows.length < most ? [[DELETE_MARK, mark.run!, mark.seq!]] : [];
			return {
				result: { removed: rows.length, isLast: mark === undefined },
				statements: [...removalStatements(rows, now), ...drop],
			};
		},
	);
}
