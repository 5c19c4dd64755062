import type { Stats, StatsMinute } from '#contract';
import type { Database, Row } from '#db/database.ts';
import { MINUTE_MS, timeOf } from './tallies.ts';

const MINUTES = 60;
const READ_CHANGE = 'SELECT "epoch", "lastChange" FROM "Feed" WHERE "id" = 1';

// Some hundred small rows: column by column, each as one text, they take a fraction of their way through the driver.
const columns = (of: Record<string, string>): string =>
	Object.entries(of)
		.map(([name, value]) => `json_group_array(${value}) AS "${name}"`)
		.join(', ');
/** One statement, so one state of the database. Minutes are counted from the first parameter. */
const READ = `SELECT * FROM
	(SELECT ${columns({ status: '"status"', workflow: '"workflow"', calls: '"count"' })} FROM "Tally" WHERE "run" = ''),
	(SELECT ${columns({ minute: `("at" - ?1) / ${MINUTE_MS}`, what: '"what"', happened: '"count"' })} FROM "Minute"
		WHERE "at" >= ?1 AND "what" <> 'took'),
	(SELECT ${columns({ bucket: '"bucket"', took: '"count"' })} FROM "Minute" WHERE "at" >= ?1 AND "what" = 'took')`;

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

const NAMES = { created: 'created', COMPLETED: 'completed', FAILED: 'failed' } as const;

function series(row: Row, texts: readonly string[]): StatsMinute[] {
	const [minutes, whats] = [columnOf<number>(row, 'minute'), columnOf<keyof typeof NAMES>(row, 'what')];
	const counts = columnOf<number>(row, 'happened');
	const series = texts.map((at): StatsMinute => ({ at, created: 0, completed: 0, failed: 0 }));
	minutes.forEach((at, i) => {
		const minute = series[at];
		// A clock that was set back leaves minutes behind that are yet to come.
		if (minute) minute[NAMES[whats[i]!]] = counts[i]!;
	});
	return series;
}

function quantiles(row: Row): Stats['timeToTerminalMs'] {
	const [buckets, counts] = [columnOf<number>(row, 'bucket'), columnOf<number>(row, 'took')];
	/** How many calls took the time of each bucket: there are some hundred at most. */
	const took: number[] = [];
	let total = 0;
	for (let i = 0; i < buckets.length; i++) {
		while (took.length <= buckets[i]!) took.push(0);
		took[buckets[i]!]! += counts[i]!;
		total += counts[i]!;
	}
	if (total === 0) return null;
	/** The time that so large a part of the calls did not take longer than. */
	const quantile = (part: number): number => {
		let left = Math.ceil(total * part);
		return timeOf(took.findIndex((count) => (left -= count) <= 0));
	};
	return { median: quantile(0.5), p95: quantile(0.95) };
}
