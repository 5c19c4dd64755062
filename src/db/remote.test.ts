import { createServer, type AddressInfo } from 'node:net';
import Sqlite from 'libsql';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startHranaStandIn, type HranaStandIn } from '#tests/support/hrana-stand-in.ts';
import { DatabaseUnavailable, OutcomeUnknown, type Database, type Plan, type Row } from './database.ts';
import { openRemote } from './remote.ts';

const INSERT = 'INSERT INTO "T" ("value") VALUES (?)';

/** The default timeout suits a busy machine. Tests about giving up pass shorter times. */
async function openTable(
	timeoutMs = 60_000,
	responseMs = 60_000,
): Promise<{ server: HranaStandIn; database: Database }> {
	const server = await startHranaStandIn();
	const database = openRemote(server.url, undefined, timeoutMs, responseMs);
	onTestFinished(() => database.close());
	await database.all('CREATE TABLE "T" ("value" INTEGER NOT NULL CHECK ("value" >= 0))');
	return { server, database };
}

/** Inserts the row count that it read. `ran` counts the runs of the plan. */
function insertNext(database: Database, ran = { times: 0 }): Promise<number> {
	const plan = ([rows]: Row[][]): Plan<number> => {
		ran.times++;
		const next = Number(rows?.[0]?.count);
		return { result: next, statements: [[INSERT, next]] };
	};
	return database.transact([['SELECT count(*) AS "count" FROM "T"']], plan);
}

const valuesOf = async (database: Database): Promise<unknown[]> =>
	(await database.all('SELECT "value" FROM "T" ORDER BY "value"')).map(({ value }) => value);

/** Holds the write lock on another connection until the returned function is called. */
function lock({ path }: HranaStandIn): () => void {
	const other = new Sqlite(path);
	other.exec('BEGIN IMMEDIATE');
	const unlock = (): void => {
		if (other.open) other.close();
	};
	onTestFinished(unlock);
	return unlock;
}

