import { createClient } from '@libsql/client';
import type { Database, Row } from './database.ts';

/**
 * A libSQL server over the network, such as Turso: the same statements in an interactive write transaction. Unproven
 * until the issue that measures it (README says so).
 */
export function openRemote(url: string, authToken: string | undefined): Database {
	const client = createClient({ url, ...(authToken === undefined ? {} : { authToken }), intMode: 'number' });
	return {
		file: null,
		isInPlace: () => true,
		client,
		all: async (sql, ...args) => (await client.execute({ sql, args })).rows as never,
		async snapshot(reads) {
			const results = await client.batch(
				reads.map(([sql, ...args]) => ({ sql, args })),
				'read',
			);
			return results.map((result) => result.rows as unknown as Row[]);
		},
		async transact(reads, plan) {
			const transaction = await client.transaction('write');
			try {
				const batch = (statements: typeof reads) =>
					transaction.batch(statements.map(([sql, ...args]) => ({ sql, args })));
				const rows = reads.length > 0 ? (await batch(reads)).map((result) => result.rows as unknown as Row[]) : [];
				const { result, statements } = plan(rows);
				if (statements.length > 0) await batch(statements);
				await transaction.commit();
				return result;
			} finally {
				transaction.close();
			}
		},
		shrink: () => Promise.resolve(0),
		close: () => client.close(),
	};
}
