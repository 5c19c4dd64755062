import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Database, Row } from '#db/database.ts';
import { temporaryFolder } from '#tests/support/app.ts';
import { openTestDatabase } from '#tests/support/database.ts';
import { APART_MS, fillHistory, idOf, NEWEST_AT } from '#tests/support/history.ts';
import { createCalls, type Calls } from '../calls/calls.ts';
import { recount } from '../calls/recount.ts';
import { createWriter, type Committed } from '../calls/writer.ts';
import { createRetention, type Retention, type RetentionDeps } from './retention.ts';

const DAY_MS = 86_400_000;
/** Wraps `calls` for retention: `hook` runs before each step, with the ids of the calls to delete. */
const beforeEachStep = (calls: Calls, hook: (ids: readonly string[]) => unknown): Pick<Calls, 'retire'> => ({
	async retire(ids) {
		await hook(ids);
		await calls.retire(ids);
	},
});
const OFF = { days: null, calls: null };

interface Stage {
	database: Database;
	calls: Calls;
	clock: { now: number; isSteady: boolean };
	commits: Committed[];
	begin(keep: RetentionDeps['keep'], over?: Partial<RetentionDeps>): Retention;
	/** Starts retention and resolves after its first full pass. */
	keep(keep: RetentionDeps['keep'], over?: Partial<RetentionDeps>): Promise<Retention>;
	/** Resolves after the next full pass. */
	nextPassEnd(): Promise<void>;
	/** The column `n` of each remaining call, in order. `n` numbers the calls in order of creation. */
	places(): Promise<number[]>;
}

/** Creates a history of `count` ended calls, a minute apart up to now, and the functions that run retention on it. */
async function stage(count: number): Promise<Stage> {
	const path = join(await temporaryFolder(), 'audena.db');
	await fillHistory(`file:${path}`, count);
	return stageOn(path);
}

async function stageOn(path: string): Promise<Stage> {
	const database = await openTestDatabase(`file:${path}`);
	const clock = { now: NEWEST_AT, isSteady: true };
	const commits: Committed[] = [];
	const fail = (error: unknown): never => {
		throw error;
	};
	const writer = createWriter({
		database,
		now: () => clock.now,
		onJobs: () => undefined,
		onError: fail,
		onCommit: (committed) => commits.push(committed),
	});
	const calls = createCalls({ writer, callbackUrl: () => null });

	// A pass is over when `shrink` reports that no unused page is left.
	let ended: (() => void)[] = [];
	const watched: Database = {
		...database,
		async shrink(pages, spare) {
			const left = await database.shrink(pages, spare);
			if (left === 0) for (const resolve of ended.splice(0)) resolve();
			return left;
		},
	};
	const nextPassEnd = (): Promise<void> => new Promise((resolve) => (ended = [...ended, resolve]));
	const begin: Stage['begin'] = (keep, over = {}) => {
		const retention = createRetention({
			...{
				database: watched,
				calls,
				keep,
				onError: fail,
				onDeleted: () => undefined,
				onJobs: () => undefined,
			},
			now: () => clock.now,
			isSteady: () => clock.isSteady,
			...over,
		});
		onTestFinished(() => retention.close());
		return retention;
	};
	return {
		database,
		calls,
		clock,
		commits,
		nextPassEnd,
		begin,
		async keep(keep, over) {
			const passEnded = nextPassEnd();
			const retention = begin(keep, over);
			await passEnded;
			return retention;
		},
		places: async () => (await database.all('SELECT "n" FROM "Call" ORDER BY "n"')).map(({ n }) => Number(n)),
	};
}

const numbers = (first: number, last: number): number[] =>
	Array.from({ length: last - first + 1 }, (_, i) => first + i);
const request = { customerName: 'Ada', phoneNumber: '+12025550100', workflow: 'SUPPORT' } as const;
/** Reports a number of new calls that makes the next pass start at once. */
const triggerPass = (retention: Retention): void => retention.created(1_000_000);

