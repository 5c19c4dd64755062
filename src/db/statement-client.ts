import type { Client, InArgs, InStatement, ResultSet } from '@libsql/client';

export interface StatementClientDeps {
	protocol: string;
	isClosed(): boolean;
	/** Runs one statement outside a transaction. */
	execute(statement: InStatement): Promise<ResultSet>;
	executeMultiple(sql: string): Promise<void>;
}

/**
 * Implements the members of a libSQL client that Prisma's adapter calls. Members for transactions and batches throw.
 */
export function statementClient({ protocol, isClosed, execute, executeMultiple }: StatementClientDeps): Client {
	const refuse = (): never => {
		throw new Error(
			'Transactions go through Database.transact: one held across an await would hold the one connection.',
		);
	};
	const client = {
		protocol,
		get closed() {
			return isClosed();
		},
		execute: (statement: InStatement, args?: InArgs) =>
			execute(typeof statement === 'string' ? { sql: statement, args: args ?? [] } : statement),
		executeMultiple,
		transaction: refuse,
		batch: refuse,
		migrate: refuse,
		sync: refuse,
		reconnect: () => undefined,
		close: () => undefined,
	};
	return client;
}
