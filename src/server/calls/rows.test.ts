import { describe, expect, it } from 'vitest';
import type { ProviderReport } from '#contract';
import type { Database } from '#db/database.ts';
import { NOON } from '#tests/support/call-row.ts';
import { migratedDatabase } from '#tests/support/database.ts';
import { createJobStore, type Job } from '../jobs/store.ts';
import { deleteExpired } from '../repetitions.ts';
import type { Command, DispatchAttempt, Outcome } from './commands.ts';
import { removeCovered } from './removal.ts';
import { createWriter, type Committed } from './writer.ts';

interface Bench {
	database: Database;
	clock: { now: number };
	commits: Committed[];
	/** Writes commands as one group, in one transaction. Resolves after the rows that they cleared are removed. */
	group(...commands: Command[]): Promise<Outcome[]>;
	/** Claims the due jobs, as a worker does. */
	claim(): Promise<Job[]>;
	/** Releases all leases, as a start after a `kill -9` does. */
	takeOver(): Promise<void>;
	column(sql: string): Promise<unknown[]>;
}

/** Creates a writer on a database file, with the clock at noon. */
async function startWriter(): Promise<Bench> {
	const database = await migratedDatabase();
	const clock = { now: NOON };
	const commits: Committed[] = [];
	const writer = createWriter({
		database,
		now: () => clock.now,
		onCommit: (committed) => commits.push(committed),
		onJobs: () => undefined,
		onError: (error) => {
			throw error;
		},
	});
	const jobs = createJobStore(database);
	let leases = 0;
	return {
		database,
		clock,
		commits,
		async group(...commands) {
			const outcomes = await Promise.all(commands.map((command) => writer.write(command)));
			if (commands.some((command) => command.do === 'clear')) await removeAll(database, clock.now);
			return outcomes;
		},
		claim: () => jobs.claim(clock.now, 100, `lease-${++leases}`, clock.now + 10_000),
		takeOver: () => jobs.takeOver(),
		column: async (sql) => (await database.all(sql)).map((row) => Object.values(row)[0]),
	};
}

async function removeAll(database: Database, now: number): Promise<void> {
	while (!(await removeCovered(database, { most: 2, now })).isLast);
}

const create = (id: string, run: string | null = null): Command => ({
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
		run,
	},
});
const report = (webhookId: string, callId: string, over: Partial<ProviderReport>): Command => ({
	do: 'report',
	webhookId,
	report: { callId, providerId: 'sim_1', status: 'PENDING', ...over },
});
const queue = (id: string, job: Job): Command => ({ do: 'queue', id, job });
const attempt: DispatchAttempt = { number: 1, durationMs: 5, status: 200, error: null };
const failedAttempt: DispatchAttempt = { ...attempt, status: 500, error: 'The provider responded with 500' };
const accepted = (id: string, job: Job, providerId = 'sim_1'): Command => ({
	do: 'accepted',
	id,
	job,
	attempt,
	providerId,
	watchAt: NOON + 900_000,
});
const refused = (id: string, job: Job, retryAt: number | null): Command => ({
	do: 'refused',
	id,
	job,
	attempt: failedAttempt,
	retryAt,
	watchAt: NOON + 900_000,
});
const giveUp = (id: string, job: Job): Command => ({
	do: 'give-up',
	id,
	job,
	attempt: { ...failedAttempt, number: 6 },
});
const byCall = (a: Job, b: Job): number => a.callId.localeCompare(b.callId);

const TYPES = `SELECT "type" FROM "Event" ORDER BY "seq"`;
const JOBS = `SELECT "kind" || ' ' || "callId" FROM "Job" ORDER BY "kind", "callId"`;

