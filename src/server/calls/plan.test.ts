import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ENDINGS, PHASES, STATUSES, type CallFilters, type ProviderReport } from '#contract';
import { callRow, NOON } from '#tests/support/call-row.ts';
import { toCall, type CallRow } from './call.ts';
import type { CallRequest, Command, DispatchAttempt, HeldJob, Outcome } from './commands.ts';
import type { JobState, RowChange, State } from './ledger.ts';
import { planCommands, type Planned } from './plan.ts';
import { statementsOf } from './rows.ts';

const TIMEOUT_MS = 900_000;
const WATCH_AT = NOON + 5_000_000;
const ERROR = 'The provider responded with 500';

/** A pending call that the provider does not know yet. */
const pending = (over: Partial<CallRow> = {}): CallRow => callRow({ id: 'a', ...over });
const ringing = (over: Partial<CallRow> = {}): CallRow => pending({ phase: 'RINGING', providerId: 'sim_1', ...over });
const ended = (over: Partial<CallRow> = {}): CallRow =>
	pending({ status: 'FAILED', phase: 'ENDED', outcome: 'canceled', endedAt: NOON, ...over });

/** The state that a group reads: these calls, after seq 10. */
function stateWith(calls: readonly CallRow[], over: Partial<State> = {}): State {
	return {
		position: { seq: 10, change: 10, at: NOON },
		calls: new Map(calls.map((call) => [call.id, call])),
		dead: new Set(),
		seen: new Set(),
		jobs: new Map(),
		responses: new Map(),
		...over,
	};
}

const JOB: HeldJob = { id: 'the-job', lease: 'ours' };
/** The job of the commands below, held under their lease. */
const held = (over: Partial<JobState> = {}): Partial<State> => ({
	jobs: new Map([[JOB.id, { lease: JOB.lease, asked: true, ...over }]]),
});

const attempt: DispatchAttempt = { number: 1, durationMs: 5, status: 200, error: null };
const failedAttempt: DispatchAttempt = { ...attempt, status: 500, error: ERROR };

const create = (id: string, over: Partial<CallRequest> = {}): Extract<Command, { do: 'create' }> => ({
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
		...over,
	},
});
const report = (webhookId: string, over: Partial<ProviderReport> = {}): Command => ({
	do: 'report',
	webhookId,
	report: { callId: 'a', providerId: 'sim_1', status: 'PENDING', ...over },
});
const cancel: Command = { do: 'cancel', id: 'a' };
const remove: Command = { do: 'remove', id: 'a' };
const setStatus = (status: CallRow['status']): Command => ({ do: 'set-status', id: 'a', status });
const queue: Command = { do: 'queue', id: 'a', job: JOB };
const accepted: Command = { do: 'accepted', id: 'a', job: JOB, attempt, providerId: 'sim_1', watchAt: WATCH_AT };
const refused = (retryAt: number | null): Command => ({
	do: 'refused',
	id: 'a',
	job: JOB,
	attempt: failedAttempt,
	retryAt,
	watchAt: WATCH_AT,
});
const giveUp: Command = { do: 'give-up', id: 'a', job: JOB, attempt: failedAttempt };
const watch = (over: { seq?: number; startedAt?: number } = {}): Command => ({
	do: 'watch',
	id: 'a',
	job: { ...JOB, payload: over.seq === undefined ? {} : { seq: over.seq } },
	startedAt: over.startedAt ?? NOON - 86_400_000,
	timeoutMs: TIMEOUT_MS,
});

function numberedIds(): () => string {
	let last = 0;
	return () => `job-${++last}`;
}
const plan = (state: State, commands: readonly Command[], clock = NOON): Planned =>
	planCommands(commands, state, clock, numberedIds());

const eventsOf = ({ steps }: Planned): string[] =>
	steps.flatMap(({ events }) => events.map(([, callId, type]) => `${callId} ${type}`));
const dataOf = ({ steps }: Planned): unknown[] =>
	steps.flatMap(({ events }) => events.map(([, , , , data]) => JSON.parse(data) as unknown));
/** The new jobs of a plan. */
const jobsOf = ({ steps }: Planned) =>
	steps.flatMap(({ jobs }) =>
		jobs.map(([, kind, callId, payload, dueAt]) => ({ kind, callId, payload: JSON.parse(payload) as unknown, dueAt })),
	);
const listOf = ({ steps }: Planned, list: 'doneCalls' | 'stoppedCalls' | 'askedJobs' | 'doneJobs'): string[] =>
	steps.flatMap((step) => step[list]);
const retriesOf = ({ steps }: Planned) => steps.flatMap(({ retries }) => retries);
/** Empty if the group writes nothing at all. */
const writesOf = ({ steps, position }: Planned) => statementsOf(steps, position);
const hangUpOf = (over: { deleted?: true } = {}) => ({
	kind: 'hangup',
	callId: 'a',
	payload: { providerId: 'sim_1', ...over },
	dueAt: NOON,
});
const callIn = (change: RowChange | undefined): CallRow => {
	if (!change || !('call' in change)) throw new Error(`The change has no call: ${JSON.stringify(change)}`);
	return change.call;
};

