import { describe, expect, it, onTestFinished } from 'vitest';
import type { Database } from '#db/database.ts';
import { createJobStore, type Job, type JobStore } from '#server/jobs/store.ts';
import { migratedDatabase } from '#tests/support/database.ts';
import { createWorker, type Worker, type WorkerDeps } from './worker.ts';

interface Bench {
	database: Database;
	store: JobStore;
	/** Adds a row that is due `inMs` from now. */
	add(id: string, inMs?: number): Promise<void>;
	start(run: (job: Job) => Promise<void>, over?: Partial<WorkerDeps<Job>>): Worker;
}

let leases = 0;

/** Starts workers on the real job table. */
async function startBench(): Promise<Bench> {
	const database = await migratedDatabase();
	const store = createJobStore(database);
	return {
		database,
		store,
		async add(id, inMs = 0) {
			await database.all(
				`INSERT INTO "Job" ("id", "kind", "callId", "payload", "dueAt", "attempts") VALUES (?, 'dispatch', 'a', '{}', ?, 0)`,
				...[id, Date.now() + inMs],
			);
		},
		start(run, over = {}) {
			const worker = createWorker<Job>({
				store,
				run,
				now: Date.now,
				newLease: () => `lease-${++leases}`,
				onError: (error) => {
					throw error;
				},
				...over,
			});
			onTestFinished(() => worker.close());
			return worker;
		},
	};
}

/** `reached` resolves after `count` hits. */
function counter(count: number): { hit(): void; reached: Promise<void> } {
	let hit = (): void => undefined;
	const reached = new Promise<void>((resolve) => {
		let left = count;
		hit = () => {
			if (--left === 0) resolve();
		};
	});
	return { hit, reached };
}

describe('a worker', () => {
	it('[Q1] runs each due row once, and never more at once than allowed', async () => {
		const { add, start, store, database } = await startBench();
		for (let i = 0; i < 50; i++) await add(`job-${i}`);
		const ran: string[] = [];
		const all = counter(50);
		let [atOnce, most] = [0, 0];
		start(
			async (job) => {
				most = Math.max(most, ++atOnce);
				await new Promise(setImmediate);
				await store.done(job);
				atOnce--;
				ran.push(job.id);
				all.hit();
			},
			{ concurrency: 4 },
		);
		await all.reached;
		expect(new Set(ran).size).toBe(50);
		expect(most).toBe(4);
		expect(await database.all('SELECT * FROM "Job"')).toEqual([]);
	});

	it('[Q2] sleeps until the next row is due, and runs it no earlier', async () => {
		const { add, start, store } = await startBench();
		const dueAt = Date.now() + 120;
		await add('later', 120);
		const done = counter(1);
		let ranAt = 0;
		start(async (job) => {
			ranAt = Date.now();
			await store.done(job);
			done.hit();
		});
		await done.reached;
		expect(ranAt).toBeGreaterThanOrEqual(dueAt - 1);
		expect(ranAt).toBeLessThan(dueAt + 3_000); // not delayed until the longest sleep ends
	});

	it('[Q3] finds rows that arrived meanwhile when it is woken', async () => {
		const { add, start, store } = await startBench();
		const done = counter(3);
		const worker = start(async (job) => {
			await store.done(job);
			done.hit();
		});
		for (const id of ['a', 'b', 'c']) {
			await add(id);
			worker.wake();
		}
		await done.reached;
	});

	it('[Q4] claims no new row while it closes, and waits for the work under way', async () => {
		const { add, start, store, database } = await startBench();
		const started = counter(1);
		let finish = (): void => undefined;
		const gate = new Promise<void>((resolve) => (finish = resolve));
		const worker = start(
			async (job) => {
				started.hit();
				await gate;
				await store.done(job);
			},
			{ concurrency: 1 },
		);
		await add('under-way');
		worker.wake();
		await started.reached;
		await add('waits');
		let closed = false;
		const closing = worker.close().then(() => (closed = true));
		worker.wake();
		await new Promise(setImmediate);
		expect(closed).toBe(false);
		finish();
		await closing;
		expect((await database.all('SELECT "id" FROM "Job"')).map(({ id }) => id)).toEqual(['waits']);
	});

	it('[Q5] runs a row whose work threw again when its lease is over, and continues with the others', async () => {
		const { add, start, store, database } = await startBench();
		await add('bad');
		await add('good');
		const errors: unknown[] = [];
		const [good, again] = [counter(1), counter(2)];
		const clock = { ahead: 0 };
		const attempts: number[] = [];
		const worker = start(
			async (job) => {
				if (job.id === 'bad') {
					attempts.push(job.attempts);
					again.hit();
					if (job.attempts === 1) throw new Error('a bug');
				}
				await store.done(job);
				if (job.id === 'good') good.hit();
			},
			{ now: () => Date.now() + clock.ahead, onError: (error) => errors.push(error) },
		);
		await good.reached;
		worker.wake();
		expect(attempts).toEqual([1]); // the failed row's lease is still valid

		clock.ahead = 10_001;
		worker.wake();
		await again.reached;
		await worker.close();
		expect(attempts).toEqual([1, 2]);
		expect(errors).toEqual([new Error('a bug')]);
		expect(await database.all('SELECT * FROM "Job"')).toEqual([]);
	});

	it('[Q6] renews the lease of long work, so that no other worker claims the row', async () => {
		const { add, start, store } = await startBench();
		await add('long');
		const started = counter(1);
		let finish = (): void => undefined;
		const gate = new Promise<void>((resolve) => (finish = resolve));
		let runs = 0;
		const renewed = counter(6);
		const seen: QueueSpy = { ...store, renew: (...of) => store.renew(...of).finally(renewed.hit) };
		const work = async (job: Job): Promise<void> => {
			runs++;
			started.hit();
			await gate;
			await store.done(job);
		};
		const one = start(work, { store: seen, leaseMs: 300 });
		await started.reached;
		const polled = counter(2); // worker `two` claims at its start, and when it is woken
		const spyStore: QueueSpy = { ...store, claim: (...of) => store.claim(...of).finally(polled.hit) };
		const two = start(work, { store: spyStore, leaseMs: 300 });
		await renewed.reached; // six renewals take as long as two leases
		two.wake();
		await polled.reached;
		finish();
		await Promise.all([one.close(), two.close()]);
		expect(runs).toBe(1);
	});

	it('[Q7] counts a result only under the lease with which the row was claimed', async () => {
		const { add, store, database } = await startBench();
		await add('a');
		const now = Date.now();
		const [stale] = await store.claim(now, 1, 'one', now + 10);
		const [held] = await store.claim(now + 11, 1, 'two', now + 20_000);
		expect([stale?.attempts, held?.attempts]).toEqual([1, 2]);
		await store.done(stale!);
		await store.retry(stale!, now, 'late');
		await store.renew('a', 'one', now + 99_999);
		expect(await database.all('SELECT "lease", "leasedUntil", "lastError" FROM "Job"')).toMatchObject([
			{ lease: 'two', leasedUntil: now + 20_000, lastError: null },
		]);
		await store.takeOver();
		expect(await store.claim(now, 1, 'three', now + 10)).toHaveLength(1);
	});

	it('[Q8] reports a failing database and looks again', async () => {
		const { add, start, store } = await startBench();
		await add('a');
		const done = counter(1);
		const errors: unknown[] = [];
		let fails = 1;
		const flaky: QueueSpy = {
			...store,
			claim: (...of) => (fails-- > 0 ? Promise.reject(new Error('unreachable')) : store.claim(...of)),
		};
		const worker = start(
			async (job) => {
				await store.done(job);
				done.hit();
			},
			{ store: flaky, onError: (error) => errors.push(error) },
		);
		worker.wake();
		await done.reached;
		expect(errors).toEqual([new Error('unreachable')]);
	});
});

