import { describe, expect, it } from 'vitest';
import type { ProviderReport } from '#contract';
import type { Database } from '#db/database.ts';
import { NOON } from '#tests/support/call-row.ts';
import { migratedDatabase } from '#tests/support/database.ts';
import { createJobStore, type Job } from '../jobs/store.ts';
import { forget } from '../repetitions.ts';
import type { Command, DispatchAttempt, Outcome } from './commands.ts';
import { removeCovered } from './removal.ts';
import { createWriter, type Committed } from './writer.ts';

interface Bench {
	database: Database;
	clock: { now: number };
	commits: Committed[];
	/** Writes commands as one group, in one transaction. Resolves after the rows that they cleared are removed. */
	group(...commands: Command[]): Promise<Outcome[]>;
	create(id: string, over?: Partial<Extract<Command, { do: 'create' }>['request']>): Promise<void>;
	/** Claims the due jobs, as a worker does. */
	claim(): Promise<Job[]>;
	/** Takes the jobs over, as the start after a `kill -9` does. */
	takeOver(): Promise<void>;
	column(sql: string): Promise<unknown[]>;
}

/** The writer over a real file, with the clock at noon. */
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
	async function group(...commands: Command[]): Promise<Outcome[]> {
		const outcomes = await Promise.all(commands.map((c) => writer.write(c)));
		if (commands.some((c) => c.do === 'clear')) await removeAll(database, clock.now);
		return outcomes;
	}
	return {
		...{ database, clock, commits, group },
		async create(id, over = {}) {
			await group(create(id, over));
		},
		claim: () => jobs.claim(clock.now, 100, `lease-${++leases}`, clock.now + 10_000),
		takeOver: () => jobs.takeOver(),
		column: async (sql) => (await database.all(sql)).map((row) => Object.values(row)[0]),
	};
}

async function removeAll(database: Database, now: number): Promise<void> {
	while (!(await removeCovered(database, { most: 2, now })).isLast);
}

const create = (id: string, over: Partial<Extract<Command, { do: 'create' }>['request']> = {}): Command => ({
	...{ do: 'create', id, callbackUrl: null, once: null },
	request: {
		...{ customerName: 'Ada', phoneNumber: '+12025550100', workflow: 'SUPPORT' },
		...{ scheduledAt: null, scenario: null, run: null, ...over },
	},
});
const reported = (webhookId: string, callId: string, over: Partial<ProviderReport>): Command => ({
	...{ do: 'report', webhookId },
	report: { callId, providerId: 'sim_1', status: 'PENDING', ...over },
});
const queue = (id: string, job: Job): Command => ({ do: 'queue', id, job });
const attempt: DispatchAttempt = { number: 1, durationMs: 5, status: 200, error: null };
const accepted = (id: string, job: Job, providerId = 'sim_1'): Command => ({
	...{ do: 'accepted', id, job, attempt, providerId, watchAt: NOON + 900_000 },
});
const refused = (id: string, job: Job, retryAt: number | null): Command => ({
	...{ do: 'refused', id, job, retryAt, watchAt: NOON + 900_000 },
	attempt: { ...attempt, status: 500, error: 'The provider answered 500' },
});

const ENDED = `SELECT count(*) FROM "Event" WHERE "type" = 'ended'`;
const TYPES = `SELECT "type" FROM "Event" ORDER BY "seq"`;
const JOBS = `SELECT "kind" || ' ' || "callId" FROM "Job" ORDER BY "kind", "callId"`;