/**
 * Returns the state after the commit of a plan. Leaves out jobs, because the commands of the property tests hold
 * none.
 */
function stateAfter(state: State, { steps, position }: Planned): State {
	const calls = new Map(state.calls);
	const seen = new Set(state.seen);
	const responses = new Map(state.responses);
	for (const step of steps) {
		for (const [, id] of [...step.removed, ...step.purged]) calls.delete(id);
		for (const [, run] of step.cleared)
			for (const [id, call] of calls) if (run === null || call.run === run) calls.delete(id);
		for (const [id, call] of [...step.created, ...step.updated]) calls.set(id, call);
		for (const [id] of step.receipts) seen.add(id);
		for (const [id, bodyHash, response] of step.responses) responses.set(id, { bodyHash, response });
	}
	return { ...state, calls, seen, responses, position };
}

describe('creating calls', () => {
	it('[R80] a batch gets consecutive places, and each call an event and a dispatch', () => {
		const requests = ['a', 'b'].map((id) => ({ id, request: create(id).request }));
		const planned = plan(stateWith([]), [
			{ do: 'create-many', requests, callbackUrl: 'http://example.test/hook', idempotencyKey: null },
		]);
		expect(planned.outcomes).toMatchObject([
			{
				calls: [
					{ id: 'a', n: 11, seq: 11 },
					{ id: 'b', n: 12, seq: 12 },
				],
			},
		]);
		expect(eventsOf(planned)).toEqual(['a created', 'b created']);
		const body = { phoneNumber: '+12025550100', workflow: 'SUPPORT', scenario: null };
		expect(jobsOf(planned)).toEqual(
			['a', 'b'].map((callId) => ({
				kind: 'dispatch',
				callId,
				payload: { callId, ...body, callbackUrl: 'http://example.test/hook' },
				dueAt: NOON,
			})),
		);
		expect(planned.jobs).toBe(true);
	});

	it('[P13] a scheduled call is SCHEDULED and its dispatch is due on time; a past time starts the call at once', () => {
		const planned = plan(stateWith([]), [
			create('later', { scheduledAt: NOON + 60_000 }),
			create('past', { scheduledAt: NOON - 60_000 }),
		]);
		expect(planned.changes.map((change) => callIn(change).phase)).toEqual(['SCHEDULED', 'QUEUED']);
		expect(jobsOf(planned).map(({ callId, dueAt }) => [callId, dueAt])).toEqual([
			['later', NOON + 60_000],
			['past', NOON],
		]);
	});

	it('[P12] creation times never fall, even if the clock does', () => {
		const before = stateWith([], { position: { seq: 10, change: 10, at: NOON } });
		const hourBefore = plan(before, [create('a')], NOON - 3_600_000);
		expect(callIn(hourBefore.changes[0]).createdAt).toBe(NOON);
		expect(hourBefore.position.at).toBe(NOON);
		expect(callIn(plan(before, [create('a')], NOON + 1).changes[0]).createdAt).toBe(NOON + 1);
	});

	const idempotencyKey = { id: 'key', bodyHash: 'hash' };

	it('[R50] a repeated request gets the stored bytes and creates no second call, even after a clear', () => {
		const planned = plan(stateWith([]), [
			{ ...create('a'), idempotencyKey },
			{ do: 'clear', run: null },
			{ ...create('b'), idempotencyKey },
		]);
		const replay = JSON.stringify({ call: toCall(callIn(planned.changes[0])) });
		expect(planned.outcomes[2]).toEqual({ replay });
		expect(eventsOf(planned)).toEqual(['a created']);
		const responses = new Map([['key', { bodyHash: 'hash', response: replay }]]);
		const later = plan(stateWith([], { responses }), [{ ...create('c'), idempotencyKey }]);
		expect(later.outcomes).toEqual([{ replay }]);
		expect(writesOf(later)).toEqual([]);
	});

	it('[R51] another body under the same key is a conflict and creates no call', () => {
		const planned = plan(stateWith([]), [
			{ ...create('a'), idempotencyKey },
			{ ...create('b'), idempotencyKey: { ...idempotencyKey, bodyHash: 'other' } },
		]);
		expect(planned.outcomes[1]).toEqual({ conflict: true });
		expect(eventsOf(planned)).toEqual(['a created']);
	});

	it('[R83] a repeated batch gets the stored bytes and creates no calls', () => {
		const batch = (id: string): Command => ({
			do: 'create-many',
			requests: [{ id, request: create(id).request }],
			callbackUrl: null,
			idempotencyKey,
		});
		const planned = plan(stateWith([]), [batch('a'), batch('b')]);
		const response = JSON.stringify({ calls: [toCall(callIn(planned.changes[0]))] });
		expect(planned.outcomes).toMatchObject([{ response }, { replay: response }]);
		expect(eventsOf(planned)).toEqual(['a created']);
	});
});

