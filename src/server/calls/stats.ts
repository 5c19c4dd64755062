import type { Stats, StatsMinute } from '#contract';
import type { Database, Row } from '#db/database.ts';
import { MINUTE_MS, timeOf } from './tallies.ts';

const MINUTES = 60;
const READ_CHANGE = 'SELECT "epoch", "lastChange" FROM "Feed" WHERE "id" = 1';

/** The number of duration buckets, more than needed: the largest safe integer of milliseconds is in bucket 753. */
const BUCKETS = 1_024;
const COUNTS = 2 ** 32;
/** The events counted per minute. A packed number contains the index of its event in this list. */
const HAPPENED = ['created', 'completed', 'failed'] as const;
/**
 * One statement, so that all numbers are of one state of the database. Packed into JSON arrays, a thousand small
 * rows pass the driver in a fraction of the time. `took` packs count and bucket; `happened` packs the minute since
 * `?1`, the event and the count. The cast to an integer is needed because the driver binds numbers as reals, which
 * are slow to write and divide differently. A negative count would corrupt the values packed with it, so it is left
 * out.
 */
const READ = `SELECT * FROM
	(SELECT json_group_array("status") AS "status", json_group_array("workflow") AS "workflow",
		json_group_array("count") AS "calls" FROM "Tally" WHERE "run" = ''),
	(SELECT json_group_array("count" * ${BUCKETS} + "bucket") FILTER (WHERE "what" = 'took') AS "took",
		json_group_array(
			(("at" - CAST(?1 AS INTEGER)) / ${MINUTE_MS} * ${HAPPENED.length}
				+ CASE "what" WHEN 'created' THEN 0 WHEN 'COMPLETED' THEN 1 ELSE 2 END) * ${COUNTS} + "count"
		) FILTER (WHERE "what" <> 'took') AS "happened" FROM "Minute" WHERE "at" >= ?1 AND "count" > 0)`;

/**
 * Returns a function that reads the stored statistics. It reads them again only after a change or in a new minute.
 */
export function createStatsReader(database: Database, now: () => number): () => Promise<Stats> {
	let known: { of: string; stats: Stats } | undefined;
	let labels: { since: number; texts: string[] } | undefined;
	return async () => {
		const minute = now() - (now() % MINUTE_MS);
		const [feed] = await database.all(READ_CHANGE);
		const of = `${String(feed?.epoch)} ${String(feed?.lastChange)} ${minute}`;
		if (known?.of === of) return known.stats;
		const since = minute - (MINUTES - 1) * MINUTE_MS;
		if (labels?.since !== since) labels = { since, texts: labelsFrom(since) };
		const [row = {}] = await database.all(READ, since);
		const stats = {
			...counts(row),
			perMinute: series(row, labels.texts),
			timeToTerminalMs: quantiles(row),
		};
		known = { of, stats };
		return stats;
	};
}

const columnOf = <T>(row: Row, name: string): T[] => JSON.parse(String(row[name])) as T[];

function counts(row: Row): Pick<Stats, 'byStatus' | 'byWorkflow'> {
	const byStatus = { PENDING: 0, COMPLETED: 0, FAILED: 0 };
	const byWorkflow = { SUPPORT: 0, SALES: 0, REMINDER: 0 };
	const statuses = columnOf<keyof typeof byStatus>(row, 'status');
	const workflows = columnOf<keyof typeof byWorkflow>(row, 'workflow');
	columnOf<number>(row, 'calls').forEach((count, i) => {
		byStatus[statuses[i]!] += count;
		byWorkflow[workflows[i]!] += count;
	});
	return { byStatus, byWorkflow };
}

const labelsFrom = (since: number): string[] =>
	Array.from({ length: MINUTES }, (_, i) => new Date(since + i * MINUTE_MS).toISOString());

function series(row: Row, texts: readonly string[]): StatsMinute[] {
	const series = texts.map((at): StatsMinute => ({ at, created: 0, completed: 0, failed: 0 }));
	for (const packed of columnOf<number>(row, 'happened')) {
		const key = Math.floor(packed / COUNTS);
		// A clock that was set back leaves minutes in the future, which are skipped.
		const minute = series[Math.floor(key / HAPPENED.length)];
		if (minute) minute[HAPPENED[key % HAPPENED.length]!] = packed % COUNTS;
	}
	return series;
}

function quantiles(row: Row): Stats['timeToTerminalMs'] {
	/** The number of calls in each bucket of durations. */
	const took = new Array<number>(BUCKETS).fill(0);
	let total = 0;
	for (const packed of columnOf<number>(row, 'took')) {
		const count = Math.floor(packed / BUCKETS);
		took[packed % BUCKETS]! += count;
		total += count;
	}
	if (total === 0) return null;
	/** Returns the time within which this share of the calls ended. */
	const quantile = (part: number): number => {
		let left = Math.ceil(total * part);
		return timeOf(took.findIndex((count) => (left -= count) <= 0));
	};
	return { median: quantile(0.5), p95: quantile(0.95) };
}
