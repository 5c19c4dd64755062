import { LEASE_MS } from './worker.ts';

/** The database functions that this module needs. */
interface Statements {
	all(sql: string, ...values: number[]): Promise<Record<string, unknown>[]>;
}

/** A table with times that must move when the clock is set back. */
export interface Timed {
	table: string;
	/** The columns whose times move. */
	times: readonly string[];
	/** The column with the end of a row's lease. */
	lease?: string;
	/** An SQL condition for rows whose times do not move, such as a call scheduled for a certain hour. */
	except?: string;
}

/** Rows per step. A step takes a few milliseconds. */
const WINDOW = 1_000;

/**
 * After the clock was set back by `ms`, moves each time ahead of `now` back by `ms`, so that a row waits no longer
 * than before. Works from the newest rows in steps, and yields to other work between steps. A lease that ends
 * within `LEASE_MS` of `now` stays, because a worker can have granted it after the clock was set back.
 */
export async function moveTimesBack(database: Statements, timed: Timed, ms: number, now: () => number): Promise<void> {
	const { table, times, lease, except } = timed;
	const columns = [
		...times.map((column) => ({ column, isAhead: `"${column}" > ?2` })),
		...(lease === undefined ? [] : [{ column: lease, isAhead: `"${lease}" > ?2 + ${LEASE_MS}` }]),
	];
	const set = columns.map(
		({ column, isAhead }) => `"${column}" = CASE WHEN ${isAhead} THEN "${column}" - ?1 ELSE "${column}" END`,
	);
	const sql = `UPDATE "${table}" SET ${set.join(', ')} WHERE rowid > ?3 AND rowid <= ?4
		AND (${columns.map(({ isAhead }) => isAhead).join(' OR ')}) ${except === undefined ? '' : `AND NOT (${except})`}`;
	const [last] = await database.all(`SELECT max(rowid) AS "n" FROM "${table}"`);
	for (let to = Number(last?.n ?? 0); to > 0; to -= WINDOW) {
		await database.all(sql, ms, now(), to - WINDOW, to);
		await new Promise(setImmediate);
	}
}