describe('reports', () => {
	it('[P1] of two webhooks with the same id in one group, the second changes nothing', () => {
		const planned = plan(stateWith([pending()]), [
			report('msg_1', { phase: 'RINGING' }),
			report('msg_1', { phase: 'IN_PROGRESS' }),
		]);
		expect(planned.outcomes[0]).toMatchObject({ call: { phase: 'RINGING' } });
		expect(planned.outcomes[1]).toEqual(planned.outcomes[0]);
		expect(eventsOf(planned)).toEqual(['a ringing']);
		expect(planned.steps.flatMap(({ receipts }) => receipts)).toEqual([['msg_1', NOON]]);
	});

	it('[W12] a webhook whose id is stored changes nothing', () => {
		const state = stateWith([pending()], { seen: new Set(['msg_1']) });
		const planned = plan(state, [report('msg_1', { phase: 'RINGING' })]);
		expect(planned.outcomes).toEqual([{ call: pending() }]);
		expect(writesOf(planned)).toEqual([]);
	});

	it('[W11] a webhook for an ended call is idempotent before every other check', () => {
		const state = stateWith([ended({ providerId: 'sim_2' })], { seen: new Set(['msg_1']) });
		const planned = plan(state, [report('msg_1'), report('msg_2', { status: 'COMPLETED' })]);
		expect(planned.outcomes).toEqual(Array(2).fill({ call: ended({ providerId: 'sim_2' }), idempotent: true }));
		expect(writesOf(planned)).toEqual([]);
	});

	it('[W10] a webhook for an unknown call is missing, and its id stays unused', () => {
		const planned = plan(stateWith([]), [report('msg_1', { phase: 'RINGING' })]);
		expect(planned.outcomes).toEqual([{ missing: true }]);
		expect(writesOf(planned)).toEqual([]);
	});

	it.each([
		['a webhook of another provider', { providerId: 'sim_2', phase: 'IN_PROGRESS' }, 'other-provider'],
		['a late phase', { phase: 'INITIATED' }, 'late-phase'],
		['a webhook without news', {}, 'no-news'],
	] as const)('[W13] %s is recorded as ignored and leaves the call as it was', (_name, over, reason) => {
		const planned = plan(stateWith([ringing()]), [report('msg_1', over)]);
		expect(planned.outcomes).toEqual([{ call: ringing() }]);
		expect(eventsOf(planned)).toEqual(['a webhook.ignored']);
		expect(dataOf(planned)).toMatchObject([{ reason, webhookId: 'msg_1' }]);
	});

	it('[P10] an event that leaves the call unchanged takes a seq and is not a change', () => {
		const planned = plan(stateWith([ringing()]), [report('msg_1', { phase: 'INITIATED' })]);
		expect(planned.position).toEqual({ seq: 11, change: 10, at: NOON });
		expect(planned.changes).toEqual([]);
	});

	it('[M12] an ignored report that names the provider is a change, and a cancel then hangs the call up', () => {
		const queued = { phase: 'QUEUED' } as const;
		const planned = plan(stateWith([pending()]), [report('msg_1', queued), report('msg_2', queued), cancel]);
		const adopted = { call: { providerId: 'sim_1', phase: 'QUEUED', seq: 11 } };
		expect(planned.outcomes).toMatchObject([adopted, adopted, { call: { outcome: 'canceled' } }]);
		expect(planned.changes).toMatchObject([{ seq: 11, type: 'updated', ...adopted }, { type: 'updated' }]);
		expect(eventsOf(planned)).toEqual(['a webhook.ignored', 'a webhook.ignored', 'a ended']);
		expect(jobsOf(planned)).toEqual([hangUpOf()]);
	});

	it('[W14] the event keeps every field of the report', () => {
		const extra = { phase: 'RINGING', carrier: 'north' } as Partial<ProviderReport>;
		const planned = plan(stateWith([pending()]), [report('msg_1', extra)]);
		expect(dataOf(planned)).toEqual([
			{ webhookId: 'msg_1', report: { callId: 'a', providerId: 'sim_1', status: 'PENDING', ...extra } },
		]);
	});

	it('[P19] a report makes the dead jobs of its call run again, once, also if the call ended or is gone', () => {
		for (const calls of [[pending()], [ended()], []]) {
			const planned = plan(stateWith(calls, { dead: new Set(['a']) }), [report('msg_1'), report('msg_2')]);
			expect(planned.steps.flatMap(({ revivedCalls }) => revivedCalls)).toEqual([['a', NOON]]);
			expect(planned.jobs).toBe(true);
		}
		expect(plan(stateWith([ended()]), [report('msg_1')]).jobs).toBe(false);
	});
});

