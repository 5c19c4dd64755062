import type { Statement } from '#db/database.ts';
import type { CallRow } from './call.ts';

export const MINUTE_MS = 60_000;
/** Each bucket of times is a twentieth longer than the one before. */
const GROWTH = Math.log(1.05);
/** Neither a run nor a word holds one. */
const BETWEEN = '\n';

/** The bucket of a time in milliseconds. */
export const bucketOf = (ms: number): number => Math.round(Math.log1p(Math.max(0, ms)) / GROWTH);
/** The middle of a bucket, in milliseconds: at most a fortieth from every time in it. */
export const timeOf = (bucket: number): number => Math.round(Math.expm1(bucket * GROWTH));

type Counted = Pick<CallRow, 'run' | 'status' | 'workflow' | 'outcome' | 'createdAt' | 'scheduledAt' | 'endedAt'>;

/**
 * How the kept counters change over a group of commands. What a call counts for follows from its row alone: so counters
 * can be told from the history at any time (`recount.ts`), and a change is what it counted for before, taken away.
 */
export class Tallies {
	readonly #calls = new Map<string, number>();
	readonly #minutes = new Map<string, number>();

	/** A call was `before` and is `after`; null where there was none, or is no more. */
	move(before: Counted | null, after: Counted | null): void {
		if (before && after && before.status === after.status && before.outcome === after.outcome) return;
		if (before) this.#count(before, -1);
		if (after) this.#count(after, 1);
	}

	/** The minutes alone: those of a call whose other counters are taken from the history as a whole. */
	countMinutes(call: Counted, by: 1 | -1): void {
		this.#countMinute(call.createdAt, 'created', 0, by);
		if (call.endedAt === null) return;
		this.#countMinute(call.endedAt, call.status, 0, by);
		// A call that ended before its time has taken none.
		const took = call.endedAt - Math.max(call.createdAt, call.scheduledAt ?? 0);
		if (took >= 0) this.#countMinute(call.endedAt, 'took', bucketOf(took), by);
	}

	statements(): Statement[] {
		const calls = rowsOf(this.#calls);
		const minutes = rowsOf(this.#minutes).map(([key, by]) => {
			const [at, what, bucket] = key.split(BETWEEN);
			return [Number(at), what, Number(bucket), by] as const;
		});
		const more = minutes.filter(([, , , by]) => by > 0);
		const less = minutes.filter(([, , , by]) => by < 0);
		const emptied = new Set(calls.flatMap(([key, by]) => (by < 0 ? [key.split(BETWEEN)[0]!] : [])));
		emptied.delete('');
		const statements: Statement[] = [];
		if (calls.length > 0)
			statements.push([COUNT_CALLS, JSON.stringify(calls.map(([k, by]) => [...k.split(BETWEEN), by]))]);
		if (emptied.size > 0) statements.push([DROP_EMPTY, JSON.stringify([...emptied])]);
		if (more.length > 0) statements.push([COUNT_MINUTES, JSON.stringify(more)]);
		if (less.length > 0) statements.push([UNCOUNT_MINUTES, JSON.stringify(less)]);
		return statements;
	}

	#count(call: Counted, by: 1 | -1): void {
		const words = [call.status, call.workflow, call.outcome ?? ''].join(BETWEEN);
		add(this.#calls, BETWEEN + words, by);
		if (call.run !== null) add(this.#calls, call.run + BETWEEN + words, by);
		this.countMinutes(call, by);
	}

	#countMinute(ms: number, what: string, bucket: number, by: number): void {
		add(this.#minutes, [ms - (ms % MINUTE_MS), what, bucket].join(BETWEEN), by);
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
const DROP_EMPTY = `DELETE FROM "Tally" WHERE "run" IN (SELECT value FROM json_each(?)) AND "count" = 0`;
const COUNT_MINUTES = `INSERT INTO "Minute" ("at", "what", "bucket", "count")
	SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?) WHERE true
	ON CONFLICT DO UPDATE SET "count" = "count" + excluded."count"`;
/** Minutes that are forgotten already stay so. */
const UNCOUNT_MINUTES = `UPDATE "Minute" SET "count" = "count" + (value ->> 3) FROM json_each(?)
	WHERE "at" = value ->> 0 AND "what" = value ->> 1 AND "bucket" = value ->> 2`;

/** Takes a run out of the counters of the whole history; its calls of the last hours go by `countMinutes`. */
export const FORGET_RUN_TALLY = [
	`UPDATE "Tally" SET "count" = "Tally"."count" - gone."count" FROM "Tally" AS gone WHERE gone."run" = ?
		AND "Tally"."run" = '' AND "Tally"."status" = gone."status" AND "Tally"."workflow" = gone."workflow"
		AND "Tally"."outcome" = gone."outcome"`,
	`DELETE FROM "Tally" WHERE "run" = ?`,
];
export const FORGET_TALLIES = ['DELETE FROM "Tally"', 'DELETE FROM "Minute"'];
