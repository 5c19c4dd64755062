/** What this needs of a database. */
interface Statements {
	all(sql: string, ...values: number[]): Promise<Record<string, unknown>[]>;
}

/** Rows whose times are due by the wall clock. */
export interface Timed {
	table: string;
	/** The columns that hold a time, by which a row waits or is held. */
	times: readonly string[];
	/** Rows that wait for something else than time that passes. */
	except?: string;
}

/** Rows that one step looks at: a few milliseconds. */
const WINDOW = 1_000;

/**
 * After the clock was set back by `ms`: brings the times that lie ahead of `now` back by as much, so that each row is due
 * when as much time has passed as before. Newest rows first, in steps between which other work runs.
 */
export async function bringBack(database: Statements, timed: Timed, ms: number, now: number): Promise<void> {
	const { table, times, except } = timed;
	const set = times.map((column) => `"${column}" = "${column}" - ?1`).join(', ');
	const isAhead = times.map((column) => `"${column}" > ?2`).join(' OR ');
	const sql = `UPDATE "${table}" SET ${set} WHERE rowid > ?3 AND rowid <= ?4 AND (${isAhead})
		${except === undefined ? '' : `AND NOT (${except})`}`;
	const [last] = await database.all(`SELECT max(rowid) AS "n" FROM "${table}"`);
	for (let to = Number(last?.n ?? 0); to > 0; to -= WINDOW) {
		await database.all(sql, ms, now, to - WINDOW, to);
		await new Promise(setImmediate);
	}
}