describe('endings', () => {
	const all: [name: string, ending: Command, outcome: string][] = [
		['a webhook', report('msg_1', { status: 'COMPLETED' }), 'completed'],
		['a cancel', cancel, 'canceled'],
		['a manual status', setStatus('FAILED'), 'manual'],
		['the last failed dispatch', refused(null), 'provider-unreachable'],
		['a silence', watch(), 'no-report'],
	];
	it.each(all)('[P2] after %s, no second ending in the group counts', (_name, first, outcome) => {
		for (const [, second] of all) {
			const planned = plan(stateWith([pending()], held()), [first, second], NOON + TIMEOUT_MS);
			expect(callIn(planned.changes[0])).toMatchObject({ phase: 'ENDED', outcome });
			expect(eventsOf(planned).filter((event) => event === 'a ended')).toHaveLength(1);
		}
	});

	it('[P2] of two final webhooks, the second is idempotent', () => {
		const planned = plan(stateWith([pending()]), [
			report('msg_1', { status: 'COMPLETED' }),
			report('msg_2', { status: 'FAILED', outcome: 'busy' }),
		]);
		expect(planned.outcomes[0]).toMatchObject({ call: { status: 'COMPLETED' } });
		expect(planned.outcomes[1]).toEqual({ ...planned.outcomes[0], idempotent: true });
		expect(eventsOf(planned)).toEqual(['a ended']);
	});

	it('[P3] a call that is created and ended in one group has its jobs stopped', () => {
		const planned = plan(stateWith([]), [create('a'), cancel]);
		expect(eventsOf(planned)).toEqual(['a created', 'a ended']);
		expect(listOf(planned, 'stoppedCalls')).toEqual(['a']);
	});

	it('[P14] a PATCH to the status that the call has writes nothing', () => {
		for (const call of [pending(), ended()]) {
			const planned = plan(stateWith([call]), [setStatus(call.status)]);
			expect(planned.outcomes).toEqual([{ call }]);
			expect(writesOf(planned)).toEqual([]);
		}
	});

	it('[R21] a PATCH to a terminal status ends the call as manual and hangs it up', () => {
		const planned = plan(stateWith([ringing()]), [setStatus('COMPLETED')]);
		expect(planned.outcomes).toMatchObject([{ call: { status: 'COMPLETED', phase: 'ENDED', outcome: 'manual' } }]);
		expect(dataOf(planned)).toEqual([{ by: 'hand', outcome: 'manual' }]);
		expect(jobsOf(planned)).toEqual([hangUpOf()]);
	});

	it('[R22] a PATCH between terminal statuses is a correction that keeps the end and the talk time', () => {
		const call = ended({ endedAt: NOON - 5_000, durationMs: 700, answeredAt: NOON - 5_700 });
		const planned = plan(stateWith([call]), [setStatus('COMPLETED')]);
		expect(planned.outcomes).toMatchObject([
			{ call: { status: 'COMPLETED', outcome: 'manual', endedAt: NOON - 5_000, durationMs: 700 } },
		]);
		expect(eventsOf(planned)).toEqual(['a corrected']);
		expect(dataOf(planned)).toEqual([{ from: 'FAILED', to: 'COMPLETED' }]);
		expect(jobsOf(planned)).toEqual([]);
	});

	it('[R22] a PATCH back to PENDING is illegal', () => {
		const planned = plan(stateWith([ended()]), [setStatus('PENDING')]);
		expect(planned.outcomes).toEqual([{ illegal: ended() }]);
		expect(writesOf(planned)).toEqual([]);
	});

	it('[R28] a cancel of an ended call is illegal', () => {
		const planned = plan(stateWith([ended()]), [cancel]);
		expect(planned.outcomes).toEqual([{ illegal: ended() }]);
		expect(writesOf(planned)).toEqual([]);
	});

	it.each([
		['canceled', cancel, {}],
		['ended manually', setStatus('COMPLETED'), {}],
		['silent', watch(), {}],
		['deleted', remove, { deleted: true }],
	] satisfies [string, Command, { deleted?: true }][])(
		'[P9] a call that the provider knows is hung up when it is %s',
		(_name, ending, reason) => {
			const clock = NOON + TIMEOUT_MS;
			const planned = plan(stateWith([ringing()], held()), [ending], clock);
			expect(jobsOf(planned)).toEqual([{ ...hangUpOf(reason), dueAt: clock }]);
			expect(jobsOf(plan(stateWith([pending()], held()), [ending], clock))).toEqual([]);
		},
	);

	it('[P9] an end drops the jobs of a call that the provider knows; otherwise its dispatch is recalled', () => {
		for (const ending of [cancel, setStatus('FAILED')]) {
			const known = plan(stateWith([ringing()]), [ending]);
			expect([listOf(known, 'doneCalls'), listOf(known, 'stoppedCalls')]).toEqual([['a'], []]);
			const unknown = plan(stateWith([pending()]), [ending]);
			expect([listOf(unknown, 'doneCalls'), listOf(unknown, 'stoppedCalls')]).toEqual([[], ['a']]);
		}
		const reported = plan(stateWith([pending()]), [report('msg_1', { status: 'COMPLETED' })]);
		expect([listOf(reported, 'doneCalls'), jobsOf(reported)]).toEqual([['a'], []]);
	});

	it('[N10] a fault is counted and recorded in any state of the call', () => {
		for (const call of [pending(), ended()]) {
			const planned = plan(stateWith([call]), [{ do: 'fault', id: 'a', data: { fault: 'lost' } }]);
			expect(planned.outcomes).toEqual([{ call: { ...call, faults: 1, seq: 11 } }]);
			expect([eventsOf(planned), dataOf(planned)]).toEqual([['a fault'], [{ fault: 'lost' }]]);
		}
	});
});

