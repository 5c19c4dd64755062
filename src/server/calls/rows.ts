import type { Scenario } from '#contract';
import type { Row, Statement, Value } from '#db/database.ts';
import { multiRowInsert, multiRowUpdate, storable } from '#db/multi-row.ts';
import type { CallRow } from './call.ts';
import { IS_NOT_CLEARED, SET_CLEAR_MARK, DELETE_CLEAR_MARKS } from './clearing.ts';
import { DELETE_INDEXED } from './search-index.ts';
import { SUBTRACT_RUN_COUNTERS, DELETE_COUNTERS, type Counters } from './tallies.ts';

export type EventRow = [seq: number, callId: string, type: string, at: number, data: string];
/**
 * A `watch` checks whether a call still gets reports. A `recall` is a dispatch that may have reached the provider
 * before its call ended here. It repeats the request under the same key to learn the provider's call, and then
 * hangs that call up.
 */
export type JobKind = 'dispatch' | 'hangup' | 'watch' | 'recall';
export type JobRow = [id: string, kind: JobKind, callId: string, payload: string, dueAt: number, attempts: 0];

type Cleared = [seq: number, run: string | null];

/** The last assigned seq, the seq of the last change, and the latest recorded time. */
export interface Position {
	seq: number;
	change: number;
	at: number;
}

/** The rows that one step of a group of commands writes: first the removals, then the rows that followed them. */
export interface WriteStep {
	created: Map<string, CallRow>;
	updated: Map<string, CallRow>;
	events: EventRow[];
	jobs: JobRow[];
	receipts: [webhookId: string, at: number][];
	removed: [seq: number, callId: string][];
	/** Deleted without tombstones. */
	purged: [seq: number, callId: string][];
	cleared: Cleared[];
	/** Ended calls that the provider knows: all their jobs except hang-ups are deleted. */
	doneCalls: string[];
	/**
	 * Calls that ended here: a dispatch that may have reached the provider becomes a recall, other dispatches and
	 * watches are deleted.
	 */
	stoppedCalls: string[];
	responses: [id: string, bodyHash: string, response: string, at: number][];
	/** Dispatches whose request may reach the provider from now on. */
	askedJobs: string[];
	doneJobs: string[];
	/** Dead letters: kept with their last error, and no longer claimed. */
	deadJobs: [jobId: string, at: number, error: string | null][];
	/** Calls with a new webhook: their dead jobs run again. */
	revivedCalls: [callId: string, at: number][];
	/** Jobs to run again. With an error, the attempt counts as failed. */
	retries: [jobId: string, dueAt: number, error: string | null][];
	counters: Counters;
}

/** The columns of a call after `n`, in the order in which rows are written. */
const COLUMNS = [
	'id',
	'customerName',
	'phoneNumber',
	'folded',
	'workflow',
	'status',
	'phase',
	'outcome',
	'run',
	'scenario',
	'scheduledAt',
	'providerId',
	'createdAt',
	'updatedAt',
	'startedAt',
	'ringingAt',
	'answeredAt',
	'endedAt',
	'durationMs',
	'faults',
	'seq',
] as const satisfies readonly Exclude<keyof CallRow, 'n'>[];

/** The columns that change after the creation of a call. */
const CHANGING = [
	'status',
	'phase',
	'outcome',
	'providerId',
	'updatedAt',
	'startedAt',
	'ringingAt',
	'answeredAt',
	'endedAt',
	'durationMs',
	'faults',
	'seq',
] as const satisfies readonly (typeof COLUMNS)[number][];

const insertCallRows = multiRowInsert('Call', ['n', ...COLUMNS]);
const updateCallRows = multiRowUpdate('Call', 'n', CHANGING);
export const insertEvents = multiRowInsert('Event', ['seq', 'callId', 'type', 'at', 'data']);
const insertJobs = multiRowInsert('Job', ['id', 'kind', 'callId', 'payload', 'dueAt', 'attempts']);
const insertResponses = multiRowInsert('IdempotentAnswer', ['id', 'bodyHash', 'answer', 'at']);
const insertReceipts = multiRowInsert('Receipt', ['id', 'at']);

