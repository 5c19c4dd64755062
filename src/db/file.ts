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
import { createPlace, type Place } from './place.ts';
import { statementClient } from './statement-client.ts';

/** While SQLite waits for a foreign lock it holds the event loop, for each caller anew: it waits at the opening alone. */
const OPENING_MS = 200;
/** Afterwards callers ask again by themselves, outside of it. */
const ASK_AGAIN_MS = 10;
/** In pages: without the checkpoints of a thread of their own (`checkpoints.ts`) the log would grow to this. */
const LOG_MAX = 'wal_autocheckpoint = 16000';
/** A log that was longer, of a clear or a large import, gives its room back when it begins anew. In bytes. */
const LOG_KEPT = 'journal_size_limit = 16777216';
/** An accepted call is on the disk with FULL, which is the product's; the other is for comparison. */
export type Synchronous = 'FULL' | 'NORMAL';
/** What `PRAGMA auto_vacuum` says of a file that can shrink step by step. */
const INCREMENTAL = 2;
/** Texts that need no write lock. */
const READS = /^\s*(SELECT|PRAGMA)\b/i;

/**
 * A database file on **one kept connection**: `@libsql/client` would open a new one after each transaction, losing the
 * PRAGMAs and leaking the file (docs/decisions/0002). Statements are synchronous, so a transaction is one turn of the
 * event loop and nothing comes between its reads and its writes. A lock that somebody else holds is waited for up to
 * `patienceMs`.
 */
export function openFile(path: string, patienceMs = 5_000, synchronous: Synchronous = 'FULL'): Database {
	const sqlite = connect(path, synchronous);

	const finish = (): void => void all('PRAGMA wal_checkpoint(PASSIVE)', []);
	const place = createPlace({ path, onJournalGone: finish });
	const checkpoints = createCheckpoints({ path, finish, isInPlace: () => isInPlace(place) });
	const prepared = new Map<string, { statement: Sqlite.Statement; hasRows: boolean }>();
	/** Only constant texts belong in the cache. */
	const prepare = (sql: string): { statement: Sqlite.Statement; hasRows: boolean } => {
		let known = prepared.get(sql);
		if (!known) {
			const statement = sqlite.prepare(sql);
			prepared.set(sql, (known = { statement, hasRows: statement.reader }));
		}
		return known;
	};
	const all = (sql: string, values: readonly Value[]): Row[] => {
		const { statement, hasRows } = prepare(sql);
		if (hasRows) return statement.all(values) as Row[];
		statement.run(values);
		return [];
	};

	/** When a write was last let in: a lock that is passed on and on is none that stays. */
	let letInAt = 0;
	/** Asks again outside SQLite's own wait, so that a foreign lock never stops the event loop. */
	const patiently = async <T>(work: () => T, since = performance.now()): Promise<T> => {
		for (;;) {
			try {
				return work();
			} catch (error) {
				if (!isBusy(error)) throw error;
				if (performance.now() >= Math.max(since, letInAt) + patienceMs)
					throw new DatabaseUnavailable('Another process holds the database.', { cause: error });
			}
			await pause(ASK_AGAIN_MS);
		}
	};

	/**
	 * Runs `work` under the write lock. After the commit too the file must be in its place: a write that is acknowledged was
	 * in the file that the path names. Only this text may find the database locked, and so it is not a prepared one: a
	 * statement that was refused stays open inside SQLite, and from then on the connection would read an old state.
	 */
	const lockedNow = <T>(work: () => T): T => {
		place.check();
		sqlite.exec('BEGIN IMMEDIATE');
		letInAt = performance.now();
		try {
			const result = work();
			sqlite.exec('COMMIT');
			place.check();
			checkpoints.committed();
			return result;
		} catch (error) {
			if (sqlite.inTransaction) sqlite.exec('ROLLBACK');
			throw error;
		}
	};

	let writing = false;
	const waiting: (() => void)[] = [];
	const next = (): void => {
		const first = waiting.shift();
		if (first) first();
		else writing = false;
	};
	/**
	 * One write in each turn of the event loop, in order of arrival. A commit waits for the disk: many in one turn would
	 * hold up everything else here, and leave no gap for another process.
	 */
	const inTurn = async <T>(write: () => T): Promise<T> => {
		const since = performance.now();
		if (writing) await new Promise<void>((resolve) => waiting.push(resolve));
		writing = true;
		try {
			return await patiently(() => lockedNow(write), since);
		} finally {
			setImmediate(next);
		}
	};

	const transactNow = <Result>(reads: readonly Statement[], plan: (rows: Row[][]) => Plan<Result>): Result => {
		const { result, statements } = plan(reads.map(([sql, ...values]) => all(sql, values)));
		for (const [sql, ...values] of statements) all(sql, values);
		return result;
	};

	const shrinkNow = (pages: number, spare: number): number => {
		if (all('PRAGMA auto_vacuum', [])[0]?.auto_vacuum !== INCREMENTAL) return 0;
		const unused = (): number => Number(all('PRAGMA freelist_count', [])[0]?.freelist_count);
		const take = Math.min(pages, unused() - spare);
		// Not prepared: it would stop at its first page, and stay open.
		if (take > 0) sqlite.exec(`PRAGMA incremental_vacuum(${take})`);
		return Math.max(0, unused() - spare);
	};

	const oneStatement = <T>(sql: string, run: () => T): Promise<T> => (READS.test(sql) ? patiently(run) : inTurn(run));

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
		isInPlace: () => isInPlace(place),
		client: clientOver(sqlite, oneStatement),
		all: <R>(sql: string, ...values: Value[]) => oneStatement(sql, () => all(sql, values) as R[]),
		snapshot: (reads) => patiently(() => snapshotNow(reads)),
		transact: (reads, plan) => inTurn(() => transactNow(reads, plan)),
		shrink: (pages, spare) => inTurn(() => shrinkNow(pages, spare)),
		close() {
			if (!sqlite.open) return;
			checkpoints.close();
			const [folded] = sqlite.prepare('PRAGMA wal_checkpoint(TRUNCATE)').all() as Row[];
			if (folded?.busy !== 0) process.emitWarning(`Somebody else reads ${path}: keep its -wal file with it.`);
			prepared.clear();
			sqlite.close();
		},
	};
}