describe('the retention limits', () => {
	it('[RT1] delete nothing if no limit is set', async () => {
		const { keep, places, clock } = await stage(300);
		clock.now += 1_000 * DAY_MS;
		await keep(OFF);
		expect(await places()).toEqual(numbers(1, 300));
	});

	it('[RT2] delete calls that ended more than RETENTION_DAYS ago, and the counters follow', async () => {
		const { keep, places, database, commits } = await stage(2_000);
		await keep({ days: 1, calls: null });
		const oldest = 2_000 - DAY_MS / APART_MS;
		expect(await places()).toEqual(numbers(oldest, 2_000));
		expect(commits.flatMap(({ changes }) => changes.map((change) => 'id' in change && change.id))).toEqual(
			numbers(1, oldest - 1).map(idOf),
		);
		const words = (from: string, count: string): Promise<Row[]> =>
			database.all(`SELECT "status", "workflow", coalesce("outcome", '') AS "outcome", ${count} AS "count" FROM ${from}
				GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`);
		expect(await words(`"Tally" WHERE "run" = ''`, 'sum("count")')).toEqual(await words('"Call"', 'count(*)'));
	});

	it('[RT2] count the days from the end of a call, and keep it for at least an hour', async () => {
		const { keep, places, clock, nextPassEnd, database } = await stage(2_000);
		const endAt = (n: number, at: number): Promise<Row[]> =>
			database.all('UPDATE "Call" SET "endedAt" = ? WHERE "n" = ?', at, n);
		await endAt(1, NEWEST_AT - DAY_MS - 1);
		await endAt(2, NEWEST_AT - DAY_MS);
		await endAt(3, NEWEST_AT);
		const oldest = 2_000 - DAY_MS / APART_MS;
		const retention = await keep({ days: 1, calls: 1_999 });
		expect(await places()).toEqual([2, 3, ...numbers(oldest, 2_000)]);
		await retention.close();

		const many = await keep({ days: null, calls: 100 });
		expect(await places()).toEqual([3, ...numbers(1_901, 2_000)]);
		const runPass = async (ms: number): Promise<number[]> => {
			clock.now = NEWEST_AT + ms;
			const passEnded = nextPassEnd();
			triggerPass(many);
			await passEnded;
			return (await places()).slice(0, 2);
		};
		expect(await runPass(3_600_000 - 1)).toEqual([3, 1_901]);
		expect(await runPass(3_600_000)).toEqual([1_901, 1_902]);
	});

	it('[RT3] delete a call whose end is in the future because the clock was set back', async () => {
		const { keep, places, database } = await stage(200);
		await database.all('UPDATE "Call" SET "createdAt" = "createdAt" + ?1, "endedAt" = "endedAt" + ?1', 2 * DAY_MS);
		await keep({ days: null, calls: 100 });
		expect(await places()).toEqual(numbers(101, 200));
	});

	it('[RT3] delete calls beyond RETENTION_CALLS; a call that has not ended counts and stays', async () => {
		const { keep, places, database } = await stage(600);
		const waiting = [...numbers(1, 280), 290, 295, 310];
		await database.all(
			`UPDATE "Call" SET "status" = 'PENDING' WHERE "n" IN (SELECT value FROM json_each(?))`,
			JSON.stringify(waiting),
		);
		await keep({ days: null, calls: 300 });
		expect(await places()).toEqual([...waiting.slice(0, -1), ...numbers(301, 600)]);
	});

	it('[RT3] delete a call that is beyond either of two limits', async () => {
		const [many, few] = [await stage(2_000), await stage(2_000)];
		await many.keep({ days: 1, calls: 1_900 });
		expect((await many.places()).length).toBe(DAY_MS / APART_MS + 1);
		await few.keep({ days: 1, calls: 100 });
		expect(await few.places()).toEqual(numbers(1_901, 2_000));
	});

	it('[RT4] is what a job is about, until that is over', async () => {
		const { keep, places, database, calls, clock, nextPassEnd } = await stage(150);
		const call = await calls.create(request);
		await database.all('UPDATE "Job" SET "asked" = true');
		await calls.cancel(call.id);
		for (let i = 0; i < 3; i++) await calls.setStatus((await calls.create(request)).id, 'COMPLETED');
		clock.now += 2 * 3_600_000;
		const retention = await keep({ days: null, calls: 2 });
		const [recalled, ...newest] = await places();
		expect([recalled, newest.length]).toEqual([151, 2]);

		await database.all('DELETE FROM "Job"');
		const passEnded = nextPassEnd();
		triggerPass(retention);
		await passEnded;
		expect(await places()).toEqual(newest);
	});

	it('[RT5] delete a call once if a user deletes it meanwhile', async () => {
		const { keep, places, commits, calls } = await stage(120);
		await keep({ days: null, calls: 100 }, { calls: beforeEachStep(calls, (ids) => calls.remove(ids[0]!)) });
		expect(await places()).toEqual(numbers(21, 120));
		const ids = commits.flatMap(({ changes }) => changes.map((change) => 'id' in change && change.id));
		expect(ids.toSorted()).toEqual(numbers(1, 20).map(idOf));
	});
});

