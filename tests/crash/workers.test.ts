import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Database } from '#db/database.ts';
import { migrate, migrationsFrom } from '#db/migrate.ts';
import { createApp } from '#server/app.ts';
import { readConfig } from '#server/config.ts';
import { createLog } from '#server/log.ts';
import { temporaryFolder } from '#tests/support/app.ts';
import { openTestDatabase } from '#tests/support/database.ts';
import { SOON } from '#tests/support/soon.ts';
import { startReceiver } from '#tests/support/receiver.ts';
import { newSecret } from '#tests/support/webhook.ts';
import type { Task, WorkerMessage } from './worker.ts';

const ROWS = 2_000;

interface Working {
	process: ChildProcess;
	/** Ids of the rows that this worker ran. */
	ran: string[];
	works: Promise<void>;
	/** Lets the worker finish the rows under way, and waits for its end. Returns the exit code. */
	stop(): Promise<number | null>;
}

function startWorker(task: Task): Working {
	const child = fork(join(import.meta.dirname, 'worker.ts'), [JSON.stringify(task)], {
		execArgv: ['--import', import.meta.resolve('tsx')],
	});
	onTestFinished(() => void child.kill('SIGKILL'));
	const ended = once(child, 'exit').then(([code]) => code as number | null);
	const ran: string[] = [];
	const works = new Promise<void>((resolve) => {
		child.on('message', (message: WorkerMessage) => {
			if ('ran' in message) ran.push(message.ran);
			else resolve();
		});
	});
	return {
		process: child,
		ran,
		works,
		async stop() {
			child.send('stop');
			return ended;
		},
	};
}

async function database(): Promise<{ url: string; database: Database }> {
	const url = `file:${join(await temporaryFolder(), 'audena.db')}`;
	const database = await openTestDatabase(url);
	await migrate(database, migrationsFrom(import.meta.dirname));
	return { url, database };
}
/** Rows as JSON, so that one statement inserts all of them. */
const rows = (of: (i: number) => unknown[]): string => JSON.stringify(Array.from({ length: ROWS }, (_, i) => of(i)));
const columns = (count: number): string => Array.from({ length: count }, (_, i) => `value ->> ${i}`).join(', ');
const left = async (database: Database, sql: string): Promise<number> => Number((await database.all(sql))[0]?.left);