describe('a group of commands', () => {
	it('[P1] of two equal webhook-ids exactly the second changes nothing', async () => {
		const { create, group, column, commits } = await startWriter();
		await create('a');
		const [first, second] = await group(
			reported('msg_1', 'a', { phase: 'RINGING' }),
			reported('msg_1', 'a', { phase: 'IN_PROGRESS' }),
		);
		expect(commits).toHaveLength(2); // the creation, then both reports together
		expect(first).toMatchObject({ call: { phase: 'RINGING' } });
		expect(second).toEqual(first);
		expect(await column(TYPES)).toEqual(['created', 'ringing']);
		expect(await column('SELECT "id" FROM "Receipt"')).toEqual(['msg_1']);
	});

	it('[P2] of two endings by webhook exactly the second is idempotent', async () => {
		const { create, group, column } = await startWriter();
		await create('a');
		const [first, second] = await group(
			reported('msg_1', 'a', { status: 'COMPLETED' }),
			reported('msg_2', 'a', { status: 'FAILED', outcome: 'busy' }),
		);
		expect(first).toMatchObject({ call: { status: 'COMPLETED' } });
		expect(second).toEqual({ ...first, idempotent: true });
		expect(await column(ENDED)).toEqual([1]);
	});

	it('[P2] a webhook, a cancel and a status by hand in one group end the call once', async () => {
		const { create, group, column } = await startWriter();
		await create('a');
		const outcomes = await group(
			reported('msg_1', 'a', { status: 'COMPLETED' }),
			{ do: 'cancel', id: 'a' },
			{ do: 'set-status', id: 'a', status: 'COMPLETED' },
		);
		expect(outcomes).toMatchObject([{ call: { outcome: 'completed' } }, { illegal: {} }, { call: {} }]);
		expect(await column(ENDED)).toEqual([1]);
	});

	it.each([
		['a webhook', reported('msg_1', 'a', { status: 'COMPLETED' }), 'completed'],
		['a cancel', { do: 'cancel', id: 'a' } satisfies Command, 'canceled'],
		['a status by hand', { do: 'set-status', id: 'a', status: 'FAILED' } satisfies Command, 'manual'],
	])('[P2] %s and the last failed dispatch in one group end the call once', async (_what, ending, outcome) => {
		const { create, group, claim, column } = await startWriter();
		await create('a');
		const [job] = await claim();
		await group(ending, refused('a', job!, null));
		expect(await column(ENDED)).toEqual([1]);
		expect(await column('SELECT "outcome" FROM "Call"')).toEqual([outcome]);
		expect(await column(JOBS)).toEqual([]);
	});

	it('[P3] a call that is created and ended in one group is dispatched no more', async () => {
		const { group, column } = await startWriter();
		await group(create('a'), { do: 'cancel', id: 'a' });
		expect(await column(TYPES)).toEqual(['created', 'ended']);
		expect(await column(JOBS)).toEqual([]);
	});

	it('[P4] create, then clear: nothing is left but the word of it', async () => {
		const { group, column, commits } = await startWriter();
		await group(create('a'), { do: 'clear', run: null });
		expect(commits[0]?.changes.map(({ type }) => type)).toEqual(['created', 'cleared']);
		for (const table of ['Call', 'Event', 'Job']) expect(await column(`SELECT count(*) FROM "${table}"`)).toEqual([0]);
		expect(await column('SELECT "kind" FROM "Tombstone"')).toEqual(['cleared']);
	});

	it('[P4] clear, then create: the new call stays', async () => {
		const { create: make, group, column } = await startWriter();
		await make('old');
		await group({ do: 'clear', run: null }, create('new'));
		expect(await column('SELECT "id" FROM "Call"')).toEqual(['new']);
		expect(await column(JOBS)).toEqual(['dispatch new']);
	});

	it('[P4] clearing a run takes its calls of the same group and leaves the others', async () => {
		const { group, column } = await startWriter();
		const outcomes = await group(
			create('mine', { run: 'mine' }),
			create('other', { run: 'other' }),
			{ do: 'clear', run: 'mine' },
			{ do: 'cancel', id: 'mine' },
		);
		expect(outcomes[3]).toEqual({ missing: true });
		expect(await column('SELECT "id" FROM "Call"')).toEqual(['other']);
	});

	it('[P5] remove, then report: there is no such call, and nothing comes back', async () => {
		const { create, group, column } = await startWriter();
		await create('a');
		const outcomes = await group({ do: 'remove', id: 'a' }, reported('msg_1', 'a', { phase: 'RINGING' }));
		expect(outcomes).toEqual([{ done: true }, { missing: true }]);
		for (const table of ['Call', 'Event', 'Job', 'Receipt'])
			expect(await column(`SELECT count(*) FROM "${table}"`)).toEqual([0]);
	});

	it('[P5] report, then remove: the report is gone too', async () => {
		const { create, group, column } = await startWriter();
		await create('a');
		await group(reported('msg_1', 'a', { phase: 'RINGING' }), { do: 'remove', id: 'a' });
		expect(await column('SELECT count(*) FROM "Event"')).toEqual([0]);
		expect(await column(JOBS)).toEqual(['hangup a']);
	});

	it('[RT3] what goes for good has ended: one that runs stays, and so does what the group makes of it', async () => {
		const { create, group, column } = await startWriter();
		for (const id of ['runs', 'ended', 'ends']) await create(id);
		await group({ do: 'set-status', id: 'ended', status: 'COMPLETED' });
		const ids = ['runs', 'ended', 'ends', 'unknown'];
		await group(
			{ do: 'set-status', id: 'ends', status: 'FAILED' },
			{ do: 'retire', ids },
			{ do: 'set-status', id: 'runs', status: 'FAILED' },
		);
		expect(await column('SELECT "id" FROM "Call"')).toEqual(['runs']);
		expect(await column('SELECT DISTINCT "callId" FROM "Event"')).toEqual(['runs']);
		expect(await column('SELECT "callId" FROM "Tombstone" ORDER BY "seq"')).toEqual(['ended', 'ends']);
	});

	it.each([true, false])(
		'[CL4] a clear with filters deletes what still matches in its transaction (tombstones: %s)',
		async (tombstones) => {
			const { create, group, column, commits } = await startWriter();
			for (const id of ['rings', 'waits', 'ended', 'other']) await create(id, { run: id === 'other' ? 'ci' : null });
			await group(reported('msg_1', 'rings', { phase: 'RINGING' }));
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
			const told = commits.at(-1)!.changes.flatMap((change) => ('call' in change ? [] : [change.type]));
			expect(told).toEqual(tombstones ? ids.map(() => 'deleted') : ['purged']);
			expect(await column('SELECT "lastSeq" = "prunedSeq" FROM "Feed"')).toEqual([tombstones ? 0 : 1]);
			expect(await column('SELECT sum("count") FROM "Tally" WHERE "run" = \'\'')).toEqual([1]);
		},
	);

	it('[P6] a result under a lease that is not held any more is not recorded', async () => {
		const { create, group, claim, clock, column } = await startWriter();
		await create('a');
		const [stale] = await claim();
		clock.now += 10_001;
		const [held] = await claim();
		expect(held?.id).toBe(stale?.id);

		const outcomes = await group(
			queue('a', stale!),
			accepted('a', stale!),
			refused('a', stale!, null),
			refused('a', stale!, NOON),
		);
		expect(outcomes).toEqual(Array.from({ length: 4 }, () => ({ stale: true })));
		expect(await column(TYPES)).toEqual(['created']);
		expect(await column('SELECT "lease" FROM "Job"')).toEqual([held?.lease]);

		await group(accepted('a', held!));
		expect(await column(TYPES)).toEqual(['created', 'dispatch.attempt']);
		expect(await column(JOBS)).toEqual(['watch a']);
	});

	it('[P7] canceled while the dispatch is under way: hung up when its answer comes', async () => {
		const { create, group, claim, database, column } = await startWriter();
		await create('a');
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

	it('[P7] in one group with the answer it is hung up all the same', async () => {
		const { create, group, claim, column } = await startWriter();
		for (const id of ['a', 'b']) await create(id);
		const [a, b] = (await claim()).toSorted((x, y) => x.callId.localeCompare(y.callId));
		await group({ do: 'cancel', id: 'a' }, accepted('a', a!), accepted('b', b!, 'sim_2'), { do: 'cancel', id: 'b' });
		expect(await column(JOBS)).toEqual(['hangup a', 'hangup b']);
	});

	it.each([
		['canceled', { do: 'cancel', id: 'a' }],
		['ended by hand', { do: 'set-status', id: 'a', status: 'FAILED' }],
		['deleted', { do: 'remove', id: 'a' }],
		['cleared', { do: 'clear', run: null }],
	] satisfies [string, Command][])(
		'[P7] a call that is %s before the provider was ever asked for it is not asked for, and nothing is left to do',
		async (_what, ending) => {
			const { create, group, claim, clock, takeOver, column } = await startWriter();
			for (const inOneGroup of [true, false]) {
				await create('a');
				const [job] = await claim();
				const [, queued] = inOneGroup
					? await group(ending, queue('a', job!))
					: [await group(ending), (await group(queue('a', job!)))[0]];
				expect(queued).toEqual({ stale: true });
				expect(await column('SELECT * FROM "Job"')).toEqual([]);
				await group({ do: 'clear', run: null });
			}

			// The process is killed between the claim and the request.
			await create('a');
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
		'[P7] a call that is %s when it is about to be asked for again is recalled by the same hand, at once',
		async (_what, ending) => {
			for (const inOneGroup of [true, false]) {
				const { create, group, claim, clock, column } = await startWriter();
				await create('a');
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
	] satisfies [string, Command][])('[P8] %s while the dispatch is under way: hung up', async (_what, deletion) => {
		const { create, group, claim, column } = await startWriter();
		await create('a', { run: 'mine' });
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
		['ended by hand', { do: 'set-status', id: 'a', status: 'COMPLETED' }],
	] satisfies [string, Command][])('[P9] a call at the provider that is %s is hung up', async (_what, ending) => {
		const { create, group, claim, column } = await startWriter();
		await create('a', { run: 'mine' });
		await group(accepted('a', (await claim())[0]!));
		await group(ending);
		expect(await column(JOBS)).toEqual(['hangup a']);
	});

	it('[P10] what leaves the call as it was takes a seq and is no change', async () => {
		const { create, group, database, commits, column } = await startWriter();
		await create('a');
		await group(reported('msg_1', 'a', { phase: 'RINGING' }));
		await group(reported('msg_2', 'a', { phase: 'INITIATED' }));
		expect(await column(TYPES)).toEqual(['created', 'ringing', 'webhook.ignored']);
		expect(await database.all('SELECT "lastSeq", "lastChange" FROM "Feed"')).toMatchObject([
			{ lastSeq: 3, lastChange: 2 },
		]);
		expect(commits.map(({ changes, touched }) => [changes.length, touched])).toEqual([
			[1, ['a']],
			[1, ['a']],
			[0, ['a']],
		]);
		expect(await column('SELECT "seq" FROM "Call"')).toEqual([2]);
	});

	it('[M12] a report that is ignored is a change where it tells of the provider, and the call is hung up there', async () => {
		const { create, group, commits, column } = await startWriter();
		await create('a');
		const [first, second] = await group(
			reported('msg_1', 'a', { phase: 'QUEUED' }),
			reported('msg_2', 'a', { phase: 'QUEUED' }),
		);
		expect(first).toMatchObject({ call: { providerId: 'sim_1', phase: 'QUEUED', seq: 2 } });
		expect(second).toEqual(first);
		expect(commits[1]?.changes).toMatchObject([{ seq: 2, type: 'updated', call: { providerId: 'sim_1' } }]);
		expect(await column(TYPES)).toEqual(['created', 'webhook.ignored', 'webhook.ignored']);
		expect(await column('SELECT "providerId" FROM "Call"')).toEqual(['sim_1']);
		await group({ do: 'cancel', id: 'a' });
		expect(await column(JOBS)).toEqual(['hangup a']);
	});

	it('[P11] seqs rise without a gap over a group, and each change carries its call as of then', async () => {
		const { group, commits } = await startWriter();
		await group(create('a'), create('b'), reported('msg_1', 'a', { phase: 'RINGING' }), { do: 'remove', id: 'b' });
		expect(commits).toHaveLength(1);
		expect(commits[0]).toMatchObject({
			changes: [
				{ seq: 1, type: 'created', call: { id: 'a', n: 1, seq: 1, phase: 'QUEUED' } },
				{ seq: 2, type: 'created', call: { id: 'b', n: 2, seq: 2 } },
				{ seq: 3, type: 'updated', call: { id: 'a', n: 1, seq: 3, phase: 'RINGING' } },
				{ seq: 4, type: 'deleted', id: 'b' },
			],
			position: { seq: 4, change: 4 },
		});
	});

	it('[P12] creation times never fall, even when the clock does', async () => {
		const { create, clock, column } = await startWriter();
		await create('a');
		clock.now -= 3_600_000;
		await create('b');
		clock.now += 3_600_001;
		await create('c');
		expect(await column('SELECT "createdAt" FROM "Call" ORDER BY "n"')).toEqual([NOON, NOON, NOON + 1]);
	});

	it('[P13] a scheduled call waits as SCHEDULED until its job is due; one in the past starts at once', async () => {
		const { create, claim, clock, group, column } = await startWriter();
		await create('later', { scheduledAt: NOON + 60_000 });
		await create('past', { scheduledAt: NOON - 60_000 });
		expect(await column('SELECT "phase" FROM "Call" ORDER BY "n"')).toEqual(['SCHEDULED', 'QUEUED']);
		expect((await claim()).map(({ callId }) => callId)).toEqual(['past']);
		clock.now += 60_000;
		const due = (await claim()).find(({ callId }) => callId === 'later');
		await group(queue('later', due!));
		expect(await column('SELECT "phase" FROM "Call" ORDER BY "n"')).toEqual(['QUEUED', 'QUEUED']);
	});

	it('[P15] a refused dispatch is told and comes again when it shall; others in its group are not moved', async () => {
		const { create, group, claim, clock, database, column } = await startWriter();
		for (const id of ['a', 'b']) await create(id);
		const [a, b] = (await claim()).toSorted((x, y) => x.callId.localeCompare(y.callId));
		await group(refused('a', a!, NOON + 500), refused('b', b!, NOON + 900));
		expect(await column(TYPES)).toEqual(['created', 'created', 'dispatch.attempt', 'dispatch.attempt']);
		const jobs = await database.all('SELECT "callId", "dueAt", "lease", "lastError" FROM "Job" ORDER BY "callId"');
		const lastError = 'The provider answered 500';
		expect(jobs).toMatchObject([
			{ callId: 'a', dueAt: NOON + 500, lease: null, lastError },
			{ callId: 'b', dueAt: NOON + 900, lease: null, lastError },
		]);
		clock.now += 500;
		expect((await claim()).map(({ callId, attempts }) => [callId, attempts])).toEqual([['a', 2]]);
	});

	it('[P16] a dispatch that gives up ends the call, unless a webhook told that the provider has it: that one is watched', async () => {
		const { create, group, claim, database, column } = await startWriter();
		for (const id of ['a', 'b']) await create(id);
		const [a, b] = (await claim()).toSorted((x, y) => x.callId.localeCompare(y.callId));
		await group(reported('msg_1', 'a', { phase: 'RINGING' }), refused('a', a!, null), refused('b', b!, null));
		expect(await column('SELECT "outcome" FROM "Call" ORDER BY "id"')).toEqual([null, 'provider-unreachable']);
		expect(await database.all('SELECT "kind", "callId", "dueAt" FROM "Job"')).toEqual([
			{ kind: 'watch', callId: 'a', dueAt: NOON + 900_000 },
		]);
	});

	it('[P17] a dispatch that is refused after a webhook came is tried again, and its answer tells how long to wait', async () => {
		const { create, group, claim, clock, database, column } = await startWriter();
		await create('a');
		const [job] = await claim();
		await group(queue('a', job!));
		await group(reported('msg_1', 'a', { phase: 'IN_PROGRESS' }), refused('a', job!, NOON + 500));
		expect(await database.all('SELECT "kind", "dueAt" FROM "Job"')).toEqual([{ kind: 'dispatch', dueAt: NOON + 500 }]);
		clock.now += 500;
		const [again] = await claim();
		await group(queue('a', again!));
		await group({ ...accepted('a', again!), watchAt: NOON + 9_000_000 } as Command);
		expect(await database.all('SELECT "kind", "dueAt" FROM "Job"')).toEqual([
			{ kind: 'watch', dueAt: NOON + 9_000_000 },
		]);
		expect(await column(TYPES)).toEqual(['created', 'in-progress', 'dispatch.attempt', 'dispatch.attempt']);
	});

	it('[P18] of two hands that had the same answer one counts, also when the job is gone', async () => {
		const { create, group, claim, clock, column } = await startWriter();
		await create('a');
		const [slow] = await claim();
		clock.now += 10_001;
		const [heir] = await claim();
		expect(heir?.id).toBe(slow?.id);
		await group(accepted('a', heir!));
		const [late] = await group(accepted('a', slow!));
		expect(late).toEqual({ stale: true });
		expect(await column(TYPES)).toEqual(['created', 'dispatch.attempt']);
		expect(await column(JOBS)).toEqual(['watch a']);
	});

	it('[N45] a silent call ends, and one that is heard of goes on, after the clock went forward and back', async () => {
		const { create, group, claim, clock, column } = await startWriter();
		const patienceMs = 900_000;
		const look = (job: Job): Command => ({
			...{ do: 'watch', id: job.callId, job, startedAt: NOON, patienceMs },
		});
		for (const id of ['silent', 'heard']) await create(id);
		for (const job of await claim()) await group(accepted(job.callId, job, `sim_${job.callId}`));
		const heard = (id: string): Command =>
			reported(`msg_${id}_${clock.now}`, id, { providerId: `sim_${id}`, phase: 'RINGING' });
		clock.now = NOON + 365 * 86_400_000;
		await group(heard('silent'), heard('heard'));
		clock.now = NOON + patienceMs;
		for (const job of await claim()) await group(look(job));
		expect(await column(ENDED)).toEqual([0]);

		await group(reported('msg_late', 'heard', { providerId: 'sim_heard', phase: 'IN_PROGRESS' }));
		clock.now += patienceMs;
		const jobs = await claim();
		expect(jobs).toHaveLength(2);
		for (const job of jobs) await group(look(job));
		expect(await column(`SELECT "id" FROM "Call" WHERE "outcome" = 'no-report'`)).toEqual(['silent']);
		clock.now += patienceMs;
		for (const job of await claim()) if (job.kind === 'watch') await group(look(job));
		expect(await column(`SELECT "outcome" FROM "Call"`)).toEqual(['no-report', 'no-report']);
	});

	const gaveUp = (id: string, job: Job): Command => ({
		...{ do: 'give-up', id, job },
		attempt: { ...attempt, number: 6, status: 500, error: 'The provider answered 500' },
	});
	const DEAD = `SELECT "kind" || ' ' || "callId" || ' ' || "lastError" FROM "Job" WHERE "deadAt" IS NOT NULL`;

	it.each(['hangup', 'recall'] as const)(
		'[P19] a %s that gives up stays as a dead job, is told, and runs again when a webhook of its call arrives',
		async (kind) => {
			const { create, group, claim, clock, column, database } = await startWriter();
			await create('a');
			const [job] = await claim();
			await group(queue('a', job!));
			if (kind === 'hangup') await group(accepted('a', job!));
			await group({ do: 'cancel', id: 'a' });
			const [last] = kind === 'hangup' ? await claim() : [job];
			await group(kind === 'hangup' ? gaveUp('a', last!) : refused('a', last!, null));

			expect(await column(DEAD)).toEqual([`${kind} a The provider answered 500`]);
			expect(await column(JOBS)).toEqual([`${kind} a`]);
			clock.now += 3_600_000;
			expect(await claim()).toEqual([]);
			const [event] = await database.all('SELECT "type", "data" FROM "Event" ORDER BY "seq" DESC LIMIT 1');
			expect([event?.type, JSON.parse(String(event?.data))]).toEqual([
				'dispatch.attempt',
				expect.objectContaining({ job: kind, dead: true, error: 'The provider answered 500' }),
			]);
			expect(await column(ENDED)).toEqual([1]);

			const [answer] = await group(reported('msg_1', 'a', { phase: 'RINGING' }));
			expect(answer).toMatchObject({ idempotent: true });
			expect((await claim()).map((again) => [again.kind, again.failures])).toEqual([[kind, 0]]);
		},
	);

	it('[P20] of a deleted call a dead recall goes at once; a dead hang-up waits for a webhook, and goes after a day', async () => {
		const { create, group, claim, clock, column, database } = await startWriter();
		for (const id of ['a', 'b', 'c']) await create(id);
		const jobs = new Map((await claim()).map((job) => [job.callId, job]));
		await group(...[...jobs].map(([id, job]) => queue(id, job)));
		for (const id of ['b', 'c']) await group(accepted(id, jobs.get(id)!, `sim_${id}`), { do: 'remove', id });
		await group({ do: 'cancel', id: 'a' }, refused('a', jobs.get('a')!, null));
		for (const job of await claim()) await group(gaveUp(job.callId, job));
		expect(await column(JOBS)).toEqual(['hangup b', 'hangup c', 'recall a']);
		await group({ do: 'remove', id: 'a' });
		expect(await column(JOBS)).toEqual(['hangup b', 'hangup c']);

		const [gone] = await group(reported('msg_1', 'b', { providerId: 'sim_b', phase: 'RINGING' }));
		expect(gone).toEqual({ missing: true });
		await forget(database, clock.now + 24 * 3_600_000);
		expect(await column(JOBS)).toEqual(['hangup b', 'hangup c']);
		await forget(database, clock.now + 24 * 3_600_000 + 1);
		expect(await column(JOBS)).toEqual(['hangup b']);
		expect((await claim()).map(({ callId, payload }) => [callId, payload])).toEqual([
			['b', { providerId: 'sim_b', deleted: true }],
		]);
	});

	it('[P20] a recall that gives up after the deletion goes after a day, too', async () => {
		const { create, group, claim, clock, column, database } = await startWriter();
		await create('a');
		const [job] = await claim();
		await group(queue('a', job!));
		await group({ do: 'remove', id: 'a' });
		await group(refused('a', job!, null));
		await forget(database, clock.now + 24 * 3_600_000);
		expect(await column(JOBS)).toEqual(['recall a']);
		await forget(database, clock.now + 24 * 3_600_000 + 1);
		expect(await column(JOBS)).toEqual([]);
	});

	it('[P20] clearing the history does the same', async () => {
		const { create, group, claim, column } = await startWriter();
		for (const run of ['one', null]) {
			await create('a', { run: 'one' });
			const [job] = await claim();
			await group(queue('a', job!), { do: 'cancel', id: 'a' });
			await group(refused('a', job!, null));
			expect(await column(JOBS)).toEqual(['recall a']);
			await group({ do: 'clear', run });
			expect(await column(JOBS)).toEqual([]);
		}
	});

	it('[P14] a PATCH to the status that the call has records nothing', async () => {
		const { create, group, column } = await startWriter();
		await create('a');
		await group({ do: 'set-status', id: 'a', status: 'PENDING' });
		expect(await column(TYPES)).toEqual(['created']);
	});
});
