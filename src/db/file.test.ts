import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '#tests/support/app.ts';
import { openTestDatabase } from '#tests/support/database.ts';
import { DatabaseUnavailable, type Database, type Plan } from './database.ts';
import { openFile } from './file.ts';

const INSERT = 'INSERT INTO "T" ("value") VALUES (?)';

async function openTable(): Promise<{ path: string; database: Database; insert(value: number): Promise<number> }> {
	const path = join(await temporaryFolder(), 'deeper', 'still', 'test.db');
	const database = await openTestDatabase(`file:${path}`);
	await database.all('CREATE TABLE "T" ("value" INTEGER NOT NULL CHECK ("value" >= 0))');
	const insert = (value: number): Promise<number> =>
		database.transact([['SELECT count(*) AS "count" FROM "T"']], ([rows]) => ({
			result: Number(rows?.[0]?.count),
			statements: [[INSERT, value]],
		}));
	return { path, database, insert };
}

const count = async (database: Database): Promise<unknown> =>
	(await database.all('SELECT count(*) AS "count" FROM "T"'))[0]?.count;

/** Counts this process's open files at `path`, including its journal files. */
async function openFilesAt(path: string): Promise<number> {
	const fds = await readdir('/proc/self/fd');
	const targets = await Promise.all(fds.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')));
	return targets.filter((target) => target.startsWith(path)).length;
}

const lockers = new Set<ChildProcess>();

/** Kills the processes that hold a lock and waits for their exit. */
async function unlockAll(): Promise<void> {
	for (const other of lockers) {
		if (other.exitCode !== null || other.signalCode !== null) continue;
		const gone = once(other, 'exit');
		other.kill('SIGKILL');
		await gone;
	}
	lockers.clear();
}

/** Starts another process that holds the write lock. The lock is held from the moment this resolves until `release`. */
async function lockElsewhere(path: string): Promise<{ release(): void }> {
	const script = `
		const sqlite = new (require('libsql'))(${JSON.stringify(path)});
		sqlite.exec('BEGIN IMMEDIATE');
		process.stdout.write('locked');
		process.stdin.on('end', () => { sqlite.exec('COMMIT'); sqlite.close(); }).resume();`;
	const other = spawn(process.execPath, ['--input-type=commonjs', '-e', script], {
		cwd: import.meta.dirname,
		stdio: ['pipe', 'pipe', 'inherit'],
	});
	lockers.add(other);
	onTestFinished(unlockAll);
	await Promise.race([
		once(other.stdout, 'data'),
		once(other, 'exit').then(() => {
			throw new Error('The other process did not get the lock.');
		}),
	]);
	return { release: () => other.stdin.end() };
}

describe('a database file', () => {
	it.skipIf(process.platform !== 'linux')(
		'[DB1] the number of open files stays flat over 1,000 transactions',
		async () => {
			const { path, insert } = await openTable();
			await insert(0);
			const alone = await openFilesAt(path);
			for (let i = 1; i <= 300; i++) await insert(i);
			// The checkpoint thread also holds the file and its log open.
			await expect.poll(() => openFilesAt(path)).toBe(alone + 2);
			for (let i = 301; i <= 1_300; i++) expect(await insert(i)).toBe(i);
			expect(await openFilesAt(path)).toBe(alone + 2);
		},
	);

	it('[DB2] the connection keeps its settings after transactions and failures', async () => {
		const { database, insert } = await openTable();
		for (let i = 0; i < 20; i++) await insert(i);
		await expect(insert(-1)).rejects.toThrow(/constraint/i);
		const settings = await Promise.all(
			['journal_mode', 'synchronous', 'foreign_keys', 'cache_size', 'busy_timeout'].map(async (name) =>
				Object.values((await database.all(`PRAGMA ${name}`))[0] ?? {}),
			),
		);
		expect(settings.flat()).toEqual(['wal', 2, 1, -16_000, 0]);
	});

	it('[DB3] an error in a statement or in the plan leaves nothing of its transaction', async () => {
		const { database, insert } = await openTable();
		await insert(1);
		const bad = (): Plan<void> => ({
			result: undefined,
			statements: [
				[INSERT, 2],
				[INSERT, -1],
			],
		});
		await expect(database.transact([], bad)).rejects.toThrow(/constraint/i);
		await expect(
			database.transact([], () => {
				throw new Error('a bug in the plan');
			}),
		).rejects.toThrow('a bug in the plan');
		expect(await count(database)).toBe(1);
		expect(await insert(2)).toBe(1);
	});

	it('[DB3] a failed commit throws and leaves nothing of its transaction', async () => {
		const { database, insert } = await openTable();
		// SQLite checks a deferred reference only at the commit.
		await database.all(
			'CREATE TABLE "Of" ("t" INTEGER NOT NULL REFERENCES "Owner" ("id") DEFERRABLE INITIALLY DEFERRED)',
		);
		await database.all('CREATE TABLE "Owner" ("id" INTEGER PRIMARY KEY)');
		const withoutOwner = (): Plan<void> => ({
			result: undefined,
			statements: [
				[INSERT, 1],
				['INSERT INTO "Of" ("t") VALUES (?)', 7],
			],
		});
		await expect(database.transact([], withoutOwner)).rejects.toThrow(/constraint/i);
		expect(await count(database)).toBe(0);
		expect(await insert(2)).toBe(0);
	});

	it('[DB4] another process’s lock of half a second delays a write, without an error or a blocked event loop', async () => {
		const { path, database, insert } = await openTable();
		const { release } = await lockElsewhere(path);
		const startedAt = performance.now();
		let turns = 0;
		const turning = setInterval(() => {
			turns++;
			if (performance.now() - startedAt >= 500) release();
		}, 5);
		// Many callers, each with its own wait.
		const work = Promise.all(Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? insert(i) : database.all(INSERT, i))));
		await work.finally(() => clearInterval(turning));
		expect(performance.now() - startedAt).toBeGreaterThanOrEqual(500);
		expect(turns).toBeGreaterThan(5); // a wait inside SQLite would block the loop once for each caller
		expect(await count(database)).toBe(20);
	});

	it('[DB17] concurrent writes commit in groups of sixteen, one per turn of the event loop, in order of arrival', async () => {
		const { database, insert } = await openTable();
		let turns = 0;
		let turning = true;
		const turn = (): void => {
			turns++;
			if (turning) setImmediate(turn);
		};
		setImmediate(turn);
		const work = Array.from({ length: 320 }, (_, i) => (i % 2 === 0 ? insert(i) : database.all(INSERT, i)));
		await Promise.all(work).finally(() => (turning = false));
		expect(turns).toBeGreaterThanOrEqual(19);
		expect(turns).toBeLessThan(160);
		expect((await database.all('SELECT "value" FROM "T" ORDER BY rowid')).map(({ value }) => value)).toEqual(
			work.map((_, i) => i),
		);
	});

	it('[DB33] a failing write fails alone: the other writes of its group are committed, each once', async () => {
		const { database, insert } = await openTable();
		const values = [1, 2, -3, 4, 5, -6, 7];
		const results = await Promise.allSettled(
			values.map((value, i) => (i % 2 === 0 ? insert(value) : database.all(INSERT, value))),
		);
		expect(results.map(({ status }) => status === 'fulfilled')).toEqual(values.map((value) => value > 0));
		expect((await database.all('SELECT "value" FROM "T" ORDER BY rowid')).map(({ value }) => value)).toEqual([
			1, 2, 4, 5, 7,
		]);
	});

	it('[DB33] a write resolves after its commit: another connection then reads it', async () => {
		const { path, database, insert } = await openTable();
		const other = await openTestDatabase(`file:${path}`);
		const seen = await Promise.all(
			Array.from({ length: 40 }, async (_, i) => {
				await insert(i);
				return (await other.all('SELECT 1 FROM "T" WHERE "value" = ?', i)).length;
			}),
		);
		expect(seen).toEqual(seen.map(() => 1));
		expect(await count(database)).toBe(40);
	});

	it('[DB5] reads continue while another process holds the write lock', async () => {
		const { path, database, insert } = await openTable();
		await insert(1);
		await lockElsewhere(path);
		expect(await count(database)).toBe(1);
		const [rows] = await database.snapshot([['SELECT "value" FROM "T"']]);
		expect(rows).toMatchObject([{ value: 1 }]);
	});

	it('[DB6] a lock that stays throws DatabaseUnavailable, and writes work again after it', async () => {
		const { path } = await openTable();
		const [database, other] = [openFile(path, 200), openFile(path)];
		onTestFinished(() => [database, other].forEach((open) => open.close()));
		const insert = (value: number): Promise<unknown> => database.all(INSERT, value);
		const transact = (): Promise<unknown> => database.transact([], () => ({ result: null, statements: [[INSERT, 1]] }));
		await lockElsewhere(path);
		await expect(Promise.all([insert(1), transact()])).rejects.toThrow(DatabaseUnavailable);
		await expect(insert(1)).rejects.toThrow(DatabaseUnavailable);
		expect(await count(database)).toBe(0);

		await unlockAll();
		for (const value of [1, 2]) {
			await other.all(INSERT, value);
			expect(await count(database)).toBe(value); // the connection does not keep reading an old state
		}
		await insert(3);
		expect(await count(other)).toBe(3);
	});

	it('[DB7] each of several concurrent transactions sees the writes of the earlier ones', async () => {
		const { insert } = await openTable();
		expect(await Promise.all(Array.from({ length: 20 }, (_, i) => insert(i)))).toEqual(
			Array.from({ length: 20 }, (_, i) => i),
		);
	});

	it('[DB8] closing a database moves its journal into the file, and a second close does nothing', async () => {
		const { path, database, insert } = await openTable();
		await insert(1);
		database.close();
		database.close();
		const again = await openTestDatabase(`file:${path}`);
		expect(await count(again)).toBe(1);
	});
});