describe('calls', () => {
	it('[P4] a call that is created before a clear in one group leaves a tombstone and no other row', async () => {
		const { group, column, commits } = await startWriter();
		await group(create('a'), { do: 'clear', run: null });
		expect(commits[0]?.changes.map(({ type }) => type)).toEqual(['created', 'cleared']);
		for (const table of ['Call', 'Event', 'Job']) expect(await column(`SELECT count(*) FROM "${table}"`)).toEqual([0]);
		expect(await column('SELECT "kind" FROM "Tombstone"')).toEqual(['cleared']);
	});

	it('[P4] a call that is created after a clear in one group stays, with its dispatch', async () => {
		const { group, column } = await startWriter();
		await group(create('old'));
		await group({ do: 'clear', run: null }, create('new'));
		expect(await column('SELECT "id" FROM "Call"')).toEqual(['new']);
		expect(await column(JOBS)).toEqual(['dispatch new']);
	});

	it('[P5] a removal deletes the reports of its own group', async () => {
		const { group, column } = await startWriter();
		await group(create('a'));
		await group(report('msg_1', 'a', { phase: 'RINGING' }), { do: 'remove', id: 'a' });
		expect(await column('SELECT count(*) FROM "Event"')).toEqual([0]);
		expect(await column(JOBS)).toEqual(['hangup a']);
	});

	it('[RT3] retention deletes the events of ended calls and leaves a tombstone for each', async () => {
		const { group, column } = await startWriter();
		await group(create('runs'), create('ended'), create('ends'));
		await group({ do: 'set-status', id: 'ended', status: 'COMPLETED' });
		await group(
			{ do: 'set-status', id: 'ends', status: 'FAILED' },
			{ do: 'retire', ids: ['runs', 'ended', 'ends', 'unknown'] },
			{ do: 'set-status', id: 'runs', status: 'FAILED' },
		);
		expect(await column('SELECT "id" FROM "Call"')).toEqual(['runs']);
		expect(await column('SELECT DISTINCT "callId" FROM "Event"')).toEqual(['runs']);
		expect(await column('SELECT "callId" FROM "Tombstone" ORDER BY "seq"')).toEqual(['ended', 'ends']);
	});

	it.each([true, false])(
		'[CL4] a clear with filters deletes the calls that still match, with their rows and counters (tombstones: %s)',
		async (tombstones) => {
			const { group, column, commits } = await startWriter();
			await group(create('rings'), create('waits'), create('ended'), create('other', 'ci'));
			await group(report('msg_1', 'rings', { phase: 'RINGING' }));
			await group(
				{ do: 'set-status', id: 'ended', status: 'COMPLETED' },
				{
					do: 'clear-matching',
					ids: ['rings', 'waits', 'ended', 'other', 'unknown', 'rings'],
					filters: { status: ['PENDING'], q: 'ada' },
					tombstones,
				},
			);
			expect(await column('SELECT "id" FROM "Call"')).toEqual(['ended']);
			expect(await column('SELECT DISTINCT "callId" FROM "Event"')).toEqual(['ended']);
			expect(await column(JOBS)).toEqual(['hangup rings']);
			const ids = ['rings', 'waits', 'other'];
			expect(await column('SELECT "callId" FROM "Tombstone" ORDER BY "seq"')).toEqual(tombstones ? ids : []);
			const types = commits.at(-1)!.changes.flatMap((change) => ('call' in change ? [] : [change.type]));
			expect(types).toEqual(tombstones ? ids.map(() => 'deleted') : ['purged']);
			expect(await column('SELECT "lastSeq" = "prunedSeq" FROM "Feed"')).toEqual([tombstones ? 0 : 1]);
			expect(await column('SELECT sum("count") FROM "Tally" WHERE "run" = \'\'')).toEqual([1]);
		},
	);

	it('[P10] an event that leaves the call unchanged moves the last seq of the feed, and not its last change', async () => {
		const { group, database, commits, column } = await startWriter();
		await group(create('a'));
		await group(report('msg_1', 'a', { phase: 'RINGING' }));
		await group(report('msg_2', 'a', { phase: 'INITIATED' }));
		expect(await column(TYPES)).toEqual(['created', 'ringing', 'webhook.ignored']);
		expect(await database.all('SELECT "lastSeq", "lastChange" FROM "Feed"')).toEqual([{ lastSeq: 3, lastChange: 2 }]);
		expect(await column('SELECT "seq" FROM "Call"')).toEqual([2]);
		expect(commits.map(({ changes, touched }) => [changes.length, touched])).toEqual([
			[1, ['a']],
			[1, ['a']],
			[0, ['a']],
		]);
	});

	it('[P12] a call that is created after the clock was set back has the last stored time', async () => {
		const { group, clock, column } = await startWriter();
		await group(create('a'));
		clock.now -= 3_600_000;
		await group(create('b'));
		clock.now += 3_600_001;
		await group(create('c'));
		expect(await column('SELECT "createdAt" FROM "Call" ORDER BY "n"')).toEqual([NOON, NOON, NOON + 1]);
	});
});

