import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Client, InArgs, InStatement, ResultSet } from '@libsql/client';
import { LibsqlError } from '@libsql/client';
import Sqlite from 'libsql';
import {
	DatabaseUnavailable,
	isBusy,
	type Database,
	type Plan,
	type Row,
	type Statement,
	type Value,
} from './database.ts';

/** Short: while SQLite waits for a foreign lock it holds the event loop. We wait outside of it instead. */
const BUSY_TIMEOUT_MS = 50;
const GIVE_UP_AFTER_MS = 5_000;

/**
 * A database file on **one kept connection**: `@libsql/client` would open a new one after each transaction, losing the
 * PRAGMAs and leaking the file (docs/decisions/0003). Statements are synchronous, so a transaction is one turn of the
 * event loop and nothing comes between its reads and its writes.
 */
export function openFile(path: string): Database {
	mkdirSync(dirname(path), { recursive: true });
	const sqlite = new Sqlite(path, { timeout: BUSY_TIMEOUT_MS });
	for (const pragma of ['journal_mode = WAL', 'synchronous = FULL', 'foreign_keys = ON', 'cache_size = -64000'])
		sqlite.prepare(`PRAGMA ${pragma}`).all();

	const prepared = new Map<string, Sqlite.Statement>();
	/** Only constant texts belong in the cache. */
	const prepare = (sql: string): Sqlite.Statement => {
		let statement = prepared.get(sql);
		if (!statement) prepared.set(sql, (statement = sqlite.prepare(sql)));
		return statement;
	};
	const all = (sql: string, values: readonly Value[]): Row[] => {
		const statement = prepare(sql);
		if (statement.reader) return statement.all(values) as Row[];
		statement.run(values);
		return [];
	};

	/** Asks again outside SQLite's own wait, so that a foreign lock never stops the event loop. */
	const patiently = async <T>(work: () => T): Promise<T> => {
		const giveUpAt = performance.now() + GIVE_UP_AFTER_MS;
		for (;;) {
			try {
				return work();
			} catch (error) {
				if (!isBusy(error)) throw error;
				if (performance.now() >= giveUpAt)
					throw new DatabaseUnavailable('Another process holds the database.', { cause: error });
			}
			await pause(10);
		}
	};

	const transactNow = <Result>(reads: readonly Statement[], plan: (rows: Row[][]) => Plan<Result>): Result => {
		all('BEGIN IMMEDIATE', []);
		try {
			const { result, statements } = plan(reads.map(([sql, ...values]) => all(sql, values)));
			for (const [sql, ...values] of statements) all(sql, values);
			all('COMMIT', []);
			return result;
		} catch (error) {
			if (sqlite.inTransaction) all('ROLLBACK', []);
			throw error;
		}
	};

	const snapshotNow = (reads: readonly Statement[]): Row[][] => {
		all('BEGIN', []);
		try {
			return reads.map(([sql, ...values]) => all(sql, values));
		} finally {
			all('COMMIT', []);
		}
	};

	return {
		local: true,
		client: clientOver(sqlite),
		all: <R>(sql: string, ...values: Value[]) => patiently(() => all(sql, values) as R[]),
		snapshot: (reads) => patiently(() => snapshotNow(reads)),
		transact: (reads, plan) => patiently(() => transactNow(reads, plan)),
		close() {
			if (!sqlite.open) return;
			sqlite.prepare('PRAGMA wal_checkpoint(TRUNCATE)').all();
			prepared.clear();
			sqlite.close();
		},
	};
}

/** What Prisma's adapter asks of a libSQL client, over the kept connection. It reads; whoever writes uses `transact`. */
function clientOver(sqlite: Sqlite.Database): Client {
	const execute = (statement: InStatement | string, args?: InArgs): Promise<ResultSet> => {
		const sql = typeof statement === 'string' ? statement : statement.sql;
		const values = ((typeof statement === 'string' ? args : statement.args) ?? []) as Value[];
		try {
			return Promise.resolve(resultOf(sqlite.prepare(sql), values));
		} catch (error) {
			const { code, rawCode, message } = error as { code?: string; rawCode?: number; message: string };
			return Promise.reject(
				new LibsqlError(
					message,
					code ?? 'SQLITE_ERROR',
					undefined,
					rawCode,
					error instanceof Error ? error : undefined,
				),
			);
		}
	};
	const refuse = (): never => {
		throw new Error(
			'Transactions go through Database.transact: one held across an await would hold the one connection.',
		);
	};
	const client = {
		protocol: 'file',
		get closed() {
			return !sqlite.open;
		},
		execute,
		executeMultiple: (sql: string) => Promise.resolve(void sqlite.exec(sql)),
		transaction: refuse,
		batch: refuse,
		migrate: refuse,
		sync: refuse,
		reconnect: () => undefined,
		close: () => undefined,
	};
	return client; // the members that the adapter calls; the others refuse
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
