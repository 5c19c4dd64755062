import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import Sqlite from 'libsql';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from './app.ts';

/** A substitute for a remote libSQL server, backed by a real SQLite file. Tests can make its connections fail. */
export interface HranaStandIn {
	url: string;
	/** Path of the server's database file, so that a test can lock the file from another connection. */
	path: string;
	/** Runs the next matching statement, then cuts the connection instead of sending the response. */
	cutAfter(sql: RegExp): void;
	/** Cuts the connection after the commit of the next transaction with a matching statement. */
	cutAfterCommitOf(sql: RegExp): void;
	/** Cuts the connection before the next matching statement runs. */
	cutBefore(sql: RegExp): void;
	/** From now on, runs no matching statement and leaves its request without a response. null ends this. */
	hangAt(sql: RegExp | null): void;
}

type Value = { type: 'null' } | { type: 'integer' | 'float' | 'text'; value: string | number };
type Condition = { type: 'ok' | 'error'; step: number } | { type: 'not'; cond: Condition };
interface Stmt {
	sql?: string;
	sql_id?: number;
	args?: Value[];
}
type Request =
	| { type: 'execute'; stmt: Stmt }
	| { type: 'batch'; batch: { steps: { stmt: Stmt; condition?: Condition | null }[] } }
	| { type: 'store_sql'; sql_id: number; sql: string }
	| { type: 'close_sql'; sql_id: number }
	| { type: 'close' };
interface Stream {
	sqlite: Sqlite.Database;
	texts: Map<number, string>;
}

class Cut extends Error {}
class Hang extends Cut {}

/**
 * Starts a server for the part of the protocol "Hrana 2 over HTTP" that the libSQL client uses. Each stream has its
 * own SQLite connection. A locked database is an error at once, because the connection has a lock timeout of 0.
 */
export async function startHranaStandIn(): Promise<HranaStandIn> {
	const path = join(await temporaryFolder(), 'remote.db');
	const streams = new Map<string, Stream>();
	let made = 0;
	let after: RegExp | undefined;
	let before: RegExp | undefined;
	let commitOf: RegExp | undefined;
	let hang: RegExp | null = null;

	function open(): Stream {
		const sqlite = new Sqlite(path, { timeout: 0 });
		sqlite.prepare('PRAGMA journal_mode = WAL').all();
		return { sqlite, texts: new Map() };
	}

	function run({ sqlite, texts }: Stream, { sql, sql_id, args = [] }: Stmt): object {
		const source = sql ?? texts.get(sql_id!)!;
		if (hang?.test(source)) throw new Hang();
		if (before?.test(source)) {
			before = undefined;
			throw new Cut();
		}
		if (commitOf?.test(source)) [commitOf, after] = [undefined, /^COMMIT/];
		const statement = sqlite.prepare(source);
		const values = args.map((value) =>
			'value' in value ? (value.type === 'text' ? value.value : Number(value.value)) : null,
		);
		const isReader = statement.reader;
		const cols = isReader ? statement.raw(true).columns() : [];
		const rows = isReader ? (statement.all(values) as unknown[][]) : [];
		const changes = isReader ? 0 : statement.run(values).changes;
		if (after?.test(source)) {
			after = undefined;
			throw new Cut();
		}
		return {
			cols: cols.map(({ name, type }) => ({ name, decltype: type })),
			rows: rows.map((row) => row.map(valueOf)),
			affected_row_count: changes,
			last_insert_rowid: null,
		};
	}

	function batch(stream: Stream, steps: { stmt: Stmt; condition?: Condition | null }[]): object {
		const results: (object | null)[] = [];
		const errors: (object | null)[] = [];
		const holds = (condition: Condition): boolean =>
			condition.type === 'not'
				? !holds(condition.cond)
				: (condition.type === 'ok' ? results : errors)[condition.step] !== null;
		for (const { stmt, condition } of steps) {
			let [result, error]: [object | null, object | null] = [null, null];
			if (!condition || holds(condition))
				try {
					result = run(stream, stmt);
				} catch (reason) {
					error = errorOf(reason);
				}
			results.push(result);
			errors.push(error);
		}
		return { step_results: results, step_errors: errors };
	}

	function respond(stream: Stream, request: Request): object {
		switch (request.type) {
			case 'execute':
				return { type: 'execute', result: run(stream, request.stmt) };
			case 'batch':
				return { type: 'batch', result: batch(stream, request.batch.steps) };
			case 'store_sql':
				stream.texts.set(request.sql_id, request.sql);
				break;
			case 'close_sql':
				stream.texts.delete(request.sql_id);
				break;
			case 'close':
				stream.sqlite.close();
		}
		return { type: request.type };
	}

	async function pipeline(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const { baton, requests } = JSON.parse(await text(request)) as { baton: string | null; requests: Request[] };
		const stream = (baton === null ? undefined : streams.get(baton)) ?? open();
		if (baton !== null) streams.delete(baton);
		try {
			const results = requests.map((one) => {
				try {
					return { type: 'ok', response: respond(stream, one) };
				} catch (reason) {
					return { type: 'error', error: errorOf(reason) };
				}
			});
			const next = stream.sqlite.open ? String(++made) : null;
			if (next !== null) streams.set(next, stream);
			response.setHeader('content-type', 'application/json').end(JSON.stringify({ baton: next, results }));
		} catch (reason) {
			if (!(reason instanceof Cut)) throw reason;
			if (stream.sqlite.inTransaction) stream.sqlite.exec('ROLLBACK');
			stream.sqlite.close();
			if (!(reason instanceof Hang)) response.destroy();
		}
	}

	const server = createServer((request, response) => void pipeline(request, response));
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	onTestFinished(() => {
		server.close();
		server.closeAllConnections();
		for (const { sqlite } of streams.values()) sqlite.close();
	});
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		path,
		cutAfter: (sql) => void (after = sql),
		cutAfterCommitOf: (sql) => void (commitOf = sql),
		cutBefore: (sql) => void (before = sql),
		hangAt: (sql) => void (hang = sql),
	};
}

function valueOf(value: unknown): Value {
	if (typeof value === 'string') return { type: 'text', value };
	if (typeof value !== 'number') return { type: 'null' };
	return Number.isInteger(value) ? { type: 'integer', value: String(value) } : { type: 'float', value };
}

function errorOf(reason: unknown): { message: string; code: string } {
	if (reason instanceof Cut) throw reason;
	const { message, code } = reason as { message: string; code: string };
	return { message, code };
}
