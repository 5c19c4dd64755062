import { LEASE_MS } from './worker.ts';

/** The database functions that this module needs. */
interface Statements {
	all(sql: string, ...values: number[]): Promise<Record<string, unknown>[]>;
}

/** A table whose rows wait for wall-clock times. */
export interface Timed {
	table: string;
	/** The columns with a time that a row waits for. */
	times: readonly string[];
	/** The column with the end of a row's lease. */
	lease?: string;
	/** An SQL condition for rows that wait for something other than time. */
	except?: string;
}

/** Rows per step, which takes a few milliseconds. */
const WINDOW = 1_000;

/**
 * After the clock was set back by `ms`, moves each time ahead of `now` back by `ms`, so that a row is due after the
 * same elapsed time as before. Works from the newest rows in steps, and yields to other work between steps. A lease
 * that the current clock can have granted stays: statements run in order, so it ends within `LEASE_MS` of the step.
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
