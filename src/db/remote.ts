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

/** Between two attempts. */
const PAUSE_MS = 20;
/** How long a response may take. */
const RESPONSE_MS = 5_000;
/** Texts that change nothing, so that they may run twice and beside a write. */
const READS = /^\s*(SELECT|PRAGMA)\b/i;

/** The server has not done what it was sent: another attempt is safe. */
class NotDone extends Error {
	override readonly name = 'NotDone';
}

/**
 * A libSQL server over the network. This process writes one transaction at a time: writers that met would refuse each
 * other. What was certainly not done is attempted again for up to `patienceMs` from its arrival, so a plan may run several
 * times. A commit or a single write whose response was lost, or does not come within `responseMs`, may have been done: it is
 * `OutcomeUnknown`, and never attempted again.
 */
export function openRemote(
	url: string,
	authToken: string | undefined,
	patienceMs = 5_000,
	responseMs = RESPONSE_MS,
): Database {
	let client = connect(url, authToken, responseMs);
	/** The last response did not come in time. */
	let silent = false;

	/** Sends a request, and waits for its response no longer than it may take. */
	async function inTime<T>(send: (client: Client) => Promise<T>): Promise<T> {
		const used = client;
		const limit = timeLimit(responseMs);
		const late = new Promise<never>((_resolve, reject) => {
			limit.signal.addEventListener('abort', () => reject(limit.signal.reason as DOMException));
		});
		try {
			const done = await Promise.race([send(used), late]);
			silent = false;
			return done;
		} catch (error) {
			silent = error instanceof DOMException && error.name === 'TimeoutError';
			// All requests share one WebSocket: whatever comes next gets a new one.
			if (silent && used.protocol === 'ws' && used === client && !used.closed) {
				used.close();
				client = connect(url, authToken, responseMs);
			}
			throw error;
		} finally {
			limit.clear();
		}
	}

	async function patiently<T>(work: () => Promise<T>, since = performance.now()): Promise<T> {
		const isOver = (): boolean => performance.now() >= since + patienceMs;
		// It waited behind others for a server that does not respond: it would wait as long again.
		if (silent && isOver()) throw new DatabaseUnavailable('The database server does not respond.');
		for (;;) {
			try {
				return await work();
			} catch (error) {
				if (!(error instanceof NotDone)) throw error;
				if (isOver())
					throw new DatabaseUnavailable(`The database server did nothing in time: ${error.message}`, {
						cause: error.cause,
					});
			}
			await pause(PAUSE_MS);
		}
	}

	let lastWrite: Promise<unknown> = Promise.resolve();
	/** Runs one write after another, in order of arrival. */
	function inTurn<T>(write: () => Promise<T>): Promise<T> {
		const since = performance.now();
		const done = lastWrite.then(() => patiently(write, since));
		lastWrite = done.catch(() => undefined);
		return done;
	}

	const execute = (statement: InStatement): Promise<ResultSet> =>
		READS.test(typeof statement === 'string' ? statement : statement.sql)
			? patiently(() => unlessDone(() => inTime((to) => to.execute(statement))))
			: inTurn(() => onceOnly(() => inTime((to) => to.execute(statement))));

	async function transactOnce<Result>(
		reads: readonly Statement[],
		plan: (rows: Row[][]) => Plan<Result>,
	): Promise<Result> {
		const transaction = await unlessDone(() => inTime((to) => to.transaction('write')));
		try {
			const run = (statements: readonly Statement[]): Promise<ResultSet[]> =>
				unlessDone(() => inTime(() => transaction.batch(statements.map(inStatement))));
			const { result, statements } = plan(reads.length > 0 ? (await run(reads)).map(rowsOf) : []);
			if (statements.length > 0) await run(statements);
			await onceOnly(() => inTime(() => transaction.commit()));
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
			executeMultiple: (sql) => inTurn(() => onceOnly(() => inTime((to) => to.executeMultiple(sql)))),
		}),
		all: async <R>(sql: string, ...values: Value[]) => rowsOf(await execute(inStatement([sql, ...values]))) as R[],
		snapshot: async (reads) =>
			(await patiently(() => unlessDone(() => inTime((to) => to.batch(reads.map(inStatement), 'read'))))).map(rowsOf),
		transact: (reads, plan) => inTurn(() => transactOnce(reads, plan)),
		shrink: () => Promise.resolve(0),
		close: () => client.close(),
	};
}

function connect(url: string, authToken: string | undefined, responseMs: number): Client {
	/** Over HTTP: what is late is given up, or it would keep one of the client's few places. */
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

/** Sends what changes nothing until a commit: any failure but the statement's own may be attempted again. */
async function unlessDone<T>(send: () => Promise<T>): Promise<T> {
	try {
		return await send();
	} catch (error) {
		throw isOfStatement(error) ? error : notDone(error);
	}
}

/** Sends what changes something: only a refusal that the server sent says that it was not done. */
async function onceOnly<T>(send: () => Promise<T>): Promise<T> {
	try {
		return await send();
	} catch (error) {
		if (isOfStatement(error)) throw error;
		if (isBusy(error)) throw notDone(error);
		throw new OutcomeUnknown('A write had no response. It may have been done.', { cause: error });
	}
}

const notDone = (error: unknown): NotDone =>
	new NotDone(error instanceof Error ? error.message : String(error), { cause: error });

/** Whether the server has run a statement and it failed by itself, such as for a constraint. */
const isOfStatement = (error: unknown): boolean =>
	error instanceof LibsqlError && /^(SQLITE|SQL|ARGS)_/.test(error.code) && !isBusy(error);

const inStatement = ([sql, ...args]: Statement): { sql: string; args: Value[] } => ({ sql, args });
const rowsOf = ({ rows }: ResultSet): Row[] => rows as unknown as Row[];
