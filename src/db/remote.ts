import { setTimeout as pause } from 'node:timers/promises';
import { createClient, LibsqlError, type Client, type InStatement, type ResultSet } from '@libsql/client';
import {
	CannotOpen,
	DatabaseUnavailable,
	isBusy,
	OutcomeUnknown,
	type Database,
	type Plan,
	type Row,
	type Statement,
	type Value,
} from './database.ts';
import { statementClient } from './statement-client.ts';
import { timeLimit } from './time-limit.ts';

/** The pause between two attempts. */
const PAUSE_MS = 20;
/** The maximum time for a response. */
const RESPONSE_MS = 5_000;
/** Statements that change nothing. They may run twice and concurrently with a write. */
const READS = /^\s*(SELECT|PRAGMA)\b/i;

/** The server did not run the request, so another attempt is safe. */
class NotDone extends Error {
	override readonly name = 'NotDone';
}

/**
 * Opens a libSQL server over the network. This process writes one transaction at a time, because concurrent writers
 * would reject each other. Work that was certainly not done is retried for up to `timeoutMs` after its arrival, so a
 * plan may run several times. A commit or single write without a response within `responseMs` may have been done: it
 * throws `OutcomeUnknown` and is never retried.
 */
export function openRemote(
	url: string,
	authToken: string | undefined,
	timeoutMs = 5_000,
	responseMs = RESPONSE_MS,
): Database {
	let client = connect(url, authToken, responseMs);
	/** Whether the last request timed out. */
	let timedOut = false;

	/** Sends a request. Throws a `TimeoutError` if its response takes longer than `responseMs`. */
	async function withTimeout<T>(send: (client: Client) => Promise<T>): Promise<T> {
		const current = client;
		const limit = timeLimit(responseMs);
		const timeout = new Promise<never>((_resolve, reject) => {
			limit.signal.addEventListener('abort', () => reject(limit.signal.reason as DOMException));
		});
		try {
			const done = await Promise.race([send(current), timeout]);
			timedOut = false;
			return done;
		} catch (error) {
			timedOut = error instanceof DOMException && error.name === 'TimeoutError';
			// All requests share one WebSocket, so later requests need a new connection.
			if (timedOut && current.protocol === 'ws' && current === client && !current.closed) {
				current.close();
				client = connect(url, authToken, responseMs);
			}
			throw error;
		} finally {
			limit.clear();
		}
	}

	async function retryUntilTimeout<T>(work: () => Promise<T>, since = performance.now()): Promise<T> {
		const isOver = (): boolean => performance.now() >= since + timeoutMs;
		// The server does not respond, and this work has used up its time behind other work. A first attempt would
		// only wait again.
		if (timedOut && isOver()) throw new DatabaseUnavailable('The database server does not respond.');
		for (;;) {
			try {
				return await work();
			} catch (error) {
				if (!(error instanceof NotDone)) throw error;
				if (isOver())
					throw new DatabaseUnavailable(`The database server did not complete the request in time: ${error.message}`, {
						cause: error.cause,
					});
			}
			await pause(PAUSE_MS);
		}
	}

	let lastWrite: Promise<unknown> = Promise.resolve();
	/** Runs writes one at a time, in order of arrival. */
	function inOrder<T>(write: () => Promise<T>): Promise<T> {
		const since = performance.now();
		const done = lastWrite.then(() => retryUntilTimeout(write, since));
		lastWrite = done.catch(() => undefined);
		return done;
	}

	const execute = (statement: InStatement): Promise<ResultSet> =>
		READS.test(typeof statement === 'string' ? statement : statement.sql)
			? retryUntilTimeout(() => unlessDone(() => withTimeout((to) => to.execute(statement))))
			: inOrder(() => onceOnly(() => withTimeout((to) => to.execute(statement))));

	async function transactOnce<Result>(
		reads: readonly Statement[],
		plan: (rows: Row[][]) => Plan<Result>,
	): Promise<Result> {
		const transaction = await unlessDone(() => withTimeout((to) => to.transaction('write')));
		try {
			const run = (statements: readonly Statement[]): Promise<ResultSet[]> =>
				unlessDone(() => withTimeout(() => transaction.batch(statements.map(inStatement))));
			const { result, statements } = plan(reads.length > 0 ? (await run(reads)).map(rowsOf) : []);
			if (statements.length > 0) await run(statements);
			await onceOnly(() => withTimeout(() => transaction.commit()));
			return result;
		} finally {
			transaction.close();
		}
	}

	return {
		file: null,
		isInPlace: () => true,
		client: statementClient({
			protocol: client.protocol,
			isClosed: () => client.closed,
			execute,
			executeMultiple: (sql) => inOrder(() => onceOnly(() => withTimeout((to) => to.executeMultiple(sql)))),
		}),
		all: async <R>(sql: string, ...values: Value[]) => rowsOf(await execute(inStatement([sql, ...values]))) as R[],
		snapshot: async (reads) =>
			(
				await retryUntilTimeout(() => unlessDone(() => withTimeout((to) => to.batch(reads.map(inStatement), 'read'))))
			).map(rowsOf),
		transact: (reads, plan) => inOrder(() => transactOnce(reads, plan)),
		shrink: () => Promise.resolve(0),
		close: () => client.close(),
	};
}

function connect(url: string, authToken: string | undefined, responseMs: number): Client {
	/**
	 * The `fetch` of an HTTP connection. Aborts a late request, because it would occupy one of the client's few
	 * slots.
	 */
	async function fetchInTime(request: Request): Promise<Response> {
		const limit = timeLimit(responseMs);
		try {
			const response = await fetch(request, { signal: limit.signal });
			return new Response(await response.arrayBuffer(), response);
		} finally {
			limit.clear();
		}
	}
	try {
		const token = authToken === undefined ? {} : { authToken };
		return createClient({ url, intMode: 'number', fetch: fetchInTime, ...token });
	} catch (error) {
		throw new CannotOpen(error instanceof Error ? error.message : String(error), { cause: error });
	}
}

/**
 * Sends a read, or a part of a transaction before its commit, which changes nothing by itself. Any failure but the
 * statement's own can be retried.
 */
async function unlessDone<T>(send: () => Promise<T>): Promise<T> {
	try {
		return await send();
	} catch (error) {
		throw isOfStatement(error) ? error : notDone(error);
	}
}

/** Sends a write. Only a rejection from the server proves that the write was not done. */
async function onceOnly<T>(send: () => Promise<T>): Promise<T> {
	try {
		return await send();
	} catch (error) {
		if (isOfStatement(error)) throw error;
		if (isBusy(error)) throw notDone(error);
		throw new OutcomeUnknown('A write got no response. It may have succeeded.', { cause: error });
	}
}

const notDone = (error: unknown): NotDone =>
	new NotDone(error instanceof Error ? error.message : String(error), { cause: error });

/** Whether the server ran the statement and it failed on its own, for example on a constraint. */
const isOfStatement = (error: unknown): boolean =>
	error instanceof LibsqlError && /^(SQLITE|SQL|ARGS)_/.test(error.code) && !isBusy(error);

const inStatement = ([sql, ...args]: Statement): { sql: string; args: Value[] } => ({ sql, args });
const rowsOf = ({ rows }: ResultSet): Row[] => rows as unknown as Row[];