describe('jobs', () => {
	it('[P3] a call that is created and ended in one group has no job', async () => {
		const { group, column } = await startWriter();
		await group(create('a'), { do: 'cancel', id: 'a' });
		expect(await column(TYPES)).toEqual(['created', 'ended']);
		expect(await column(JOBS)).toEqual([]);
	});

	it('[P6] a result under a lease that another claim replaced is not recorded', async () => {
		const { group, claim, clock, column } = await startWriter();
		await group(create('a'));
		const [stale] = await claim();
		clock.now += 10_001;
		const [held] = await claim();
		expect(held?.id).toBe(stale?.id);
		expect(await group(accepted('a', stale!), refused('a', stale!, NOON))).toEqual([{ stale: true }, { stale: true }]);
		expect(await column('SELECT "lease" FROM "Job"')).toEqual([held?.lease]);
		await group(accepted('a', held!));
		expect(await column(TYPES)).toEqual(['created', 'dispatch.attempt']);
		expect(await column(JOBS)).toEqual(['watch a']);
	});

	it('[P7] a cancel during the dispatch turns it into a recall, which hangs the call up', async () => {
		const { group, claim, database, column } = await startWriter();
		await group(create('a'));
		const [job] = await claim();
		await group(queue('a', job!));
		await group({ do: 'cancel', id: 'a' });
		expect(await column(JOBS)).toEqual(['recall a']);

		await group(accepted('a', job!, 'sim_7'));
		expect(await column(JOBS)).toEqual(['hangup a']);
		const [row] = await database.all('SELECT "payload" FROM "Job"');
		expect(JSON.parse(String(row?.payload))).toEqual({ providerId: 'sim_7' });
		expect(await column('SELECT "status" || \' \' || "outcome" FROM "Call"')).toEqual(['FAILED canceled']);
	});

	it.each([
		['canceled', { do: 'cancel', id: 'a' }],
		['ended manually', { do: 'set-status', id: 'a', status: 'FAILED' }],
		['deleted', { do: 'remove', id: 'a' }],
		['cleared', { do: 'clear', run: null }],
	] satisfies [string, Command][])(
		'[P7] a call that is %s before its first dispatch has no job left',
		async (_name, ending) => {
			const { group, claim, clock, takeOver, column } = await startWriter();
			for (const inOneGroup of [true, false]) {
				await group(create('a'));
				const [job] = await claim();
				const [, queued] = inOneGroup
					? await group(ending, queue('a', job!))
					: [await group(ending), (await group(queue('a', job!)))[0]];
				expect(queued).toEqual({ stale: true });
				expect(await column('SELECT * FROM "Job"')).toEqual([]);
				await group({ do: 'clear', run: null });
			}

			// The process is killed between the claim and the request.
			await group(create('a'));
			expect(await claim()).toHaveLength(1);
			await takeOver();
			await group(ending);
			expect(await column('SELECT * FROM "Job"')).toEqual([]);
			clock.now += 20_000;
			expect(await claim()).toEqual([]);
		},
	);

	it.each([
		['canceled', { do: 'cancel', id: 'a' }],
		['deleted', { do: 'remove', id: 'a' }],
	] satisfies [string, Command][])(
		'[P7] a call that is %s just before its second dispatch is recalled by the worker that holds the job',
		async (_name, ending) => {
			for (const inOneGroup of [true, false]) {
				const { group, claim, clock, column } = await startWriter();
				await group(create('a'));
				const [first] = await claim();
				await group(queue('a', first!));
				await group(refused('a', first!, clock.now + 500));
				clock.now += 500;
				const [job] = await claim();
				const [, queued] = inOneGroup
					? await group(ending, queue('a', job!))
					: [await group(ending), (await group(queue('a', job!)))[0]];
				expect(queued).not.toEqual({ stale: true });
				expect(await column(JOBS)).toEqual(['recall a']);
				await group(accepted('a', job!));
				expect(await column(JOBS)).toEqual(['hangup a']);
			}
		},
	);

	it.each([
		['deleted', { do: 'remove', id: 'a' }],
		['cleared', { do: 'clear', run: null }],
		['cleared with its run', { do: 'clear', run: 'mine' }],
	] satisfies [string, Command][])('[P8] a call that is %s during its dispatch is hung up', async (_name, deletion) => {
		const { group, claim, column } = await startWriter();
		await group(create('a', 'mine'));
		const [job] = await claim();
		await group(queue('a', job!));
		await group(deletion);
		const [outcome] = await group(accepted('a', job!));
		expect(outcome).toEqual({ missing: true });
		expect(await column(JOBS)).toEqual(['hangup a']);
		expect(await column('SELECT count(*) FROM "Event"')).toEqual([0]);
	});

	it.each([
		['deleted', { do: 'remove', id: 'a' }],
		['cleared', { do: 'clear', run: null }],
		['cleared with its run', { do: 'clear', run: 'mine' }],
		['canceled', { do: 'cancel', id: 'a' }],
		['ended manually', { do: 'set-status', id: 'a', status: 'COMPLETED' }],
	] satisfies [string, Command][])(
		'[P9] the only job left of a call at the provider that is %s is its hang-up',
		async (_name, ending) => {
			const { group, claim, column } = await startWriter();
			await group(create('a', 'mine'));
			await group(accepted('a', (await claim())[0]!));
			await group(ending);
			expect(await column(JOBS)).toEqual(['hangup a']);
		},
	);

	it('[P15] a refused dispatch is due again at its own time, without a lease', async () => {
		const { group, claim, clock, database, column } = await startWriter();
		await group(create('a'), create('b'));
		const [a, b] = (await claim()).toSorted(byCall);
		await group(refused('a', a!, NOON + 500), refused('b', b!, NOON + 900));
		expect(await column(TYPES)).toEqual(['created', 'created', 'dispatch.attempt', 'dispatch.attempt']);
		const jobs = await database.all('SELECT "callId", "dueAt", "lease", "lastError" FROM "Job" ORDER BY "callId"');
		const lastError = 'The provider responded with 500';
		expect(jobs).toEqual([
			{ callId: 'a', dueAt: NOON + 500, lease: null, lastError },
			{ callId: 'b', dueAt: NOON + 900, lease: null, lastError },
		]);
		clock.now += 500;
		expect((await claim()).map(({ callId, attempts }) => [callId, attempts])).toEqual([['a', 2]]);
	});

	const DEAD = `SELECT "kind" || ' ' || "callId" || ' ' || "lastError" FROM "Job" WHERE "deadAt" IS NOT NULL`;

	it.each(['hangup', 'recall'] as const)(
		'[P19] a %s without attempts left stays as a dead job, and runs again when a webhook of its call arrives',
		async (kind) => {
			const { group, claim, clock, column } = await startWriter();
			await group(create('a'));
			const [job] = await claim();
			await group(queue('a', job!));
			if (kind === 'hangup') await group(accepted('a', job!));
			await group({ do: 'cancel', id: 'a' });
			const [last] = kind === 'hangup' ? await claim() : [job];
			await group(kind === 'hangup' ? giveUp('a', last!) : refused('a', last!, null));

			expect(await column(DEAD)).toEqual([`${kind} a The provider responded with 500`]);
			expect(await column(JOBS)).toEqual([`${kind} a`]);
			clock.now += 3_600_000;
			expect(await claim()).toEqual([]);

			const [outcome] = await group(report('msg_1', 'a', { phase: 'RINGING' }));
			expect(outcome).toMatchObject({ idempotent: true });
			expect((await claim()).map((again) => [again.kind, again.failures])).toEqual([[kind, 0]]);
		},
	);

	it('[P20] a deletion deletes a dead recall at once, and a dead hang-up without a webhook after a day', async () => {
		const { database, group, claim, clock, column } = await startWriter();
		await group(create('a'), create('b'), create('c'));
		const jobs = new Map((await claim()).map((job) => [job.callId, job]));
		await group(...[...jobs].map(([id, job]) => queue(id, job)));
		for (const id of ['b', 'c']) await group(accepted(id, jobs.get(id)!, `sim_${id}`), { do: 'remove', id });
		await group({ do: 'cancel', id: 'a' }, refused('a', jobs.get('a')!, null));
		for (const job of await claim()) await group(giveUp(job.callId, job));
		expect(await column(JOBS)).toEqual(['hangup b', 'hangup c', 'recall a']);
		await group({ do: 'remove', id: 'a' });
		expect(await column(JOBS)).toEqual(['hangup b', 'hangup c']);

		const [outcome] = await group(report('msg_1', 'b', { providerId: 'sim_b', phase: 'RINGING' }));
		expect(outcome).toEqual({ missing: true });
		await deleteExpired(database, clock.now + 24 * 3_600_000);
		expect(await column(JOBS)).toEqual(['hangup b', 'hangup c']);
		await deleteExpired(database, clock.now + 24 * 3_600_000 + 1);
		expect(await column(JOBS)).toEqual(['hangup b']);
		expect((await claim()).map(({ callId, payload }) => [callId, payload])).toEqual([
			['b', { providerId: 'sim_b', deleted: true }],
		]);
	});

	it('[P20] a recall that dies after the deletion of its call is deleted after a day', async () => {
		const { database, group, claim, clock, column } = await startWriter();
		await group(create('a'));
		const [job] = await claim();
		await group(queue('a', job!));
		await group({ do: 'remove', id: 'a' });
		await group(refused('a', job!, null));
		await deleteExpired(database, clock.now + 24 * 3_600_000);
		expect(await column(JOBS)).toEqual(['recall a']);
		await deleteExpired(database, clock.now + 24 * 3_600_000 + 1);
		expect(await column(JOBS)).toEqual([]);
	});

	it('[P20] a clear deletes the dead recalls of its calls', async () => {
		const { group, claim, column } = await startWriter();
		for (const run of ['one', null]) {
			await group(create('a', 'one'));
			const [job] = await claim();
			await group(queue('a', job!), { do: 'cancel', id: 'a' });
			await group(refused('a', job!, null));
			expect(await column(JOBS)).toEqual(['recall a']);
			await group({ do: 'clear', run });
			expect(await column(JOBS)).toEqual([]);
		}
	});
});
