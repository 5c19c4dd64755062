import type { Stats, StatsMinute } from '#contract';
import type { Database, Row } from '#db/database.ts';
import { MINUTE_MS, timeOf } from './tallies.ts';

const MINUTES = 60;
const READ_CHANGE = 'SELECT "epoch", "lastChange" FROM "Feed" WHERE "id" = 1';
const READ_CALLS = `SELECT "status", "workflow", "count" FROM "Tally" WHERE "run" = ''`;
const READ_MINUTES = `SELECT "at", "what", "count" FROM "Minute" WHERE "at" >= ? AND "what" <> 'took' AND "count" > 0`;
const READ_DURATIONS = `SELECT "bucket", sum("count") AS "count" FROM "Minute"
	WHERE "at" >= ? AND "what" = 'took' AND "count" > 0 GROUP BY "bucket" ORDER BY "bucket"`;

/** Reads the stored statistics. Reads again only after a change or a new minute. */
export function createStatsReader(database: Database, now: () => number): () => Promise<Stats> {
	let known: { of: string; stats: Stats } | undefined;
	return async () => {
		const minute = now() - (now() % MINUTE_MS);
		const [feed] = await database.all(READ_CHANGE);
		const of = `${String(feed?.epoch)} ${String(feed?.lastChange)} ${minute}`;
		if (known?.of === of) return known.stats;
		const since = minute - (MINUTES - 1) * MINUTE_MS;
		const [calls = [], minutes = [], durations = []] = await database.snapshot([
			[READ_CALLS],
			[READ_MINUTES, since],
			[READ_DURATIONS, since],
		]);
		const stats = { ...counts(calls), perMinute: series(minutes, since), timeToTerminalMs: quantiles(durations) };
		known = { of, stats };
		return stats;
	};
}

function counts(calls: readonly Row[]): Pick<Stats, 'byStatus' | 'byWorkflow'> {
	const byStatus = { PENDING: 0, COMPLETED: 0, FAILED: 0 };
	const byWorkflow = { SUPPORT: 0, SALES: 0, REMINDER: 0 };
	for (const { status, workflow, count } of calls) {
		byStatus[status as keyof typeof byStatus] += Number(count);
		byWorkflow[workflow as keyof typeof byWorkflow] += Number(count);
	}
	return { byStatus, byWorkflow };
}

/** The figure of a minute that each event counts for. */
const FIGURES = { created: 'created', COMPLETED: 'completed', FAILED: 'failed' } as const;

function series(minutes: readonly Row[], since: number): StatsMinute[] {
	const series = Array.from({ length: MINUTES }, (_, i): StatsMinute => {
		const at = new Date(since + i * MINUTE_MS).toISOString();
		return { at, created: 0, completed: 0, failed: 0 };
	});
	for (const { at, what, count } of minutes) {
		// A clock that was set back leaves minutes in the future, which are skipped.
		const minute = series[(Number(at) - since) / MINUTE_MS];
		if (minute) minute[FIGURES[what as keyof typeof FIGURES]] = Number(count);
	}
	return series;
}

/** `durations` counts the calls in each bucket, the shortest first. */
function quantiles(durations: readonly Row[]): Stats['timeToTerminalMs'] {
	const total = durations.reduce((sum, { count }) => sum + Number(count), 0);
	if (total === 0) return null;
	/** The time within which this share of the calls ended. */
	const quantile = (part: number): number => {
		let left = Math.ceil(total * part);
		return timeOf(Number(durations.find(({ count }) => (left -= Number(count)) <= 0)?.bucket));
	};
	return { median: quantile(0.5), p95: quantile(0.95) };
}