describe('deletions', () => {
	it('[P4] a clear deletes the calls that were created before it, and no later call', () => {
		const planned = plan(stateWith([pending()]), [
			create('b'),
			{ do: 'clear', run: null },
			cancel,
			{ do: 'cancel', id: 'b' },
			create('c'),
			{ do: 'cancel', id: 'c' },
		]);
		const missing = { missing: true };
		expect(planned.outcomes).toMatchObject([{ call: { id: 'b' } }, { done: true }, missing, missing, {}, { call: {} }]);
		expect(planned.changes.map(({ type }) => type)).toEqual(['created', 'cleared', 'created', 'updated']);
		expect(planned.steps.map(({ created, cleared }) => [[...created.keys()], cleared])).toEqual([
			[['b'], []],
			[[], [[12, null]]],
			[['c'], []],
		]);
	});

	it('[P4] a clear of one run leaves the other calls of its group', () => {
		const planned = plan(stateWith([]), [
			create('a', { run: 'x' }),
			create('b', { run: 'y' }),
			{ do: 'clear', run: 'x' },
			cancel,
			{ do: 'cancel', id: 'b' },
		]);
		expect(planned.outcomes.slice(3)).toMatchObject([{ missing: true }, { call: { id: 'b' } }]);
	});

	it('[P5] a removed call accepts no report', () => {
		const planned = plan(stateWith([pending()]), [remove, report('msg_1', { phase: 'RINGING' })]);
		expect(planned.outcomes).toEqual([{ done: true }, { missing: true }]);
		expect(planned.changes).toEqual([{ seq: 11, type: 'deleted', id: 'a' }]);
		expect(eventsOf(planned)).toEqual([]);
		expect(planned.steps.flatMap(({ receipts }) => receipts)).toEqual([]);
	});

	it('[RT3] retention deletes ended calls only, including those that end in its group', () => {
		const calls = [pending({ id: 'runs' }), ended({ id: 'ended' }), pending({ id: 'ends' })];
		const planned = plan(stateWith(calls), [
			{ do: 'set-status', id: 'ends', status: 'FAILED' },
			{ do: 'retire', ids: ['runs', 'ended', 'ends', 'unknown'] },
			{ do: 'set-status', id: 'runs', status: 'FAILED' },
		]);
		expect(planned.changes).toMatchObject([
			{ type: 'updated', call: { id: 'ends' } },
			{ type: 'deleted', id: 'ended' },
			{ type: 'deleted', id: 'ends' },
			{ type: 'updated', call: { id: 'runs' } },
		]);
	});

	const matching: CallRow[] = [ringing({ id: 'rings' }), pending({ id: 'waits' }), pending({ id: 'ended' })];
	const clearMatching = (tombstones: boolean): Command => ({
		do: 'clear-matching',
		ids: ['rings', 'waits', 'ended', 'unknown', 'rings'],
		filters: { status: ['PENDING'], q: 'ada' },
		tombstones,
	});
	const endOne: Command = { do: 'set-status', id: 'ended', status: 'COMPLETED' };

	it('[CL4] a clear with filters deletes the calls that still match, each once', () => {
		const planned = plan(stateWith(matching), [endOne, clearMatching(true)]);
		expect(planned.changes.slice(1)).toEqual([
			{ seq: 12, type: 'deleted', id: 'rings' },
			{ seq: 13, type: 'deleted', id: 'waits' },
		]);
	});

	it('[CL7] a clear without tombstones is one change, and none if no call matches', () => {
		const planned = plan(stateWith(matching), [endOne, clearMatching(false)]);
		expect(planned.changes.slice(1)).toEqual([{ seq: 12, type: 'purged', ids: ['rings', 'waits'] }]);
		expect(plan(stateWith([]), [clearMatching(false)]).changes).toEqual([]);
	});

	it.each([true, false])('[CL8] a clear with filters hangs up the calls that run (tombstones: %s)', (tombstones) => {
		const planned = plan(stateWith(matching), [clearMatching(tombstones)]);
		expect(jobsOf(planned)).toEqual([{ ...hangUpOf({ deleted: true }), callId: 'rings' }]);
	});
});

