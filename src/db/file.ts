import { setTimeout as pause } from 'node:timers/promises';
import type { Client, InStatement, ResultSet } from '@libsql/client';
import { LibsqlError } from '@libsql/client';
import Sqlite from 'libsql';
import { createCheckpoints } from './checkpoints.ts';
import {
	CannotOpen,
	DatabaseGone,
	DatabaseUnavailable,
	isBusy,
	type Database,
	type Plan,
	type Row,
	type Statement,
	type Value,
} from './database.ts';
import { GroupCommit } from './group-commit.ts';
import { createFileGuard, type FileGuard } from './place.ts';
import { statementClient } from './statement-client.ts';

/**
 * How long SQLite itself waits for another process's lock. Such a wait blocks the event loop, so it is used only
 * while opening.
 */
const OPENING_MS = 200;
/** The pause between two attempts to get the lock, after opening. The event loop is not blocked meanwhile. */
const RETRY_MS = 10;
/**
 * In pages. From this size on, SQLite itself moves the log into the file, inside a commit. The checkpoint thread
 * (`checkpoints.ts`) keeps the log shorter.
 */
const LOG_MAX = 'wal_autocheckpoint = 16000';
/**
 * In bytes. When the log restarts, SQLite shrinks a longer log, left by a clear or a large import, to this size.
 */
const LOG_LIMIT = 'journal_size_limit = 16777216';
/** The product uses FULL, which puts an accepted call on the disk. Benchmarks also use NORMAL, for comparison. */
export type Synchronous = 'FULL' | 'NORMAL';
/** How many writes one commit holds. A larger group would block the event loop for more than a few milliseconds. */
const WRITES_MAX = 16;
/** The value of `PRAGMA auto_vacuum` for a file that can shrink step by step. */
const INCREMENTAL = 2;
/** Statements that need no write lock. */
const READS = /^\s*(SELECT|PRAGMA)\b/i;

/** A write that waits for its commit, and when it arrived. */
interface Write {
	run(): unknown;
	since: number;
}

/**
 * Opens a database file on **one kept connection**. `@libsql/client` would open a new one after each transaction,
 * which loses the PRAGMAs and leaks the file (docs/decisions/0002). Statements are synchronous, so a transaction is
 * one turn of the event loop and nothing runs between its reads and its writes. Waits up to `timeoutMs` for another
 * process's lock.
 */
export function openFile(path: string, timeoutMs = 5_000, synchronous: Synchronous = 'FULL'): Database {
	const sqlite = connect(path, synchronous);

	const finish = (): void => void all('PRAGMA wal_checkpoint(PASSIVE)', []);
	const fileGuard = createFileGuard({ path, onJournalGone: finish });
	const checkpoints = createCheckpoints({ path, finish, isInPlace: () => isInPlace(fileGuard) });
	const prepared = new Map<string, Sqlite.Statement>();
	/** Only constant SQL belongs in this cache. Other SQL would make the cache grow without limit. */
	const prepare = (sql: string): Sqlite.Statement => {
		const statement = prepared.get(sql) ?? sqlite.prepare(sql);
		prepared.set(sql, statement);
		return statement;
	};
	const all = (sql: string, values: readonly Value[]): Row[] => {
		const statement = prepare(sql);
		if (statement.reader) return statement.all(values) as Row[];
		statement.run(values);
		return [];
	};

	/**
	 * When a write of this process last got the lock. Waiting writes time out `timeoutMs` after this time, because
	 * a lock that keeps changing owners is not stuck.
	 */
	let lockAcquiredAt = 0;
	/**
	 * Retries `work` while another process holds the lock, without blocking the event loop as SQLite's own wait
	 * would. Throws `DatabaseUnavailable` after `timeoutMs`.
	 */
	const retryUntilTimeout = async <T>(work: () => T, since = performance.now()): Promise<T> => {
		for (;;) {
			try {
				return work();
			} catch (error) {
				if (!isBusy(error)) throw error;
				if (performance.now() >= Math.max(since, lockAcquiredAt) + timeoutMs)
					throw new DatabaseUnavailable('Another process holds the database.', { cause: error });
			}
			await pause(RETRY_MS);
		}
	};

	/**
	 * Runs `work` under the write lock. The second `fileGuard.check()` ensures that an acknowledged write is in the
	 * file that the path names. BEGIN is the only statement that can find the database locked, so it is not
	 * prepared: a rejected prepared statement stays open inside SQLite, and the connection would read an old state
	 * from then on.
	 */
	const lockedNow = <T>(work: () => T): T => {
		fileGuard.check();
		sqlite.exec('BEGIN IMMEDIATE');
		lockAcquiredAt = performance.now();
		try {
			const result = work();
			sqlite.exec('COMMIT');
			fileGuard.check();
			checkpoints.committed();
			return result;
		} catch (error) {
			if (sqlite.inTransaction) sqlite.exec('ROLLBACK');
			throw error;
		}
	};

	/**
	 * A commit waits for the disk, so writes that arrive together share one. There is one commit per turn of the event
	 * loop: several in one turn would delay everything else in this process, and leave no gap for other processes.
	 */
	const writes = new GroupCommit<Write, unknown>(
		(group) => retryUntilTimeout(() => lockedNow(() => group.map(({ run }) => run())), group[0]!.since),
		{ most: WRITES_MAX, eager: true },
	);
	/** Runs a write in order of arrival and resolves after its commit. `run` must be pure: its group may run again. */
	const inOrder = <T>(run: () => T): Promise<T> => writes.add({ run, since: performance.now() }) as Promise<T>;

	const transactNow = <Result>(reads: readonly Statement[], plan: (rows: Row[][]) => Plan<Result>): Result => {
		const { result, statements } = plan(reads.map(([sql, ...values]) => all(sql, values)));
		for (const [sql, ...values] of statements) all(sql, values);
		return result;
	};

	const shrinkNow = (pages: number, spare: number): number => {
		if (all('PRAGMA auto_vacuum', [])[0]?.auto_vacuum !== INCREMENTAL) return 0;
		const unused = (): number => Number(all('PRAGMA freelist_count', [])[0]?.freelist_count);
		const take = Math.min(pages, unused() - spare);
		// Not prepared: a prepared statement would stop after one page and stay open.
		if (take > 0) sqlite.exec(`PRAGMA incremental_vacuum(${take})`);
		return Math.max(0, unused() - spare);
	};

	const oneStatement = <T>(sql: string, run: () => T): Promise<T> =>
		READS.test(sql) ? retryUntilTimeout(run) : inOrder(run);

	const snapshotNow = (reads: readonly Statement[]): Row[][] => {
		all('BEGIN', []);
		try {
			return reads.map(([sql, ...values]) => all(sql, values));
		} finally {
			all('COMMIT', []);
		}
	};

	return {
		file: path,
		isInPlace: () => isInPlace(fileGuard),
		client: clientOver(sqlite, oneStatement),
		all: <R>(sql: string, ...values: Value[]) => oneStatement(sql, () => all(sql, values) as R[]),
		snapshot: (reads) => retryUntilTimeout(() => snapshotNow(reads)),
		transact: (reads, plan) => inOrder(() => transactNow(reads, plan)),
		shrink: (pages, spare) => inOrder(() => shrinkNow(pages, spare)),
		close() {
			if (!sqlite.open) return;
			checkpoints.close();
			const [folded] = sqlite.prepare('PRAGMA wal_checkpoint(TRUNCATE)').all() as Row[];
			if (folded?.busy !== 0) process.emitWarning(`Another process is reading ${path}: keep its -wal file with it.`);
			prepared.clear();
			sqlite.close();
		},
	};
}