/** A connection with the PRAGMAs that are kept for good; throws `CannotOpen`. */
export function connect(path: string, synchronous: Synchronous): Sqlite.Database {
	try {
		const sqlite = new Sqlite(path, { timeout: OPENING_MS });
		// Before the first table; on a file that has some it would do nothing but take the write lock.
		if (isEmpty(sqlite)) sqlite.prepare('PRAGMA auto_vacuum = INCREMENTAL').all();
		for (const pragma of [
			'journal_mode = WAL',
			`synchronous = ${synchronous}`,
			'foreign_keys = ON',
			'cache_size = -16000',
			LOG_MAX,
			LOG_KEPT,
		])
			sqlite.prepare(`PRAGMA ${pragma}`).all();
		// The first read makes the journal, which `place.ts` remembers.
		sqlite.prepare('SELECT 1 FROM sqlite_master LIMIT 1').all();
		sqlite.prepare('PRAGMA busy_timeout = 0').all();
		return sqlite;
	} catch (error) {
		throw new CannotOpen(error instanceof Error ? error.message : String(error), { cause: error });
	}
}

/** Whether writes would reach the file that the path names. */
function isInPlace(place: Place): boolean {
	try {
		place.check();
		return true;
	} catch {
		return false; // the next write throws the reason
	}
}

const isEmpty = (sqlite: Sqlite.Database): boolean =>
	(sqlite.prepare('PRAGMA page_count').all() as Row[])[0]?.page_count === 0;

/** What Prisma's adapter asks of a libSQL client, over the kept connection; `oneStatement` runs a text when it may. */
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
