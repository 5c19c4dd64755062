import { LEASE_MS } from './worker.ts';

/** What this needs of a database. */
interface Statements {
	all(sql: string, ...values: number[]): Promise<Record<string, unknown>[]>;
}

/** Rows whose times are due by the wall clock. */
export interface Timed {
	table: string;
	/** The columns that hold a time by which a row waits. */
	times: readonly string[];
	/** The column that says until when a row is held. */
	lease?: string;
	/** Rows that wait for something else than time that passes. */
	except?: string;
}

/** Rows that one step looks at: a few milliseconds. */
const WINDOW = 1_000;

/**
 * After the clock was set back by `ms`: brings each time that lies ahead of `now` back by as much, so that a row is due
 * when as much time has passed as before. Newest rows first, in steps between which other work runs. A lease that the
 * clock of now can have given stays: none of these ends later than `LEASE_MS` from the step on, as statements run in order.
 */
export async function bringBack(database: Statements, timed: Timed, ms: number, now: () => number): Promise<void> {
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
