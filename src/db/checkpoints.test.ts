import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import Sqlite from 'libsql';
import { temporaryFolder } from '#tests/support/app.ts';
import { openTestDatabase } from '#tests/support/database.ts';
import { createCheckpoints } from './checkpoints.ts';

const TEXT = 'x'.repeat(3_000);
const sizeOf = (path: string): number => (existsSync(path) ? statSync(path).size : 0);

/** A table and its checkpoints, on a connection with automatic checkpoints disabled. */
async function table(atLatestMs?: number) {
	const path = join(await temporaryFolder(), 'audena.db');
	const sqlite = new Sqlite(path);
	for (const pragma of ['journal_mode = WAL', 'synchronous = NORMAL', 'wal_autocheckpoint = 0'])
		sqlite.prepare(`PRAGMA ${pragma}`).all();
	sqlite.exec('CREATE TABLE "T" ("a" TEXT)');
	let finished = 0;
	const checkpoints = createCheckpoints({
		path,
		finish: () => finished++,
		...(atLatestMs === undefined ? {} : { atLatestMs }),
	});
	onTestFinished(() => {
		checkpoints.close();
		sqlite.close();
	});
	const insert = sqlite.prepare('INSERT INTO "T" VALUES (?)');
	const commit = (rows: number): void => {
		sqlite.exec('BEGIN');
		for (let i = 0; i < rows; i++) insert.run([TEXT]);
		sqlite.exec('COMMIT');
		checkpoints.committed();
	};
	return { path, commit, finished: () => finished };
}

it('[DB19] a separate thread moves the pages of many commits into the file', async () => {
	const { path, commit } = await table();
	const before = sizeOf(path);
	for (let i = 0; i < 256; i++) commit(1);
	await expect.poll(() => sizeOf(path), { timeout: 10_000 }).toBeGreaterThan(before + 200 * TEXT.length);
});

it('[DB19] the pages of a few commits are moved after a while, also those written during a checkpoint', async () => {
	const { path, commit } = await table(50);
	for (let i = 0; i < 256; i++) commit(1);
	// The first checkpoint is running and does not include these commits.
	for (let i = 0; i < 300; i++) commit(1);
	await expect.poll(() => sizeOf(path), { timeout: 10_000 }).toBeGreaterThan(540 * TEXT.length);
	commit(100);
	await expect.poll(() => sizeOf(path), { timeout: 10_000 }).toBeGreaterThan(640 * TEXT.length);
});

it('[DB19] a long log is asked to start over, and a short one is not', async () => {
	const { path, commit, finished } = await table(50);
	for (let i = 0; i < 256; i++) commit(1);
	await expect.poll(() => sizeOf(path), { timeout: 10_000 }).toBeGreaterThan(200 * TEXT.length);
	expect(finished()).toBe(0);
	for (let i = 0; i < 256; i++) commit(20);
	await expect.poll(finished, { timeout: 10_000 }).toBeGreaterThan(0);
});

it('[DB20] a log that one large transaction made long gives its space back', async () => {
	const path = join(await temporaryFolder(), 'audena.db');
	const database = await openTestDatabase(`file:${path}`);
	const write = (rows: number) => {
		const statements = Array.from({ length: rows }, () => ['INSERT INTO "T" VALUES (?)', TEXT] as const);
		return database.transact([], () => ({ result: null, statements }));
	};
	await database.all('CREATE TABLE "T" ("a" TEXT)');
	await write(8_000);
	expect(sizeOf(`${path}-wal`)).toBeGreaterThan(24_000_000);
	// Each checkpoint moves what it can. SQLite restarts the log when all pages are moved.
	const after = async (): Promise<number> => {
		await write(1);
		await database.all('PRAGMA wal_checkpoint(PASSIVE)');
		return sizeOf(`${path}-wal`);
	};
	await expect.poll(after, { timeout: 10_000 }).toBeLessThanOrEqual(16 * 2 ** 20 + 100_000);
});

it('[DB8] closing a database during a checkpoint moves the log into the file', async () => {
	for (let round = 0; round < 4; round++) {
		const path = join(await temporaryFolder(), 'audena.db');
		const database = await openTestDatabase(`file:${path}`);
		const write = (rows: number) => {
			const statements = Array.from({ length: rows }, () => ['INSERT INTO "T" VALUES (?)', TEXT] as const);
			return database.transact([], () => ({ result: null, statements }));
		};
		await database.all('CREATE TABLE "T" ("a" TEXT)');
		for (let i = 0; i < 300; i++) await write(1);
		await expect.poll(() => sizeOf(path), { timeout: 10_000 }).toBeGreaterThan(200 * TEXT.length);
		// With the CREATE TABLE, the last of these is the 512th commit, which has just started the second checkpoint.
		for (let i = 0; i < 211; i++) await write(20);
		database.close();
		expect(sizeOf(`${path}-wal`)).toBe(0);
	}
}, 60_000);