describe('dispatches', () => {
	it('[P13] a scheduled call is queued when its dispatch starts, and a queued one records nothing', () => {
		const scheduled = plan(stateWith([pending({ phase: 'SCHEDULED' })], held({ asked: false })), [queue]);
		expect(scheduled.outcomes).toMatchObject([{ call: { phase: 'QUEUED' } }]);
		expect([eventsOf(scheduled), listOf(scheduled, 'askedJobs')]).toEqual([['a queued'], [JOB.id]]);
		const queued = plan(stateWith([pending()], held({ asked: false })), [queue]);
		expect(queued.outcomes).toEqual([{ call: pending() }]);
		expect([eventsOf(queued), listOf(queued, 'askedJobs')]).toEqual([[], [JOB.id]]);
	});

	it('[P7] a dispatch of a call that ended is dropped, unless the provider may know it: then it is recalled', () => {
		const settled = [{ stale: true }, [JOB.id]];
		const cases: [calls: CallRow[], asked: boolean, expected: unknown[]][] = [
			[[ended()], false, settled],
			[[ended()], true, [{ call: ended() }, []]],
			[[ended({ providerId: 'sim_1' })], true, settled],
			[[], false, settled],
			[[], true, [{ missing: true }, []]],
		];
		for (const [calls, asked, expected] of cases) {
			const planned = plan(stateWith(calls, held({ asked })), [queue]);
			expect([planned.outcomes[0], listOf(planned, 'doneJobs')]).toEqual(expected);
			expect(eventsOf(planned)).toEqual([]);
		}
	});

	it('[P7] a call that was canceled during its dispatch is hung up when the provider accepts it', () => {
		for (const [state, commands] of [
			[stateWith([ended()], held()), [accepted]],
			[stateWith([pending()], held()), [cancel, accepted]],
			[stateWith([pending()], held()), [accepted, cancel]],
		] satisfies [State, Command[]][])
			expect(jobsOf(plan(state, commands)).filter(({ kind }) => kind === 'hangup')).toEqual([hangUpOf()]);
	});

	it('[P8] a call that was deleted during its dispatch is hung up, and leaves no event', () => {
		const planned = plan(stateWith([], held()), [accepted]);
		expect(planned.outcomes).toEqual([{ missing: true }]);
		expect(jobsOf(planned)).toEqual([hangUpOf({ deleted: true })]);
		expect([eventsOf(planned), listOf(planned, 'doneJobs')]).toEqual([[], [JOB.id]]);
	});

	it('[P9] a call that ended at the provider before the response is not hung up', () => {
		const planned = plan(stateWith([ended({ providerId: 'sim_1' })], held()), [accepted]);
		expect([jobsOf(planned), eventsOf(planned)]).toEqual([[], ['a dispatch.attempt']]);
	});

	it('[P6] a result counts only under the lease of its job', () => {
		const commands = [queue, accepted, refused(null), refused(NOON + 500), giveUp, watch()];
		const others: Partial<State>[] = [held({ lease: 'theirs' }), held({ lease: null }), {}];
		for (const state of others)
			for (const command of commands) {
				const planned = plan(stateWith([pending()], state), [command], NOON + TIMEOUT_MS);
				expect([command.do, planned.outcomes, writesOf(planned)]).toEqual([command.do, [{ stale: true }], []]);
			}
	});

	it('[P18] the second response to a dispatch counts only if the call is no longer pending', () => {
		expect(plan(stateWith([ringing()]), [accepted]).outcomes).toEqual([{ stale: true }]);
		const late = plan(stateWith([ended()]), [accepted]);
		expect([jobsOf(late), eventsOf(late)]).toEqual([[hangUpOf()], ['a dispatch.attempt']]);
	});

	it('[P17] an accepted call adopts its provider and is watched until its last webhook is due', () => {
		const watching = [{ kind: 'watch', callId: 'a', payload: {}, dueAt: WATCH_AT }];
		const first = plan(stateWith([pending()], held()), [accepted]);
		expect(first.changes).toMatchObject([{ type: 'updated', call: { providerId: 'sim_1', phase: 'QUEUED' } }]);
		expect(jobsOf(first)).toEqual(watching);
		const afterWebhook = plan(stateWith([ringing()], held()), [accepted]);
		expect(afterWebhook.changes).toEqual([]);
		expect([eventsOf(afterWebhook), jobsOf(afterWebhook)]).toEqual([['a dispatch.attempt'], watching]);
	});

	it('[P15] a refused dispatch is recorded and retried at its time', () => {
		const planned = plan(stateWith([pending()], held()), [refused(NOON + 500)]);
		expect(planned.outcomes).toEqual([{ call: pending() }]);
		expect([eventsOf(planned), dataOf(planned)]).toEqual([['a dispatch.attempt'], [failedAttempt]]);
		expect(retriesOf(planned)).toEqual([[JOB.id, NOON + 500, ERROR]]);
		expect(planned.changes).toEqual([]);
	});

	it('[P17] a refused dispatch is retried even if a webhook arrived in its group', () => {
		const planned = plan(stateWith([pending()], held()), [
			report('msg_1', { phase: 'IN_PROGRESS' }),
			refused(NOON + 500),
		]);
		expect(retriesOf(planned)).toEqual([[JOB.id, NOON + 500, ERROR]]);
		expect(eventsOf(planned)).toEqual(['a in-progress', 'a dispatch.attempt']);
	});

	it('[P7] a refused recall of a deleted call is retried and leaves no event', () => {
		const planned = plan(stateWith([], held()), [refused(NOON + 500)]);
		expect(planned.outcomes).toEqual([{ missing: true }]);
		expect([eventsOf(planned), retriesOf(planned)]).toEqual([[], [[JOB.id, NOON + 500, ERROR]]]);
	});

	it('[P7] a refused dispatch of a call that ended at the provider is stale', () => {
		const planned = plan(stateWith([ended({ providerId: 'sim_1' })], held()), [refused(NOON + 500)]);
		expect([planned.outcomes, writesOf(planned)]).toEqual([[{ stale: true }], []]);
	});

	it('[P16] a dispatch without attempts left ends the call as provider-unreachable', () => {
		const planned = plan(stateWith([pending()], held()), [refused(null)]);
		expect(planned.outcomes).toMatchObject([{ call: { status: 'FAILED', outcome: 'provider-unreachable' } }]);
		expect(eventsOf(planned)).toEqual(['a dispatch.attempt', 'a ended']);
		expect(listOf(planned, 'doneJobs')).toEqual([JOB.id]);
	});

	it('[P16] a dispatch without attempts left watches a call that a webhook has named', () => {
		const planned = plan(stateWith([pending()], held()), [report('msg_1', { phase: 'RINGING' }), refused(null)]);
		expect(planned.outcomes[1]).toMatchObject({ call: { status: 'PENDING', phase: 'RINGING' } });
		expect(jobsOf(planned)).toEqual([{ kind: 'watch', callId: 'a', payload: {}, dueAt: WATCH_AT }]);
	});

	it.each([
		['hangup', giveUp, [ringing()]],
		['hangup', giveUp, [ended()]],
		['recall', refused(null), [ended()]],
		['hangup', giveUp, []],
		['recall', refused(null), []],
	] as const)(
		'[P19] a %s without attempts left becomes a dead job, recorded on the timeline',
		(job, command, calls) => {
			const planned = plan(stateWith(calls, held()), [command]);
			expect(planned.steps.flatMap(({ deadJobs }) => deadJobs)).toEqual([[JOB.id, NOON, ERROR]]);
			expect(dataOf(planned)).toEqual(calls.map(() => ({ ...failedAttempt, job, dead: true })));
		},
	);

	it('[P19] a report in the group of the last attempt makes the dead job run again', () => {
		const planned = plan(stateWith([ended()], held()), [giveUp, report('msg_1')]);
		expect(planned.steps.flatMap(({ revivedCalls }) => revivedCalls)).toEqual([['a', NOON]]);
	});
});

