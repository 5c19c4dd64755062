import type { Statement } from '#db/database.ts';
import type { CallRow } from './call.ts';

export const MINUTE_MS = 60_000;
/** Each bucket of durations is a twentieth longer than the one before. */
const GROWTH = Math.log(1.05);
/** Separates the parts of a key. No run and no word contains it. */
const BETWEEN = '\n';

/** The bucket of a duration in milliseconds. */
export const bucketOf = (ms: number): number => Math.round(Math.log1p(Math.max(0, ms)) / GROWTH);
/** The middle of a bucket, in milliseconds: within a fortieth of every duration in it. */
export const timeOf = (bucket: number): number => Math.round(Math.expm1(bucket * GROWTH));

type Counted = Pick<CallRow, 'run' | 'status' | 'workflow' | 'outcome' | 'createdAt' | 'scheduledAt' | 'endedAt'>;

/**
 * The changes of the stored counters over a group of commands. A call's row alone determines what it counts for. The
 * counters can therefore be rebuilt from the history (`recount.ts`), and an update first subtracts what the old row
 * counted for.
 */
export class Counters {
	readonly #calls = new Map<string, number>();
	/** Also by run; '' is the whole history. */
	readonly #minutes = new Map<string, number>();

	/** Counts a call's change from `before` to `after`. null means that the call did not exist, or was deleted. */
	move(before: Counted | null, after: Counted | null): void {
		if (before && after && before.status === after.status && before.outcome === after.outcome) return;
		if (before) this.#count(before, -1);
		if (after) this.#count(after, 1);
	}

	/** Counts the minutes only: for a call whose other counters are rebuilt from the whole history. */
	countMinutes(call: Counted, by: 1 | -1): void {
		this.#countMinute(call, call.createdAt, 'created', 0, by);
		if (call.endedAt === null) return;
		this.#countMinute(call, call.endedAt, call.status, 0, by);
		// A call that ended before its scheduled time has no duration.
		const took = call.endedAt - Math.max(call.createdAt, call.scheduledAt ?? 0);
		if (took >= 0) this.#countMinute(call, call.endedAt, 'took', bucketOf(took), by);
	}

	statements(): Statement[] {
		const calls = rowsOf(this.#calls);
		const minutes = rowsOf(this.#minutes).map(([key, by]) => {
			const [run, at, what, bucket] = key.split(BETWEEN);
			return [Number(at), what, Number(bucket), by, run!] as const;
		});
		const emptied = new Set(calls.flatMap(([key, by]) => (by < 0 ? [key.split(BETWEEN)[0]!] : [])));
		emptied.delete('');
		const statements: Statement[] = [];
		if (calls.length > 0)
			statements.push([COUNT_CALLS, JSON.stringify(calls.map(([k, by]) => [...k.split(BETWEEN), by]))]);
		const write = (sql: string, rows: readonly unknown[]): void => {
			if (rows.length > 0) statements.push([sql, JSON.stringify(rows)]);
		};
		const ofAll = minutes.filter(([, , , , run]) => run === '');
		const ofRuns = minutes.filter(([, , , , run]) => run !== '');
		write(
			COUNT_MINUTES,
			ofAll.filter(([, , , by]) => by > 0),
		);
		write(
			UNCOUNT_MINUTES,
			ofAll.filter(([, , , by]) => by < 0),
		);
		write(
			COUNT_RUN_MINUTES,
			ofRuns.filter(([, , , by]) => by > 0),
		);
		write(
			UNCOUNT_RUN_MINUTES,
			ofRuns.filter(([, , , by]) => by < 0),
		);
		for (const sql of DROP_EMPTY) write(sql, [...emptied]);
		return statements;
	}

	#count(call: Counted, by: 1 | -1): void {
		const words = [call.status, call.workflow, call.outcome ?? ''].join(BETWEEN);
		add(this.#calls, BETWEEN + words, by);
		if (call.run !== null) add(this.#calls, call.run + BETWEEN + words, by);
		this.countMinutes(call, by);
	}

	#countMinute({ run }: Counted, ms: number, what: string, bucket: number, by: number): void {
		const minute = [ms - (ms % MINUTE_MS), what, bucket].join(BETWEEN);
		add(this.#minutes, BETWEEN + minute, by);
		if (run !== null) add(this.#minutes, run + BETWEEN + minute, by);
	}
}

function add(counts: Map<string, number>, key: string, by: number): void {
	counts.set(key, (counts.get(key) ?? 0) + by);
}

const rowsOf = (counts: ReadonlyMap<string, number>): [key: string, by: number][] =>
	[...counts].filter(([, by]) => by !== 0);

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
	SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?) WHERE true
	ON CONFLICT DO UPDATE SET "count" = "count" + excluded."count"`;
/** Updates only: minutes that were already deleted stay deleted. */
const UNCOUNT_MINUTES = `UPDATE "Minute" SET "count" = "count" + (value ->> 3) FROM json_each(?)
	WHERE "at" = value ->> 0 AND "what" = value ->> 1 AND "bucket" = value ->> 2`;

const COUNT_RUN_MINUTES = `INSERT INTO "RunMinute" ("run", "at", "what", "bucket", "count")
	SELECT value ->> 4, value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?) WHERE true
	ON CONFLICT DO UPDATE SET "count" = "count" + excluded."count"`;
const UNCOUNT_RUN_MINUTES = `UPDATE "RunMinute" SET "count" = "count" + (value ->> 3) FROM json_each(?)
	WHERE "run" = value ->> 4 AND "at" = value ->> 0 AND "what" = value ->> 1 AND "bucket" = value ->> 2`;

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
