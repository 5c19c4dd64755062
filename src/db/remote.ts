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

/** Between two attempts. */
const PAUSE_MS = 20;
/** Texts that change nothing, so that they may run twice and beside a write. */
const READS = /^\s*(SELECT|PRAGMA)\b/i;

/** The server has not done what it was sent: another attempt is safe. */
class NotDone extends Error {
	override readonly name = 'NotDone';
}

/**
 * A libSQL server over the network. This process writes one transaction at a time: writers that met would refuse each
 * other. What was certainly not done is attempted again for up to `patienceMs`, so a plan may run several times. A commit
 * or a single write whose response was lost may have been done: it is `OutcomeUnknown`, and never attempted again.
 */
export function openRemote(url: string, authToken: string | undefined, patienceMs = 5_000): Database {
	const client = connect(url, authToken);

	async function patiently<T>(work: () => Promise<T>): Promise<T> {
		const giveUpAt = performance.now() + patienceMs;
		for (;;) {
			try {
				return await work();
			} catch (error) {
				if (!(error instanceof NotDone)) throw error;
				if (performance.now() >= giveUpAt)
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
		const done = lastWrite.then(() => patiently(write));
		lastWrite = done.catch(() => undefined);
		return done;
	}

	const execute = (statement: InStatement): Promise<ResultSet> =>
		READS.test(typeof statement === 'string' ? statement : statement.sql)
			? patiently(() => unlessDone(() => client.execute(statement)))
			: inTurn(() => onceOnly(() => client.execute(statement)));

	async function transactOnce<Result>(
		reads: readonly Statement[],
		plan: (rows: Row[][]) => Plan<Result>,
	): Promise<Result> {
		const transaction = await unlessDone(() => client.transaction('write'));
		try {
			const run = (statements: readonly Statement[]): Promise<ResultSet[]> =>
				unlessDone(() => transaction.batch(statements.map(inStatement)));
			const { result, statements } = plan(reads.length > 0 ? (await run(reads)).map(rowsOf) : []);
			if (statements.length > 0) await run(statements);
			await onceOnly(() => transaction.commit());
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
			executeMultiple: (sql) => inTurn(() => onceOnly(() => client.executeMultiple(sql))),
		}),
		all: async <R>(sql: string, ...values: Value[]) => rowsOf(await execute(inStatement([sql, ...values]))) as R[],
		snapshot: async (reads) =>
			(await patiently(() => unlessDone(() => client.batch(reads.map(inStatement), 'read')))).map(rowsOf),
		transact: (reads, plan) => inTurn(() => transactOnce(reads, plan)),
		shrink: () => Promise.resolve(0),
		close: () => client.close(),
	};
}

function connect(url: string, authToken: string | undefined): Client {
	try {
		return createClient({ url, intMode: 'number', ...(authToken === undefined ? {} : { authToken }) });
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
		throw new OutcomeUnknown('The connection broke during a write, which may have been done.', { cause: error });
	}
}

const notDone = (error: unknown): NotDone =>
	new NotDone(error instanceof Error ? error.message : String(error), { cause: error });

/** Whether the server has run a statement and it failed by itself, such as for a constraint. */
const isOfStatement = (error: unknown): boolean =>
	error instanceof LibsqlError && /^(SQLITE|SQL|ARGS)_/.test(error.code) && !isBusy(error);

const inStatement = ([sql, ...args]: Statement): { sql: string; args: Value[] } => ({ sql, args });
const rowsOf = ({ rows }: ResultSet): Row[] => rows as unknown as Row[];