type QueueSpy = WorkerDeps<Job>['store'];

it('[CK6] work under way keeps its lease when the clock is set forward: it is claimed once', async () => {
	const { add, start, store } = await startBench();
	let ahead = 0;
	const now = (): number => Date.now() + ahead;
	const ran: string[] = [];
	const other = counter(1);
	let finish = (): void => undefined;
	const held = new Promise<void>((resolve) => (finish = resolve));
	const worker = start(
		async (job) => {
			ran.push(job.id);
			if (job.id === 'held') await held;
			await store.done(job);
			if (job.id === 'other') other.hit();
		},
		{ now },
	);
	await add('held');
	worker.wake();
	await expect.poll(() => ran).toEqual(['held']);
	ahead = 86_400_000;
	await add('other');
	worker.wake();
	await other.reached;
	expect(ran).toEqual(['held', 'other']);
	finish();
});

describe('[CK6] work under way keeps its lease when the clock is set back: it is claimed once', () => {
	const DAY = 86_400_000;

	/** Starts a job that keeps running. After `setBack`, the worker's clock is a day behind. */
	async function startHeld(leaseMs?: number) {
		const { add, start, store, database } = await startBench();
		let ahead = 0;
		const now = (): number => Date.now() + ahead;
		const ran: string[] = [];
		const other = counter(1);
		let finish = (): void => undefined;
		const held = new Promise<void>((resolve) => (finish = resolve));
		const worker = start(
			async (job) => {
				ran.push(job.id);
				if (job.id === 'held') await held;
				await store.done(job);
				if (job.id === 'other') other.hit();
			},
			{ now, ...(leaseMs === undefined ? {} : { leaseMs }) },
		);
		await add('held');
		worker.wake();
		await expect.poll(() => ran).toEqual(['held']);
		return {
			setBack: () => void (ahead = -DAY),
			moveTimesBack: (ms: number) => store.setBack(ms, now),
			isRenewed: async (): Promise<boolean> => {
				const [row] = await database.all(`SELECT "leasedUntil" FROM "Job" WHERE "id" = 'held'`);
				return Number(row?.leasedUntil) < now() + DAY / 2;
			},
			/** Runs another job, lets the first one finish, and returns the ids of all runs. */
			async goOn(): Promise<string[]> {
				await add('other', -DAY - 1_000);
				worker.wake();
				await other.reached;
				finish();
				return ran;
			},
		};
	}

	it('if the lease was renewed before the times were moved', async () => {
		const { setBack, moveTimesBack, isRenewed, goOn } = await startHeld(300);
		setBack();
		await expect.poll(isRenewed, { interval: 5, timeout: 10_000 }).toBe(true);
		await moveTimesBack(DAY);
		expect(await goOn()).toEqual(['held', 'other']);
	});

	it('if the process was suspended too, so that the moved lease is over', async () => {
		const { setBack, moveTimesBack, goOn } = await startHeld();
		setBack();
		await moveTimesBack(DAY + 20_000);
		expect(await goOn()).toEqual(['held', 'other']);
	});
});
