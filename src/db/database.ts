import type { Client } from '@libsql/client';

export type Value = string | number | null;
/** A constant text with its values. Many rows travel as one JSON array: `… FROM json_each(?)`. */
export type Statement = readonly [sql: string, ...values: Value[]];
export type Row = Record<string, Value>;

/** What a transaction shall write, and what it answers once that is committed. */
export interface Plan<Result> {
	result: Result;
	statements: Statement[];
}

/** The database as the rooms see it: a local file or a server over the network. */
export interface Database {
	/** One statement outside a transaction; a single `UPDATE … RETURNING` is its own transaction. */
	all<R = Row>(sql: string, ...values: Value[]): Promise<R[]>;
	/** Several reads of one and the same state. */
	snapshot(reads: readonly Statement[]): Promise<Row[][]>;
	/**
	 * One write transaction: runs `reads`, lets `plan` (pure: it may run again) decide by their rows, writes its
	 * statements, commits. Throws `DatabaseUnavailable` when the database stays locked.
	 */
	transact<Result>(reads: readonly Statement[], plan: (rows: Row[][]) => Plan<Result>): Promise<Result>;
	/**
	 * Gives up to `pages` unused pages back to the file system, but keeps `spare` of them for new rows. Returns how many
	 * more there are to give: 0 on a network, and in a file that another program made without `auto_vacuum`.
	 */
	shrink(pages: number, spare: number): Promise<number>;
	/** What Prisma's adapter talks to: the same connection. */
	readonly client: Client;
	/** The path of a file on this machine, without links; null for a server over the network. */
	readonly file: string | null;
	/** False when the file was deleted, moved or replaced while it is open: then every write throws `DatabaseGone`. */
	isInPlace(): boolean;
	close(): void;
}

/** The database did not let us in for too long. Trying again later may help. */
export class DatabaseUnavailable extends Error {
	override readonly name = 'DatabaseUnavailable';
}

/** The connection broke while a write was sent: it may have been done. */
export class OutcomeUnknown extends Error {
	override readonly name = 'OutcomeUnknown';
}

/** The open file is not what its path names any more. Its message says what to do. Nothing is written meanwhile. */
export class DatabaseGone extends Error {
	override readonly name = 'DatabaseGone';
}

/** There is no such database, or it may not be used. Its message says why. */
export class CannotOpen extends Error {
	override readonly name = 'CannotOpen';
}

/**
 * Whether an error says that nobody can write now (a lock, a full or broken disk, a closed database), so that trying
 * less at once would not help. Anything else may be the fault of one row among many.
 */
export function isEverybodysFault(error: unknown): boolean {
	const { code, message } = error as { code?: unknown; message?: unknown };
	if (error instanceof DatabaseUnavailable || error instanceof OutcomeUnknown || error instanceof DatabaseGone)
		return true;
	if (isBusy(error)) return true;
	const EVERYBODYS = /^SQLITE_(IOERR|FULL|CORRUPT|NOTADB|READONLY|CANTOPEN|NOMEM|PERM)/;
	return (
		(typeof code === 'string' && EVERYBODYS.test(code)) || /database connection is not open/i.test(String(message))
	);
}

/** Whether an error says that somebody else holds the database's lock. */
export function isBusy(error: unknown): boolean {
	const { code, message } = error as { code?: unknown; message?: unknown };
	return (typeof code === 'string' && code.startsWith('SQLITE_BUSY')) || /database is locked/i.test(String(message));
}
