/**
 * A clear commits a mark: the calls of a run (`''`: of the whole history) that were created before its seq are gone.
 * All readers apply it at once, through the conditions below. The rows are removed later, in steps, and the mark last.
 */
export const SET_CLEAR_MARK = `INSERT INTO "Clearing" ("run", "seq") VALUES (?, ?) ON CONFLICT DO UPDATE SET "seq" = excluded."seq"`;
/** For a clear of the whole history, whose mark covers all others. */
export const DELETE_CLEAR_MARKS = 'DELETE FROM "Clearing"';

/** Whether no mark covers the call, in a query that names its table `c`. */
export const IS_NOT_CLEARED = `NOT EXISTS (SELECT 1 FROM "Clearing" x WHERE x."run" IN ('', c."run") AND x."seq" > c."n")`;
/** The place up to which the whole history was cleared. */
export const ALL_CLEARED_TO = `coalesce((SELECT "seq" FROM "Clearing" WHERE "run" = ''), 0)`;
/**
 * For reads by place: the place up to which everything was cleared, and whether single runs were cleared (then check
 * `IS_NOT_CLEARED` too).
 */
export const READ_CLEAR_MARKS = `SELECT ${ALL_CLEARED_TO} AS "allTo",
	EXISTS (SELECT 1 FROM "Clearing" WHERE "run" <> '') AS "hasRuns"`;