/** Opens a connection and sets its PRAGMAs. Throws `CannotOpen`. */
export function connect(path: string, synchronous: Synchronous): Sqlite.Database {
	try {
		const sqlite = new Sqlite(path, { timeout: OPENING_MS });
		// `auto_vacuum` must precede the first table. On a file with tables the PRAGMA has no effect, but takes the
		// write lock.
		if (isEmpty(sqlite)) sqlite.prepare('PRAGMA auto_vacuum = INCREMENTAL').all();
		for (const pragma of [
			'journal_mode = WAL',
			`synchronous = ${synchronous}`,
			'foreign_keys = ON',
			'cache_size = -16000',
			LOG_MAX,
			LOG_LIMIT,
		])
			sqlite.prepare(`PRAGMA ${pragma}`).all();
		// The first read creates the journal, whose identity `place.ts` remembers.
		sqlite.prepare('SELECT 1 FROM sqlite_master LIMIT 1').all();
		sqlite.prepare('PRAGMA busy_timeout = 0').all();
		return sqlite;
	} catch (error) {
		throw new CannotOpen(error instanceof Error ? error.message : String(error), { cause: error });
	}
}

/** Whether a write would reach the file that the path names. */
function isInPlace(fileGuard: FileGuard): boolean {
	try {
		fileGuard.check();
		return true;
	} catch {
		return false; // the next write throws the reason
	}
}

const isEmpty = (sqlite: Sqlite.Database): boolean =>
	(sqlite.prepare('PRAGMA page_count').all() as Row[])[0]?.page_count === 0;

/**
 * Implements what Prisma's adapter needs of a libSQL client over the kept connection. `oneStatement` schedules each
 * statement.
 */
function clientOver(sqlite: Sqlite.Database, oneStatement: <T>(sql: string, run: () => T) => Promise<T>): Client {
	const execute = async (statement: InStatement): Promise<ResultSet> => {
		const sql = typeof statement === 'string' ? statement : statement.sql;
		const values = ((typeof statement === 'string' ? [] : statement.args) ?? []) as Value[];
		try {
			return await oneStatement(sql, () => resultOf(sqlite.prepare(sql), values));
		} catch (error) {
			if (error instanceof DatabaseGone) throw error;
			const { code, rawCode, message } = error as { code?: string; rawCode?: number; message: string };
			const cause = error instanceof Error ? error : undefined;
			throw new LibsqlError(message, code ?? 'SQLITE_ERROR', undefined, rawCode, cause);
		}
	};
	return statementClient({
		protocol: 'file',
		isClosed: () => !sqlite.open,
		execute,
		executeMultiple: (sql) => Promise.resolve(void sqlite.exec(sql)),
	});
}

function resultOf(statement: Sqlite.Statement, values: Value[]): ResultSet {
	if (!statement.reader) {
		const { changes, lastInsertRowid } = statement.run(values);
		return resultSet([], [], [], changes, BigInt(lastInsertRowid));
	}
	const columns = statement.raw(true).columns();
	const names = columns.map(({ name }) => name);
	const types = columns.map(({ type }) => type ?? '');
	return resultSet(names, types, statement.all(values), 0, undefined);
}

function resultSet(
	columns: string[],
	columnTypes: string[],
	rows: unknown[],
	rowsAffected: number,
	lastInsertRowid: bigint | undefined,
) {
	return {
		columns,
		columnTypes,
		rows,
		rowsAffected,
		lastInsertRowid,
		toJSON: () => ({ columns, rows }),
	} as unknown as ResultSet;
}