// Statements on existing rows take one JSON array, so that each SQL text is prepared once for groups of any size.
/** For ended calls that the provider knows: no request and no watch is needed any more. */
const DROP_JOBS = `DELETE FROM "Job" WHERE "kind" <> 'hangup' AND "callId" IN (SELECT value FROM json_each(?))`;
const MARK_JOBS_ASKED = `UPDATE "Job" SET "asked" = true WHERE "id" IN (SELECT value FROM json_each(?))`;
/**
 * For calls that ended or were deleted here. A dispatch whose request may have reached the provider becomes a
 * recall until the result is known.
 */
const recallAndDrop = (ofCalls: string): string[] => [
	`UPDATE "Job" SET "kind" = 'recall' WHERE "kind" = 'dispatch' AND "asked" AND ${ofCalls}`,
	`DELETE FROM "Job" WHERE "kind" IN ('dispatch', 'watch') AND ${ofCalls}`,
];
const STOP_JOBS = recallAndDrop('"callId" IN (SELECT value FROM json_each(?))');
const DELETE_JOBS = `DELETE FROM "Job" WHERE "id" IN (SELECT value FROM json_each(?))`;
const RETRY_JOBS = `UPDATE "Job" SET "dueAt" = value ->> 1, "lastError" = value ->> 2,
	"failures" = "failures" + (value ->> 2 IS NOT NULL), "lease" = NULL, "leasedUntil" = NULL
	FROM json_each(?) WHERE "Job"."id" = value ->> 0`; // json_each has a column "id" too
const MARK_JOBS_DEAD = `UPDATE "Job" SET "deadAt" = value ->> 1, "lastError" = value ->> 2, "failures" = "failures" + 1,
	"lease" = NULL, "leasedUntil" = NULL FROM json_each(?) WHERE "Job"."id" = value ->> 0`;
const REVIVE_JOBS = `UPDATE "Job" SET "deadAt" = NULL, "dueAt" = value ->> 1, "failures" = 0
	FROM json_each(?) WHERE "Job"."callId" = value ->> 0 AND "deadAt" IS NOT NULL`;
const MOVE_FEED = `UPDATE "Feed" SET "lastSeq" = ?, "lastChange" = ?, "lastAt" = ? WHERE "id" = 1`;

const DELETED = '"callId" IN (SELECT value ->> 1 FROM json_each(?))';
/** Deletes calls and everything that belongs to them, except hang-ups. The id is the second item of each row. */
export const REMOVE_CALLS = [
	`DELETE FROM "Event" WHERE ${DELETED}`,
	// A recall that was given up is deleted with its call, and is not attempted again.
	`DELETE FROM "Job" WHERE "kind" = 'recall' AND "deadAt" IS NOT NULL AND ${DELETED}`,
	...recallAndDrop(DELETED),
	DELETE_INDEXED,
	`DELETE FROM "Call" WHERE "id" IN (SELECT value ->> 1 FROM json_each(?))`,
];
const REMOVE = [
	`INSERT INTO "Tombstone" ("seq", "kind", "callId") SELECT value ->> 0, 'deleted', value ->> 1 FROM json_each(?)`,
	...REMOVE_CALLS,
];
/** Deletes calls without tombstones. Every client with an older cursor then gets a reset. */
const PURGE = [
	`UPDATE "Feed" SET "prunedSeq" = (SELECT max(value ->> 0) FROM json_each(?)) WHERE "id" = 1`,
	...REMOVE_CALLS,
];
const INSERT_CLEARED = `INSERT INTO "Tombstone" ("seq", "kind", "run") VALUES (?, 'cleared', ?)`;

/**
 * Writes the clear mark, and removes at once what the mark makes obsolete: counters and earlier tombstones, and for
 * the whole history also dead recalls.
 */
function clearStatements([seq, run]: Cleared): Statement[] {
	const whole: Statement[] = [
		...[DELETE_CLEAR_MARKS, ...DELETE_COUNTERS].map((sql): Statement => [sql]),
		[`DELETE FROM "Job" WHERE "kind" = 'recall' AND "deadAt" IS NOT NULL`],
		['DELETE FROM "Tombstone"'],
	];
	const ofRun: Statement[] = [
		...SUBTRACT_RUN_COUNTERS.map((sql): Statement => [sql, run]),
		[`DELETE FROM "Tombstone" WHERE "kind" = 'cleared' AND "run" = ?`, run],
	];
	return [...(run === null ? whole : ofRun), [SET_CLEAR_MARK, run ?? '', seq], [INSERT_CLEARED, seq, run]];
}

