import Sqlite from 'libsql';
import { expect, it } from 'vitest';
import { NOON } from '#tests/support/call-row.ts';
import { migratedDatabase } from '#tests/support/database.ts';
import type { Command } from './commands.ts';
import { createWriter, type Committed } from './writer.ts';

/** Creates a writer on a database file. */
async function startWriter() {
	const database = await migratedDatabase();
	const commits: Committed[] = [];
	const writer = createWriter({
		database,
		now: () => NOON,
		onCommit: (committed) => commits.push(committed),
		onJobs: () => undefined,
		onError: (error) => {
			throw error;
		},
	});
	return { database, writer, commits };
}

const create = (id: string): Command => ({
	do: 'create',
	id,
	callbackUrl: null,
	idempotencyKey: null,
	request: {
		customerName: 'Ada',
		phoneNumber: '+12025550100',
		workflow: 'SUPPORT',
		scheduledAt: null,
		scenario: null,
		run: null,
	},
});

it('[P21] a failed commit publishes nothing', async () => {
	const { database, writer, commits } = await startWriter();
	// The writer updates `Feed` last, so when this trigger fails, everything else has been written.
	await database.all(`CREATE TRIGGER "refuse" BEFORE UPDATE ON "Feed" BEGIN SELECT RAISE(ABORT, 'refused'); END`);
	await expect(writer.write(create('refused'))).rejects.toThrow('refused');
	expect(commits).toEqual([]);
	await database.all('DROP TRIGGER "refuse"');
	await writer.write(create('stored'));
	expect(commits.flatMap(({ changes }) => changes)).toMatchObject([{ seq: 1, call: { id: 'stored' } }]);
});

it('[P22] a seq follows the last seq in the database, even if another process took it while the commit waited', async () => {
	const { database, writer, commits } = await startWriter();
	await writer.write(create('first'));
	const other = new Sqlite(database.file!);
	other.exec('BEGIN IMMEDIATE');
	other.exec('UPDATE "Feed" SET "lastSeq" = 5, "lastChange" = 5');
	const written = writer.write(create('second'));
	// The writer starts in the next turn of the event loop, and then waits for the lock.
	for (let turn = 0; turn < 2; turn++) await new Promise(setImmediate);
	other.exec('COMMIT');
	other.close();
	expect(await written).toMatchObject({ call: { id: 'second', seq: 6 } });
	expect(commits.at(-1)).toMatchObject({ previous: 5, position: { seq: 6, change: 6 } });
});
