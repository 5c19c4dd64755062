import type { Stats, StatsMinute } from '#contract';
import type { Database, Row } from '#db/database.ts';
import { MINUTE_MS, timeOf } from './tallies.ts';

const MINUTES = 60;
const READ_CHANGE = 'SELECT "epoch", "lastChange" FROM "Feed" WHERE "id" = 1';
const READ_TALLY = `SELECT "status", "workflow", sum("count") AS "count" FROM "Tally" WHERE "run" = '' GROUP BY 1, 2`;
// Some hundred small rows: as one text each they take a fraction of their way through the driver.
const READ_MINUTES = `SELECT json_group_array(json_array("at", "what", "count")) AS "rows" FROM "Minute"
	WHERE "at" >= ? AND "what" <> 'took'`;
const READ_TIMES = `SELECT json_group_array(json_array("bucket", "count")) AS "rows" FROM
	(SELECT "bucket", sum("count") AS "count" FROM "Minute" WHERE "at" >= ? AND "what" = 'took' GROUP BY 1 ORDER BY 1)`;

/** Reads the kept figures; again only when something has changed, or a minute has passed. */
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
		const [tally = [], [minutes] = [], [times] = []] = await database.snapshot([
			[READ_TALLY],
			[READ_MINUTES, since],
			[READ_TIMES, since],
		]);
		const stats = {
			...counts(tally),
			perMinute: series(rowsIn(minutes), labels),
			timeToTerminalMs: quantiles(rowsIn(times)),
		};
		known = { of, stats };
		return stats;
	};
}

function counts(rows: readonly Row[]): Pick<Stats, 'byStatus' | 'byWorkflow'> {
	const byStatus = { PENDING: 0, COMPLETED: 0, FAILED: 0 };
	const byWorkflow = { SUPPORT: 0, SALES: 0, REMINDER: 0 };
	for (const { status, workflow, count } of rows) {
		byStatus[status as keyof typeof byStatus] += Number(count);
		byWorkflow[workflow as keyof typeof byWorkflow] += Number(count);
	}
	return { byStatus, byWorkflow };
}

const NAMES: Record<string, 'created' | 'completed' | 'failed'> = {
	created: 'created',
	COMPLETED: 'completed',
	FAILED: 'failed',
};

const rowsIn = <T>(row: Row | undefined): T[] => JSON.parse(String(row?.rows)) as T[];

const labelsFrom = (since: number): string[] =>
	Array.from({ length: MINUTES }, (_, i) => new Date(since + i * MINUTE_MS).toISOString());

function series(
	rows: readonly [at: number, what: string, count: number][],
	{ since, texts }: { since: number; texts: readonly string[] },
): StatsMinute[] {
	const minutes = texts.map((at) => ({ at, created: 0, completed: 0, failed: 0 }));
	for (const [at, what, count] of rows) {
		const minute = minutes[(at - since) / MINUTE_MS];
		const name = NAMES[what];
		// A clock that was set back leaves minutes behind that are yet to come.
		if (minute && name) minute[name] = count;
	}
	return minutes;
}

function quantiles(buckets: readonly [bucket: number, count: number][]): Stats['timeToTerminalMs'] {
	const total = buckets.reduce((sum, [, count]) => sum + count, 0);
	if (total === 0) return null;
	/** The time that so large a part of the calls did not take longer than. */
	const quantile = (part: number): number => {
		let left = Math.ceil(total * part);
		const found = buckets.find(([, count]) => (left -= count) <= 0);
		return timeOf(found![0]);
	};
	return { median: quantile(0.5), p95: quantile(0.95) };
}