describe('a database over the network', () => {
	it('[DB28] writers of one process take turns: none is refused, and each sees the writes of the earlier ones', async () => {
		const { database } = await openTable(0); // no timeout: only taking turns prevents conflicts
		const numbers = await Promise.all(Array.from({ length: 30 }, () => insertNext(database)));
		expect(numbers).toEqual(Array.from({ length: 30 }, (_, i) => i));
		await Promise.all(Array.from({ length: 10 }, (_, i) => database.all(INSERT, 100 + i)));
		expect(await valuesOf(database)).toEqual([...numbers, ...Array.from({ length: 10 }, (_, i) => 100 + i)]);
	});

	it('[DB29] a write is retried while another process writes, also through Prisma’s client, and reads continue', async () => {
		const { server, database } = await openTable();
		const unlock = lock(server);
		const work = Promise.all([
			insertNext(database),
			database.all(INSERT, 7),
			database.client.execute({ sql: INSERT, args: [8] }),
		]);
		expect(await valuesOf(database)).toEqual([]);
		unlock();
		await work;
		expect(await valuesOf(database)).toEqual([0, 7, 8]);
	});

	it('[DB29] a lock that stays throws DatabaseUnavailable, and later writes work', async () => {
		const { server, database } = await openTable(50);
		const unlock = lock(server);
		await expect(insertNext(database)).rejects.toThrow(DatabaseUnavailable);
		await expect(database.all(INSERT, 1)).rejects.toThrow(DatabaseUnavailable);
		unlock();
		expect(await insertNext(database)).toBe(0);
	});

	it('[DB29] writes that wait together time out together, and not one after another', async () => {
		const { server, database } = await openTable(500);
		lock(server);
		const startedAt = performance.now();
		const writes = Array.from({ length: 10 }, (_, i) => (i % 2 === 0 ? insertNext(database) : database.all(INSERT, i)));
		for (const write of await Promise.allSettled(writes))
			expect(write).toMatchObject({ status: 'rejected', reason: expect.any(DatabaseUnavailable) as unknown });
		expect(performance.now() - startedAt).toBeLessThan(3_000);
	});

	it.each([
		['a read', /^SELECT/],
		['the begin', /^BEGIN/],
		['a write', /^INSERT/],
	])(
		'[DB31] without a response to %s before the commit the write was not done, and nothing waits behind it',
		async (_what, sql) => {
			const { server, database } = await openTable(300, 300);
			server.hangAt(sql);
			const startedAt = performance.now();
			const writes = Array.from({ length: 10 }, () => insertNext(database));
			for (const write of await Promise.allSettled(writes))
				expect(write).toMatchObject({ status: 'rejected', reason: expect.any(DatabaseUnavailable) as unknown });
			expect(performance.now() - startedAt).toBeLessThan(2_000);
			server.hangAt(null);
			expect(await insertNext(database)).toBe(0);
		},
	);

	it('[DB31] reads without a response throw DatabaseUnavailable, and later reads work', async () => {
		const { server, database } = await openTable(300, 300);
		server.hangAt(/^SELECT/);
		const reads = Array.from({ length: 30 }, (_, i) =>
			i % 2 === 0 ? valuesOf(database) : database.snapshot([['SELECT 1']]),
		);
		for (const read of await Promise.allSettled(reads))
			expect(read).toMatchObject({ status: 'rejected', reason: expect.any(DatabaseUnavailable) as unknown });
		server.hangAt(null);
		expect(await valuesOf(database)).toEqual([]);
	});

	it('[DB31] [DB30] a commit and a single write without a response throw OutcomeUnknown', async () => {
		const { server, database } = await openTable(60_000, 300);
		server.hangAt(/^(COMMIT|INSERT INTO "T" \("value"\) VALUES \(1\))/);
		const ran = { times: 0 };
		await expect(insertNext(database, ran)).rejects.toThrow(OutcomeUnknown);
		await expect(database.all('INSERT INTO "T" ("value") VALUES (1)')).rejects.toThrow(OutcomeUnknown);
		expect(ran.times).toBe(1);
		server.hangAt(null);
		expect(await insertNext(database)).toBe(0);
	});

	it.each(['http', 'ws'])(
		'[DB31] a silent server that accepts connections throws DatabaseUnavailable over %s',
		async (scheme) => {
			const sockets = new Set<{ destroy(): void }>();
			let open = 0;
			const mute = createServer((socket) => {
				sockets.add(socket);
				open++;
				socket
					.on('close', () => open--)
					.on('error', () => undefined)
					.resume();
			});
			await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
			onTestFinished(() => {
				mute.close();
				for (const socket of sockets) socket.destroy();
			});
			const database = openRemote(`${scheme}://127.0.0.1:${(mute.address() as AddressInfo).port}`, undefined, 200, 200);
			for (let i = 0; i < 3; i++) {
				await expect(database.all('SELECT 1')).rejects.toThrow(DatabaseUnavailable);
				await expect(database.transact([['SELECT 1']], () => ({ result: 0, statements: [] }))).rejects.toThrow(
					DatabaseUnavailable,
				);
				await expect(database.all(INSERT, 1)).rejects.toThrow(OutcomeUnknown);
			}
			database.close();
			await expect.poll(() => open, { timeout: 10_000 }).toBe(0);
		},
	);

	it.each([
		['the begin', /^BEGIN/],
		['a read', /^SELECT count/],
		['a write', /^INSERT/],
	])('[DB29] a transaction whose connection breaks at %s is retried', async (_what, sql) => {
		const { server, database } = await openTable();
		const ran = { times: 0 };
		for (const cut of [server.cutBefore, server.cutAfter]) {
			cut(sql);
			await insertNext(database, ran);
		}
		expect(await valuesOf(database)).toEqual([0, 1]);
	});

	it('[DB30] a commit whose response is lost throws and is not retried', async () => {
		const { server, database } = await openTable();
		const ran = { times: 0 };
		server.cutAfter(/^COMMIT/);
		await expect(insertNext(database, ran)).rejects.toThrow(OutcomeUnknown);
		expect(ran.times).toBe(1);
		expect(await valuesOf(database)).toEqual([0]);
		server.cutBefore(/^COMMIT/);
		await expect(insertNext(database, ran)).rejects.toThrow(OutcomeUnknown);
		expect(ran.times).toBe(2);
		expect(await insertNext(database)).toBe(1);
	});

	it('[DB30] a single write whose response is lost throws and is not retried', async () => {
		const { server, database } = await openTable();
		server.cutAfter(/^INSERT/);
		await expect(database.all(INSERT, 1)).rejects.toThrow(OutcomeUnknown);
		expect(await valuesOf(database)).toEqual([1]);
	});

	it('[DB30] a failing statement and a bug in a plan throw at once and leave nothing', async () => {
		const { database } = await openTable();
		await expect(database.all(INSERT, -1)).rejects.toThrow(/constraint/i);
		const bad = (): Plan<void> => ({
			result: undefined,
			statements: [
				[INSERT, 1],
				[INSERT, -1],
			],
		});
		await expect(database.transact([], bad)).rejects.toThrow(/constraint/i);
		const times = { times: 0 };
		const bug = (): never => {
			times.times++;
			throw new TypeError('a bug in the plan');
		};
		await expect(database.transact([['SELECT 1']], bug)).rejects.toThrow('a bug in the plan');
		expect(times.times).toBe(1);
		expect(await valuesOf(database)).toEqual([]);
		expect(await insertNext(database)).toBe(0);
	});
});
