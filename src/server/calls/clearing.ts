/**
 * A clear of calls writes one row, the clear mark, instead of deleting the calls. The mark covers the calls of its
 * run (`''`: of all runs) whose `n` is below its `seq`. The conditions below hide covered calls from every reader
 * at once. The rows are deleted later, in steps, and the mark last (`removal.ts`).
 */
export const SET_CLEAR_MARK = `INSERT INTO "Clearing" ("run", "seq") VALUES (?, ?) ON CONFLICT DO UPDATE SET "seq" = excluded."seq"`;
/** Runs before the mark of the whole history is written: that mark covers all earlier ones. */
export const DELETE_CLEAR_MARKS = 'DELETE FROM "Clearing"';

/** Whether no clear mark covers the call, in a query that names its table `c`. */
export const IS_NOT_CLEARED = `NOT EXISTS (SELECT 1 FROM "Clearing" x WHERE x."run" IN ('', c."run") AND x."seq" > c."n")`;
/** The `seq` of the mark of the whole history: calls with a smaller `n` are cleared. 0 if there is no such mark. */
export const ALL_CLEARED_TO = `coalesce((SELECT "seq" FROM "Clearing" WHERE "run" = ''), 0)`;
/**
 * For reads that select by `n`. `allTo` is `ALL_CLEARED_TO`. If `hasRuns` is 1, single runs were cleared, so the
 * read must check `IS_NOT_CLEARED` too.
 */
export const READ_CLEAR_MARKS = `SELECT ${ALL_CLEARED_TO} AS "allTo",
	EXISTS (SELECT 1 FROM "Clearing" WHERE "run" <> '') AS "hasRuns"`;