/** Returns rows as JSON, with texts that SQLite can store. */
const jsonOf = (rows: readonly unknown[]): string => JSON.stringify(rows, (_key, value: unknown) => storable(value));

export const insertCalls = (calls: readonly CallRow[]): Statement[] => insertCallRows(calls.map(row(COLUMNS)));

/**
 * Returns the statements that write the steps of a group; none if nothing changed. The last one moves the feed's
 * position.
 */
export function statementsOf(steps: readonly WriteStep[], position: Position): Statement[] {
	const statements = steps.flatMap(statementsOfStep);
	if (statements.length > 0) statements.push([MOVE_FEED, position.seq, position.change, position.at]);
	return statements;
}

/** Returns the statements of one step: the removals first, then the rows that followed them. */
function statementsOfStep(step: WriteStep): Statement[] {
	const statements: Statement[] = [];
	const write = (sql: string, rows: readonly unknown[]): void => {
		if (rows.length > 0) statements.push([sql, jsonOf(rows)]);
	};
	for (const sql of REMOVE) write(sql, step.removed);
	for (const sql of PURGE) write(sql, step.purged);
	statements.push(...step.cleared.flatMap(clearStatements));
	statements.push(...insertCalls([...step.created.values()]));
	statements.push(...updateCallRows([...step.updated.values()].map(row(CHANGING))));
	statements.push(...insertEvents(step.events));
	statements.push(...insertReceipts(step.receipts));
	statements.push(...insertResponses(step.responses));
	statements.push(...insertJobs(step.jobs));
	write(MARK_JOBS_ASKED, step.askedJobs); // before STOP_JOBS, which reads the mark
	write(DROP_JOBS, step.doneCalls); // after insertJobs, because this group may have created the call
	for (const sql of STOP_JOBS) write(sql, step.stoppedCalls);
	write(DELETE_JOBS, step.doneJobs);
	write(RETRY_JOBS, step.retries);
	write(MARK_JOBS_DEAD, step.deadJobs);
	write(REVIVE_JOBS, step.revivedCalls);
	statements.push(...step.counters.statements());
	return statements;
}

const row =
	(columns: readonly (typeof COLUMNS)[number][]) =>
	(call: CallRow): Value[] => [
		call.n,
		...columns.map((name) => (name === 'scenario' ? scenarioText(call.scenario) : call[name])),
	];

const scenarioText = (scenario: Scenario | null): string | null =>
	scenario === null ? null : JSON.stringify(scenario);

/**
 * Selects each call as one JSON string, in a query that names its table `c`. In the driver this takes half the time
 * of a row with 22 columns. Convert the row with `fromRow`.
 */
export const CALL = `json_object(${(['n', ...COLUMNS] as const)
	.map((name) => `'${name}', ${name === 'scenario' ? 'json(c."scenario")' : `c."${name}"`}`)
	.join(', ')}) AS "call"`;

/**
 * Converts a row of `CALL`. Nothing is validated here, because stored values were checked before they were written.
 */
export const fromRow = ({ call }: Row): CallRow => JSON.parse(String(call)) as CallRow;

export const READ_FEED = `SELECT "epoch", "lastSeq", "lastChange", "lastAt", "prunedSeq", "indexedTo" FROM "Feed" WHERE "id" = 1`;
export const READ_CALLS = `SELECT ${CALL} FROM "Call" AS c WHERE c."id" IN (SELECT value FROM json_each(?)) AND ${IS_NOT_CLEARED}`;
export const READ_RECEIPTS = `SELECT "id" FROM "Receipt" WHERE "id" IN (SELECT value FROM json_each(?))`;
export const READ_RESPONSES = `SELECT "id", "bodyHash", "answer" FROM "IdempotentAnswer" WHERE "id" IN (SELECT value FROM json_each(?))`;
/** Which of these calls have dead jobs. */
export const READ_DEAD = `SELECT DISTINCT "callId" FROM "Job" WHERE "deadAt" IS NOT NULL AND "callId" IN (SELECT value FROM json_each(?))`;
export const READ_JOBS = `SELECT "id", "lease", "asked" FROM "Job" WHERE "id" IN (SELECT value FROM json_each(?))`;
