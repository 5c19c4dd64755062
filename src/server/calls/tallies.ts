import type { Statement } from '#db/database.ts';
import type { CallRow } from './call.ts';

export const MINUTE_MS = 60_000;
/** Each bucket of durations is a twentieth longer than the one before. */
const GROWTH = Math.log(1.05);

/** The bucket of a duration in milliseconds. */
export const bucketOf = (ms: number): number => Math.round(Math.log1p(Math.max(0, ms)) / GROWTH);
/** The middle of a bucket, in milliseconds: within a fortieth of every duration in it. */
export const timeOf = (bucket: number): number => Math.round(Math.expm1(bucket * GROWTH));

type Counted = Pick<CallRow, 'run' | 'status' | 'workflow' | 'outcome' | 'createdAt' | 'scheduledAt' | 'endedAt'>;

/** The key columns of a counter. The run '' is the whole history. */
type CallKey = [run: string, status: string, workflow: string, outcome: string];
type MinuteKey = [run: string, at: number, what: string, bucket: number];
/** A number to add to a counter. */
interface Change<Key> {
	key: Key;
	by: number;
}
type Changes<Key> = Map<string, Change<Key>>;

/**
 * Collects the changes that a group of commands makes to the stored counters. A call's row alone determines what
 * the call counts for. The counters can therefore be rebuilt from the history (`recount.ts`), and an update first
 * subtracts what the old row counted for.
 */
export class Counters {
	readonly #calls: Changes<CallKey> = new Map();
	readonly #minutes: Changes<MinuteKey> = new Map();

	/** Counts a call's change from `before` to `after`. null means that the call did not exist, or was deleted. */
	move(before: Counted | null, after: Counted | null): void {
		if (before && after && before.status === after.status && before.outcome === after.outcome) return;
		if (before) this.#count(before, -1);
		if (after) this.#count(after, 1);
	}

	/** Counts a call in the minute counters only. `recount` rebuilds the other counters with one SQL statement. */
	countMinutes(call: Counted, by: 1 | -1): void {
		this.#countMinute(call, call.createdAt, 'created', 0, by);
		if (call.endedAt === null) return;
		this.#countMinute(call, call.endedAt, call.status, 0, by);
		// A call that ended before its scheduled time counts for no duration.
		const took = call.endedAt - Math.max(call.createdAt, call.scheduledAt ?? 0);
		if (took >= 0) this.#countMinute(call, call.endedAt, 'took', bucketOf(took), by);
	}

	statements(): Statement[] {
		const calls = changed(this.#calls);
		const minutes = changed(this.#minutes);
		const ofAll = minutes.filter(({ key: [run] }) => run === '');
		const ofRuns = minutes.filter(({ key: [run] }) => run !== '');
		const emptied = calls.filter(({ key: [run], by }) => run !== '' && by < 0).map(({ key: [run] }) => run);
		const statements: Statement[] = [];
		const write = (sql: string, rows: readonly unknown[]): void => {
			if (rows.length > 0) statements.push([sql, JSON.stringify(rows)]);
		};
		write(COUNT_CALLS, calls.map(rowOf));
		write(COUNT_MINUTES, ofAll.filter(isMore).map(rowOf));
		write(UNCOUNT_MINUTES, ofAll.filter(isLess).map(rowOf));
		write(COUNT_RUN_MINUTES, ofRuns.filter(isMore).map(rowOf));
		write(UNCOUNT_RUN_MINUTES, ofRuns.filter(isLess).map(rowOf));
		for (const sql of DROP_EMPTY) write(sql, [...new Set(emptied)]);
		return statements;
	}

	#count(call: Counted, by: 1 | -1): void {
		for (const run of runsOf(call)) add(this.#calls, [run, call.status, call.workflow, call.outcome ?? ''], by);
		this.countMinutes(call, by);
	}

	#countMinute(call: Counted, ms: number, what: string, bucket: number, by: number): void {
		for (const run of runsOf(call)) add(this.#minutes, [run, ms - (ms % MINUTE_MS), what, bucket], by);
	}
}

const runsOf = ({ run }: Counted): string[] => (run === null ? [''] : ['', run]);

function add<Key>(changes: Changes<Key>, key: Key, by: number): void {
	const name = JSON.stringify(key);
	changes.set(name, { key, by: (changes.get(name)?.by ?? 0) + by });
}

const changed = <Key>(changes: Changes<Key>): Change<Key>[] => [...changes.values()].filter(({ by }) => by !== 0);
const isMore = ({ by }: Change<unknown>): boolean => by > 0;
const isLess = ({ by }: Change<unknown>): boolean => by < 0;
const rowOf = ({ key, by }: Change<CallKey | MinuteKey>): unknown[] => [...key, by];

const COUNT_CALLS = `INSERT INTO "Tally" ("run", "status", "workflow", "outcome", "count")
	SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 FROM json_each(?) WHERE true
	ON CONFLICT DO UPDATE SET "count" = "count" + excluded."count"`;
/** Deletes the counters of runs that have no calls left. */
const DROP_EMPTY = [
	`DELETE FROM "Tally" WHERE "run" IN (SELECT value FROM json_each(?)) AND "count" = 0`,
	`DELETE FROM "RunMinute" WHERE "run" IN
		(SELECT value FROM json_each(?) WHERE NOT EXISTS (SELECT 1 FROM "Tally" WHERE "run" = value))`,
];
const COUNT_MINUTES = `INSERT INTO "Minute" ("at", "what", "bucket", "count")
	SELECT value ->> 1, value ->> 2, value ->> 3, value ->> 4 FROM json_each(?) WHERE true
	ON CONFLICT DO UPDATE SET "count" = "count" + excluded."count"`;
/** Updates only: minutes that were already deleted stay deleted. */
const UNCOUNT_MINUTES = `UPDATE "Minute" SET "count" = "count" + (value ->> 4) FROM json_each(?)
	WHERE "at" = value ->> 1 AND "what" = value ->> 2 AND "bucket" = value ->> 3`;

const COUNT_RUN_MINUTES = `INSERT INTO "RunMinute" ("run", "at", "what", "bucket", "count")
	SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 FROM json_each(?) WHERE true
	ON CONFLICT DO UPDATE SET "count" = "count" + excluded."count"`;
const UNCOUNT_RUN_MINUTES = `UPDATE "RunMinute" SET "count" = "count" + (value ->> 4) FROM json_each(?)
	WHERE "run" = value ->> 0 AND "at" = value ->> 1 AND "what" = value ->> 2 AND "bucket" = value ->> 3`;

/** Subtracts a run from the counters of the whole history. */
export const SUBTRACT_RUN_COUNTERS = [
	`UPDATE "Tally" SET "count" = "Tally"."count" - gone."count" FROM "Tally" AS gone WHERE gone."run" = ?
		AND "Tally"."run" = '' AND "Tally"."status" = gone."status" AND "Tally"."workflow" = gone."workflow"
		AND "Tally"."outcome" = gone."outcome"`,
	`DELETE FROM "Tally" WHERE "run" = ?`,
	`UPDATE "Minute" SET "count" = "Minute"."count" - gone."count" FROM "RunMinute" AS gone WHERE gone."run" = ?
		AND "Minute"."at" = gone."at" AND "Minute"."what" = gone."what" AND "Minute"."bucket" = gone."bucket"`,
	`DELETE FROM "RunMinute" WHERE "run" = ?`,
];
export const DELETE_COUNTERS = ['DELETE FROM "Tally"', 'DELETE FROM "Minute"', 'DELETE FROM "RunMinute"'];
