/**
 * A clear commits a mark: the calls of a run (`''`: of the whole history) that were made before its seq are gone. Every
 * reader honours it at once, by the conditions below; the rows are removed behind it, some at a time, and then the mark.
 */
export const MARK = `INSERT INTO "Clearing" ("run", "seq") VALUES (?, ?) ON CONFLICT DO UPDATE SET "seq" = excluded."seq"`;
/** For one of the whole history, which covers them. */
export const DROP_MARKS = 'DELETE FROM "Clearing"';

/** Whether no mark covers the call, of table `c`. */
export const IS_LEFT = `NOT EXISTS (SELECT 1 FROM "Clearing" x WHERE x."run" IN ('', c."run") AND x."seq" > c."n")`;
/** The whole history is gone up to this place. */
export const ALL_CLEARED_TO = `coalesce((SELECT "seq" FROM "Clearing" WHERE "run" = ''), 0)`;
/** For who reads by places: up to where all is gone, and whether single runs are (then `IS_LEFT` must be asked, too). */
export const READ_MARKS = `SELECT ${ALL_CLEARED_TO} AS "allTo",
	EXISTS (SELECT 1 FROM "Clearing" WHERE "run" <> '') AS "hasRuns"`;
