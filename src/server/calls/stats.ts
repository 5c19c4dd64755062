import type { Stats, StatsMinute } from '#contract';
import type { Database, Row } from '#db/database.ts';
import { MINUTE_MS, timeOf } from './tallies.ts';

const MINUTES = 60;
const READ_CHANGE = 'SELECT "epoch", "lastChange" FROM "Feed" WHERE "id" = 1';
const READ_TALLY = `SELECT "status", "workflow", sum("count") AS "count" FROM "Tally" WHERE "run" = '' GROUP BY 1, 2`;
const READ_MINUTES = `SELECT "at", "what", "count" FROM "Minute" WHERE "at" >= ? AND "what" <> 'took'`;
const READ_TIMES = `SELECT "bucket", sum("count") AS "count" FROM "Minute"
	WHERE "at" >= ? AND "what" = 'took' GROUP BY 1 ORDER BY 1`;

/** Reads the kept figures; again only when something has changed, or a minute has passed. */
export function createStatsReader(database: Database, now: () => number): () => Promise<Stats> {
	let known: { of: string; stats: Stats } | undefined;
	return async () => {
		const minute = now() - (now() % MINUTE_MS);
		const [feed] = await database.all(READ_CHANGE);
		const of = `${String(feed?.epoch)} ${String(feed?.lastChange)} ${minute}`;
		if (known?.of === of) return known.stats;
		const since = minute - (MINUTES - 1) * MINUTE_MS;
		const [tally = [], minutes = [], times = []] = await database.snapshot([
			[READ_TALLY],
			[READ_MINUTES, since],
			[READ_TIMES, since],
		]);
		const stats = { ...counts(tally), perMinute: series(minutes, since), timeToTerminalMs: quantiles(times) };
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

function series(rows: readonly Row[], since: number): StatsMinute[] {
	const minutes = Array.from({ length: MINUTES }, (_, i) => ({
		at: new Date(since + i * MINUTE_MS).toISOString(),
		...{ created: 0, completed: 0, failed: 0 },
	}));
	for (const { at, what, count } of rows) {
		const minute = minutes[(Number(at) - since) / MINUTE_MS];
		const name = NAMES[String(what)];
		// A clock that was set back leaves minutes behind that are yet to come.
		if (minute && name) minute[name] = Number(count);
	}
	return minutes;
}

function quantiles(buckets: readonly Row[]): Stats['timeToTerminalMs'] {
	const total = buckets.reduce((sum, { count }) => sum + Number(count), 0);
	if (total === 0) return null;
	/** The time that so large a part of the calls did not take longer than. */
	const quantile = (part: number): number => {
		let left = Math.ceil(total * part);
		const found = buckets.find(({ count }) => (left -= Number(count)) <= 0);
		return timeOf(Number(found?.bucket));
	};
	return { median: quantile(0.5), p95: quantile(0.95) };
}