describe('two worker processes on one file', () => {
	it('[Z4] run each of thousands of due jobs once, and both work', { timeout: 90_000 }, async () => {
		const { url, database: file } = await database();
		await file.all(
			`INSERT INTO "Job" ("id", "kind", "callId", "payload", "dueAt", "attempts") SELECT ${columns(6)} FROM json_each(?)`,
			rows((i) => [`job-${i}`, 'dispatch', 'a', '{}', Date.now() - 1_000 + (i % 7), 0]),
		);
		const task = { what: 'jobs', url, secret: newSecret() } as const;
		const workers = [startWorker(task), startWorker(task)];
		await expect.poll(() => left(file, 'SELECT count(*) AS "left" FROM "Job"'), { ...SOON, timeout: 60_000 }).toBe(0);
		expect(await Promise.all(workers.map((worker) => worker.stop()))).toEqual([0, 0]);
		const ran = workers.flatMap((worker) => worker.ran);
		expect(ran).toHaveLength(ROWS);
		expect(new Set(ran).size).toBe(ROWS);
		for (const { ran } of workers) expect(ran.length).toBeGreaterThan(0);
	});

	it(
		'[Z5] send each of thousands of due webhooks once, to this server and to other receivers',
		{ timeout: 90_000 },
		async () => {
			const { url, database: file } = await database();
			const sent = new Map<string, number>();
			const [own, ...others] = await Promise.all(
				Array.from({ length: 4 }, async () => {
					const load = { now: 0, most: 0 };
					const receiver = await startReceiver((response, { headers }) => {
						const id = String(headers['webhook-id']);
						sent.set(id, (sent.get(id) ?? 0) + 1);
						load.most = Math.max(load.most, ++load.now);
						// Responds in a later turn of the event loop, so that simultaneous requests overlap here.
						setImmediate(() => {
							load.now--;
							response.writeHead(204).end();
						});
					});
					return { load, url: receiver.url };
				}),
			);
			await file.all(
				`INSERT INTO "Delivery" ("id", "providerId", "callId", "sequence", "type", "url", "origin", "body", "state", "dueAt", "attempts", "createdAt")
				SELECT ${columns(12)} FROM json_each(?)`,
				rows((i) => {
					const due = Date.now() - 1_000;
					const call = Math.floor(i / 3);
					// Half of the calls report to this server, the others to three receivers, each call to its own path.
					const origin = call % 2 === 0 ? null : others[call % others.length]!.url;
					const to = origin === null ? [null, null] : [`${origin}/calls/${call}`, origin];
					const of = [`msg_${i}`, `sim_${call}`, `call-${call}`, (i % 3) + 1, 'call.ringing'];
					return [...of, ...to, '{}', 'pending', due, 0, due];
				}),
			);
			const task = { what: 'deliveries', url, secret: newSecret(), ownUrl: own!.url } as const;
			const workers = [startWorker(task), startWorker(task)];
			await expect
				.poll(() => left(file, `SELECT count(*) AS "left" FROM "Delivery" WHERE "dueAt" IS NOT NULL`), {
					interval: 50,
					timeout: 80_000,
				})
				.toBe(0);
			expect(await Promise.all(workers.map((worker) => worker.stop()))).toEqual([0, 0]);
			expect(sent.size).toBe(ROWS);
			expect([...sent.values()].filter((times) => times !== 1)).toEqual([]);
			expect(await file.all('SELECT "state", "attempts", count(*) AS "count" FROM "Delivery" GROUP BY 1, 2')).toEqual([
				{ state: 'delivered', attempts: 1, count: ROWS },
			]);
			expect(await left(file, 'SELECT count(*) AS "left" FROM "Attempt"')).toBe(ROWS);
			// Both processes together never send more than six requests to one receiver at once.
			for (const { load } of others) expect(load.most).toBeLessThanOrEqual(6);
			for (const { ran } of workers) expect(ran.length).toBeGreaterThan(0);
		},
	);

	it('[Z6] run the work of a killed process again once its lease is over, and not before', async () => {
		const { url, database: file } = await database();
		await file.all(
			`INSERT INTO "Job" ("id", "kind", "callId", "payload", "dueAt", "attempts") VALUES ('held', 'dispatch', 'a', '{}', ?, 0)`,
			Date.now(),
		);
		const task = { what: 'jobs', url, secret: newSecret(), leaseMs: 1_500 } as const;
		const killed = startWorker({ ...task, hangs: true });
		await expect.poll(() => killed.ran, SOON).toEqual(['held']);
		killed.process.kill('SIGKILL');
		const [row] = await file.all('SELECT "leasedUntil" FROM "Job"');
		const successor = startWorker(task);
		await expect.poll(() => left(file, 'SELECT count(*) AS "left" FROM "Job"'), { ...SOON, timeout: 50_000 }).toBe(0);
		expect(Date.now()).toBeGreaterThan(Number(row?.leasedUntil));
		expect(successor.ran).toEqual(['held']);
		expect(await successor.stop()).toBe(0);
	});

	it.each([
		['that owns its file frees the rows of a dead process', 'file', 'free'],
		['on a shared database waits for the leases of other processes', 'FILE', 'held'],
	])('[Z7] a server %s', async (_what, scheme, state) => {
		const { url, database: file } = await database();
		const until = Date.now() + 3_600_000;
		await file.all(
			`INSERT INTO "Job" ("id", "kind", "callId", "payload", "dueAt", "attempts", "lease", "leasedUntil")
				VALUES ('held', 'dispatch', 'a', '{}', 0, 1, 'theirs', ?)`,
			until,
		);
		await file.all(
			`INSERT INTO "Delivery" ("id", "providerId", "callId", "sequence", "type", "body", "state", "dueAt", "attempts", "lease", "leasedUntil", "createdAt")
				VALUES ('held', 'sim_1', 'a', 1, 'call.ringing', '{}', 'pending', 0, 1, 'theirs', ?, 0)`,
			until,
		);
		// With the scheme `FILE`, the app treats the file as a remote database, through the client and without a
		// lock.
		const config = readConfig({ WEBHOOK_SECRET: newSecret(), DATABASE_URL: url }, 'none');
		const location = { url: url.replace(/^file/, scheme), authToken: undefined };
		const app = await createApp({ ...config, database: location }, { log: createLog('silent') });
		const lease = state === 'held' ? 'theirs' : null;
		for (const table of ['Job', 'Delivery'])
			expect(await file.all(`SELECT "lease" FROM "${table}"`)).toEqual([{ lease }]);
		await app.close();
	});
});
