import type Sqlite from 'libsql';
import { createCheckpoints } from '#db/checkpoints.ts';
import type { Value } from '#db/database.ts';
import { connect, type Synchronous } from '#db/file.ts';

/** The raw driver on a connection as the product opens it, with its checkpoints; statements are kept prepared. */
export interface Bare {
	all(sql: string, ...values: Value[]): unknown[];
	run(sql: string, ...values: Value[]): void;
	/** One transaction around `work`. */
	transact<T>(work: () => T): T;
	close(): void;
}

/** The PRAGMAs and the thread that checkpoints are the product's own, so that neither side has better ones. */
export function openBare(path: string, synchronous: Synchronous = 'FULL'): Bare {
	const sqlite = connect(path, synchronous);
	const checkpoint = 'PRAGMA wal_checkpoint(PASSIVE)';
	const checkpoints = createCheckpoints({ path, finish: () => void statement(checkpoint).all([]) });
	const kept = new Map<string, Sqlite.Statement>();
	const statement = (sql: string): Sqlite.Statement => {
		let found = kept.get(sql);
		if (!found) kept.set(sql, (found = sqlite.prepare(sql)));
		return found;
	};
	const run = (sql: string, ...values: Value[]): void => void statement(sql).run(values);
	return {
		all: (sql, ...values) => statement(sql).all(values),
		run,
		transact(work) {
			run('BEGIN IMMEDIATE');
			try {
				const result = work();
				run('COMMIT');
				checkpoints.committed();
				return result;
			} catch (error) {
				if (sqlite.inTransaction) run('ROLLBACK');
				throw error;
			}
		},
		close() {
			checkpoints.close();
			kept.clear();
			sqlite.close();
		},
	};
}
