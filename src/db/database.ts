import type { Client } from '@libsql/client';

export type Value = string | number | null;
/**
 * Constant SQL, and the values of its parameters. Many rows are passed as one JSON array: `… FROM json_each(?)`.
 */
export type Statement = readonly [sql: string, ...values: Value[]];
export type Row = Record<string, Value>;

/** What a transaction writes, and what it returns after the commit. */
export interface Plan<Result> {
	result: Result;
	statements: Statement[];
}

/** The port to a database: a local file or a server over the network. */
export interface Database {
	/** Runs one statement, which is a transaction of its own. This includes `UPDATE … RETURNING`. */
	all<R = Row>(sql: string, ...values: Value[]): Promise<R[]>;
	/** Runs several reads on the same state of the database. */
	snapshot(reads: readonly Statement[]): Promise<Row[][]>;
	/**
	 * Runs one write transaction: executes `reads`, passes their rows to `plan`, runs the plan's statements and
	 * commits. `plan` is pure and may run again. Throws `DatabaseUnavailable` if the database stays locked.
	 */
	transact<Result>(reads: readonly Statement[], plan: (rows: Row[][]) => Plan<Result>): Promise<Result>;
	/**
	 * Returns up to `pages` unused pages to the file system, but keeps `spare` of them for new rows. Resolves to
	 * the number of pages left to return: 0 over a network, and for a file that another program created without
	 * `auto_vacuum`.
	 */
	shrink(pages: number, spare: number): Promise<number>;
	/** The client for Prisma's adapter, over the same connection. */
	readonly client: Client;
	/** The path of a local file with links resolved. null for a server over the network. */
	readonly file: string | null;
	/** False while the open file is deleted, moved or replaced. Every write then throws `DatabaseGone`. */
	isInPlace(): boolean;
	close(): void;
}

/** The database stayed locked or silent for too long. A later attempt may succeed. */
export class DatabaseUnavailable extends Error {
	override readonly name = 'DatabaseUnavailable';
}

/** A write got no response, so it may have been done. */
export class OutcomeUnknown extends Error {
	override readonly name = 'OutcomeUnknown';
}

/** The path no longer names the open file. The message says what to do. No write succeeds meanwhile. */
export class DatabaseGone extends Error {
	override readonly name = 'DatabaseGone';
}

/** The database does not exist or may not be used. The message says why. */
export class CannotOpen extends Error {
	override readonly name = 'CannotOpen';
}

/**
 * Whether an error affects every write (a lock, a full or broken disk, a closed database), so that a smaller group of
 * writes would fail too. Any other error may be caused by one row of many.
 */
export function isDatabaseFault(error: unknown): boolean {
	const { code, message } = error as { code?: unknown; message?: unknown };
	if (error instanceof DatabaseUnavailable || error instanceof OutcomeUnknown || error instanceof DatabaseGone)
		return true;
	if (isBusy(error)) return true;
	const DATABASE_FAULTS = /^SQLITE_(IOERR|FULL|CORRUPT|NOTADB|READONLY|CANTOPEN|NOMEM|PERM)/;
	return (
		(typeof code === 'string' && DATABASE_FAULTS.test(code)) || /database connection is not open/i.test(String(message))
	);
}

/** Whether an error says that another connection holds the database's lock. */
export function isBusy(error: unknown): boolean {
	const { code, message } = error as { code?: unknown; message?: unknown };
	return (typeof code === 'string' && code.startsWith('SQLITE_BUSY')) || /database is locked/i.test(String(message));
}