describe('the watch of a silent call', () => {
	const silent = (over: Partial<CallRow> = {}): State => stateWith([ringing(over)], held());

	it('[N40] a call without a report for the whole timeout ends as no-report', () => {
		const planned = plan(silent(), [watch()], NOON + TIMEOUT_MS);
		expect(planned.outcomes).toMatchObject([{ call: { status: 'FAILED', outcome: 'no-report' } }]);
		expect(dataOf(planned)).toEqual([{ silentMs: TIMEOUT_MS, outcome: 'no-report' }]);
		expect(listOf(planned, 'doneJobs')).toEqual([JOB.id]);
	});

	it('[N41] the timeout counts from the last report', () => {
		const planned = plan(silent({ updatedAt: NOON + 100 }), [watch()], NOON + TIMEOUT_MS);
		expect(retriesOf(planned)).toEqual([[JOB.id, NOON + 100 + TIMEOUT_MS, null]]);
		expect([planned.changes, eventsOf(planned)]).toEqual([[], []]);
	});

	it('[N43] the timeout starts over when the server starts', () => {
		const planned = plan(silent(), [watch({ startedAt: NOON + 600_000 })], NOON + TIMEOUT_MS);
		expect(retriesOf(planned)).toEqual([[JOB.id, NOON + 600_000 + TIMEOUT_MS, null]]);
	});

	it('[N40] the watch of an ended call stops and records nothing', () => {
		const planned = plan(stateWith([ended()], held()), [watch()], NOON + TIMEOUT_MS);
		expect([planned.outcomes, listOf(planned, 'doneJobs')]).toEqual([[{ call: ended() }], [JOB.id]]);
		expect([eventsOf(planned), jobsOf(planned)]).toEqual([[], []]);
	});

	// The last report came while the clock was a year ahead, so the time of that report does not show how long the
	// call was silent.
	const ahead = NOON + 365 * 86_400_000;
	const state = stateWith([ringing({ updatedAt: ahead, seq: 7 })], {
		...held(),
		position: { seq: 10, change: 10, at: ahead },
	});
	const nextWatch = (clock: number) => ({
		kind: 'watch',
		callId: 'a',
		payload: { seq: 7 },
		dueAt: clock + TIMEOUT_MS,
	});

	it('[N45] after the clock was set back, a call has one more timeout, counted by its seq', () => {
		for (const job of [watch({ startedAt: NOON }), watch({ startedAt: NOON, seq: 5 })]) {
			const planned = plan(state, [job], NOON + TIMEOUT_MS);
			expect(planned.changes).toEqual([]);
			expect([jobsOf(planned), listOf(planned, 'doneJobs')]).toEqual([[nextWatch(NOON + TIMEOUT_MS)], [JOB.id]]);
		}
	});

	it('[N45] a call with the same seq after that timeout ends as no-report', () => {
		const planned = plan(state, [watch({ startedAt: NOON, seq: 7 })], NOON + 2 * TIMEOUT_MS);
		expect(planned.outcomes).toMatchObject([{ call: { outcome: 'no-report' } }]);
		expect(dataOf(planned)).toEqual([{ silentMs: TIMEOUT_MS, outcome: 'no-report' }]);
	});
});

