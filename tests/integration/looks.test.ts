import { join } from 'node:path';
import Sqlite from 'libsql';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Database, Value } from '#db/database.ts';
import { migrate, migrationsFrom } from '#db/migrate.ts';
import { createOutboxStore } from '#provider/outbox-store.ts';
import { createJobStore } from '#server/jobs/store.ts';
import { temporaryFolder } from '#tests/support/app.ts';
import { openTestDatabase } from '#tests/support/database.ts';

/** Reads that are allowed when a worker polls: waiting rows, current leases, one call's own rows, and rows by id. */
const BOUNDED = [
	/^SEARCH \w+ USING (COVERING )?INDEX Delivery_waiting_idx \(origin(=\?|>\?)/,
	/^SEARCH \w+ USING INDEX Delivery_leasedUntil_idx \(leasedUntil>\?\)$/,
	/^SEARCH earlier USING INDEX Delivery_providerId_idx \(providerId=\?\)$/,
	/^SEARCH \w+ USING INDEX sqlite_autoindex_\w+ \(id=\?\)$/,
	// `deadAt=?` selects the jobs that are not dead. Done jobs are deleted, so these are the waiting and running ones.
	/^SEARCH Job USING INDEX Job_kind_deadAt_dueAt_idx \(kind=\? AND deadAt=\?( AND dueAt<\?)?\)$/,
];
/** Reads of temporary results, which SQLite builds from rows that it has already read. */
const OF_ITS_OWN = /^(SCAN|SEARCH) (origins|busy|\(subquery-\d+\)|CONSTANT ROW)/;

/** Returns SQLite's query plan for each statement that `work` runs on a real database. */
async function readsOf(work: (database: Database) => Promise<unknown>): Promise<string[]> {
	const path = join(await temporaryFolder(), 'audena.db');
	const database = await openTestDatabase(`file:${path}`);
	await migrate(database, migrationsFrom(import.meta.dirname));
	const queries: [sql: string, values: Value[]][] = [];
	await work({
		...database,
		all: (sql, ...values) => {
			queries.push([sql, values]);
			return database.all(sql, ...values);
		},
	});
	expect(queries.length).toBeGreaterThan(0);
	// Explains on another connection, because the driver leaves an explained statement open.
	const explaining = new Sqlite(path);
	onTestFinished(() => void explaining.close());
	const lines = queries.flatMap(([sql, values]) => {
		// Explains only the search of an update, because the driver explains no writing statement.
		const search = /WHERE "id" IN \(([\s\S]+)\)\s+RETURNING/.exec(sql)?.[1] ?? sql;
		const plan = explaining.prepare(`EXPLAIN QUERY PLAN ${search}`).all(values) as { detail: string }[];
		return plan.map(({ detail }) => detail);
	});
	return lines.filter((line) => /^(SCAN|SEARCH|MULTI)/.test(line) && !OF_ITS_OWN.test(line));
}

describe('a query of a worker', () => {
	it.each([
		['claim of the own lane', (database: Database) => createOutboxStore(database, 'own').claim(1, 2, 'a', 3)],
		['claim of the foreign lane', (database: Database) => createOutboxStore(database, 'foreign').claim(1, 2, 'a', 3)],
		['nextDue of the own lane', (database: Database) => createOutboxStore(database, 'own').nextDue(1)],
		['nextDue of the foreign lane', (database: Database) => createOutboxStore(database, 'foreign').nextDue(1)],
		['claim of a job', (database: Database) => createJobStore(database).claim(1, 2, 'a', 3)],
		['nextDue of the jobs', (database: Database) => createJobStore(database).nextDue(1)],
	])('[Q9] reads nothing that grows with the history: %s', async (_what, work) => {
		const reads = await readsOf(work);
		expect(reads.length).toBeGreaterThan(0);
		expect(reads.filter((line) => !BOUNDED.some((bounded) => bounded.test(line)))).toEqual([]);
	});
});