describe('how it goes', () => {
	it('[RT8] nothing is deleted while the clock is not steady, also when it jumps during a pass', async () => {
		const { keep, places, calls, clock, nextPassEnd } = await stage(2_000);
		clock.isSteady = false;
		const limits = { days: 1, calls: 100 };
		let steps = 0;
		const jumping = beforeEachStep(calls, () => {
			if (++steps === 1) clock.isSteady = false;
		});
		const retention = await keep(limits, { calls: jumping });
		expect((await places()).length).toBe(2_000);

		const runPass = async (): Promise<void> => {
			const passEnded = nextPassEnd();
			triggerPass(retention);
			await passEnded;
		};
		clock.isSteady = true;
		await runPass();
		expect(steps).toBe(1);
		expect((await places()).length).toBeGreaterThan(1_800);
		clock.isSteady = true;
		await runPass();
		expect(await places()).toEqual(numbers(1_901, 2_000));
	});

	it('[RT10] each step waits until no create came for a moment, but a quarter of a second is enough', async () => {
		const { begin, nextPassEnd, places, calls } = await stage(400);
		let [steps, createdAt, lastStepAt] = [0, -Infinity, performance.now()];
		const hasWaited: boolean[] = [];
		const timed = beforeEachStep(calls, () => {
			const now = performance.now();
			hasWaited.push(now - createdAt >= 50 || now - lastStepAt >= 250);
			lastStepAt = now;
			steps++;
		});
		const passEnded = nextPassEnd();
		const retention = begin({ days: null, calls: 100 }, { calls: timed });
		const creating = setInterval(() => {
			createdAt = performance.now();
			retention.created(1);
		}, 5);
		onTestFinished(() => clearInterval(creating));
		await passEnded;
		expect(steps).toBeGreaterThan(2);
		expect(hasWaited).not.toContain(false);
		expect(await places()).toEqual(numbers(301, 400));
	});

	it('[CL3] [RT10] removes the rows of earlier clears and calls beyond a limit, although new clears keep coming', async () => {
		const { begin, places, calls, database } = await stage(1_300);
		await database.all(
			`UPDATE "Call" SET "run" = 'a' || ("n" % 5), "status" = iif("n" > 700, 'PENDING', "status") WHERE "n" > 200`,
		);
		await recount(database, NEWEST_AT);
		for (let n = 0; n < 4; n++) await calls.clear(`a${n}`);
		// Another run is cleared before each step of the removal, so that every step finds a new clear.
		let runs = 0;
		const transact: Database['transact'] = async (reads, plan) => {
			const run = `b${++runs}`;
			await calls.setStatus((await calls.create({ ...request, run })).id, 'COMPLETED');
			await calls.clear(run);
			retention.cleared();
			return database.transact(reads, plan);
		};
		const retention = begin({ days: null, calls: 220 }, { database: { ...database, transact } });
		const left = numbers(201, 1_300).filter((n) => n % 5 === 4);
		const ofHistory = async (): Promise<number[]> => (await places()).filter((n) => n <= 1_300);
		await expect.poll(ofHistory, { interval: 50, timeout: 25_000 }).toEqual(left);
	});

	it('[RT11] stopped in the middle, every call is whole or gone, and it goes on at the next start', async () => {
		const { begin, keep, places, calls, database, commits } = await stage(1_000);
		await database.all(
			`INSERT INTO "Event" ("seq", "callId", "type", "at", "data") SELECT "n", "id", 'created', "createdAt", '{}' FROM "Call"`,
		);
		const broken = beforeEachStep(calls, () => {
			if (commits.length > 3) throw new Error('the database has gone');
		});
		const stopped = begin({ days: null, calls: 100 }, { calls: broken, onError: () => undefined });
		await expect.poll(() => commits.length, { interval: 5, timeout: 10_000 }).toBeGreaterThan(3);
		await stopped.close();
		const left = await places();
		expect(left.length).toBeLessThan(1_000);
		expect(left).toEqual(numbers(left[0]!, 1_000));
		expect(left.length).toBeGreaterThan(100);
		const events = await database.all('SELECT "seq" FROM "Event" ORDER BY "seq"');
		expect(events.map(({ seq }) => seq)).toEqual(left);
		await keep({ days: null, calls: 100 });
		expect(await places()).toEqual(numbers(901, 1_000));
	});

	it('[RT3] keeps a call that ended just now, even if the pass began hours ago', async () => {
		const { keep, places, calls, clock } = await stage(400);
		clock.now += 2 * 3_600_000;
		let slept = false;
		const sleeping = beforeEachStep(calls, async () => {
			if (slept) return;
			slept = true;
			clock.now += 8 * 3_600_000;
			for (let n = 0; n < 150; n++) await calls.setStatus((await calls.create(request)).id, 'COMPLETED');
		});
		await keep({ days: null, calls: 100 }, { calls: sleeping });
		expect((await places()).filter((n) => n > 400)).toHaveLength(150);
	});

	it('[RT9] returns unused space of the file to the system', async () => {
		const path = join(await temporaryFolder(), 'audena.db');
		await fillHistory(`file:${path}`, 6_000);
		const before = statSync(path).size;
		const { keep, database } = await stageOn(path);
		const retention = await keep({ days: null, calls: 100 });
		await retention.close();
		// The spare pages for tombstones and the next calls stay.
		expect(await database.all('PRAGMA freelist_count')).toEqual([{ freelist_count: 256 }]);
		database.close();
		expect(statSync(path).size).toBeLessThan(before * 0.85);
	});
});