it('[P11] seqs rise without a gap over a group, and each change carries its call as of that change', () => {
	const planned = plan(stateWith([]), [
		create('a'),
		create('b'),
		report('msg_1', { phase: 'RINGING' }),
		{ do: 'remove', id: 'b' },
	]);
	expect(planned).toMatchObject({
		previous: 10,
		changes: [
			{ seq: 11, type: 'created', call: { id: 'a', n: 11, seq: 11, phase: 'QUEUED' } },
			{ seq: 12, type: 'created', call: { id: 'b', n: 12, seq: 12 } },
			{ seq: 13, type: 'updated', call: { id: 'a', n: 11, seq: 13, phase: 'RINGING' } },
			{ seq: 14, type: 'deleted', id: 'b' },
		],
		position: { seq: 14, change: 14 },
	});
});

describe('any commands', () => {
	const IDS = ['a', 'b', 'c', 'd'] as const;
	const id = fc.constantFrom(...IDS);
	const run = fc.constantFrom(null, 'x');
	const filters: CallFilters[] = [{ status: ['PENDING'] }, { run: ['x'] }];
	/** A report of a provider, consistent with earlier ones or not. */
	const anyReport = fc
		.record({
			webhookId: fc.constantFrom('msg_1', 'msg_2', 'msg_3', 'msg_4', 'msg_5', 'msg_6'),
			report: fc.record(
				{
					callId: id,
					providerId: fc.constantFrom('sim_1', 'sim_1', 'sim_2'),
					status: fc.constantFrom('PENDING' as const, ...STATUSES),
					phase: fc.constantFrom(...PHASES),
					outcome: fc.constantFrom(...ENDINGS),
				},
				{ requiredKeys: ['callId', 'providerId', 'status'] },
			),
		})
		.map((made): Command => ({ do: 'report', ...made }));
	const anyCommand: fc.Arbitrary<Command> = fc.oneof(
		{ weight: 4, arbitrary: anyReport },
		{
			weight: 4,
			arbitrary: fc.record({ id, run, key: fc.constantFrom(null, 'key') }).map(({ id, run, key }) => ({
				...create(id, { run }),
				idempotencyKey: key === null ? null : { id: key, bodyHash: run ?? '' },
			})),
		},
		fc.record({ do: fc.constantFrom('cancel' as const, 'remove' as const), id }),
		fc.record({ do: fc.constant('set-status' as const), id, status: fc.constantFrom(...STATUSES) }),
		fc.record({ do: fc.constant('fault' as const), id, data: fc.constant({ fault: 'lost' }) }),
		fc.record({ do: fc.constant('retire' as const), ids: fc.uniqueArray(id) }),
		fc.record({ do: fc.constant('clear' as const), run }),
		fc.record({
			do: fc.constant('clear-matching' as const),
			ids: fc.uniqueArray(id),
			filters: fc.constantFrom(...filters),
			tombstones: fc.boolean(),
		}),
	);
	/** Commands that create each call once, as the application does. */
	const anyGroup = fc
		.array(anyCommand, { maxLength: 14 })
		.map((commands) =>
			commands.filter(
				(command, i) =>
					command.do !== 'create' ||
					commands.findIndex((other) => other.do === 'create' && other.id === command.id) === i,
			),
		);

	it('[P23] a group has the effect of its commands one by one', () => {
		fc.assert(
			fc.property(anyGroup, (commands) => {
				const start = stateWith([]);
				const whole = plan(start, commands);
				const newId = numberedIds();
				let state = start;
				const steps = commands.map((command) => {
					const planned = planCommands([command], state, NOON, newId);
					state = stateAfter(state, planned);
					return planned;
				});
				expect(steps.flatMap(({ outcomes }) => outcomes)).toEqual(whole.outcomes);
				expect(steps.flatMap(({ changes }) => changes)).toEqual(whole.changes);
				expect(steps.flatMap(eventsOf)).toEqual(eventsOf(whole));
				expect(steps.flatMap(jobsOf)).toEqual(jobsOf(whole));
				expect(state).toEqual(stateAfter(start, whole));
			}),
		);
	});

	const reportsOfOneCall = fc.array(
		anyReport.map((command): Command =>
			command.do === 'report' ? { ...command, report: { ...command.report, callId: 'a' } } : command,
		),
		{ maxLength: 10 },
	);
	const rank = (call: CallRow): number => PHASES.indexOf(call.phase);

	it('[M9] reports in any order, also late or repeated, never move a call back', () => {
		fc.assert(
			fc.property(reportsOfOneCall, (commands) => {
				let call = pending();
				for (const change of plan(stateWith([call]), commands).changes) {
					const next = callIn(change);
					expect(call.status).toBe('PENDING'); // an ended call has no further change
					expect(rank(next)).toBeGreaterThanOrEqual(rank(call));
					expect(next.seq).toBeGreaterThan(call.seq);
					call = next;
				}
			}),
		);
	});

	it('[W12] the same reports again write nothing', () => {
		fc.assert(
			fc.property(reportsOfOneCall, (commands) => {
				const start = stateWith([pending()]);
				const state = stateAfter(start, plan(start, commands));
				const again = plan(state, commands);
				expect(writesOf(again)).toEqual([]);
				const call = state.calls.get('a')!;
				const outcome: Outcome = call.status === 'PENDING' ? { call } : { call, idempotent: true };
				expect(again.outcomes).toEqual(commands.map(() => outcome));
			}),
		);
	});
});
