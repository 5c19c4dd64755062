import { describe, expect, it } from 'vitest';
import { NO_FAULTS, type Call, type Delivery, type Event, type ProviderCall, type Settings } from '#contract';
import { startApp, type TestApp } from '#tests/support/app.ts';
import { MAX_CHANCE, manualClock } from '#tests/support/clock.ts';
import { SOON } from '#tests/support/soon.ts';
import { openTestDatabase } from '#tests/support/database.ts';
import { startReceiver, type Receiver } from '#tests/support/receiver.ts';
import { openFollowingTab } from '#tests/support/tab.ts';
import { FAR_FUTURE } from '#tests/support/trace.ts';
import { postWebhook } from '#tests/support/webhook.ts';

type Rates = Settings['faults'];
/** At this speed, retries come within 3 s instead of 300 s, and the four webhooks of a `TALK` within 40 ms. */
const FAST = { PROVIDER_SPEED: '100' };
const TALK = { outcome: 'completed', delayMs: 4_000, talkMs: 1_000 } as const;
const TYPES = ['call.initiated', 'call.ringing', 'call.in-progress', 'call.ended'];
/** No webhook of such a call is due during a test. */
const LONG = { outcome: 'completed', delayMs: 3_600_000 } as const;

interface Seen {
	call: Call;
	events: Event[];
	deliveries: Delivery[];
}

const inject = (app: TestApp, faults: Partial<Rates>, until: string | null = null): Promise<void> =>
	app.settings({ faults: { ...NO_FAULTS, ...faults }, until });

/** Returns the call with its timeline, once it has ended and none of its webhooks waits. */
async function settled(app: TestApp, id: string): Promise<Seen> {
	let seen: Seen | undefined;
	await expect
		.poll(async () => {
			seen = await app.timeline(id);
			const open = seen.deliveries.filter(({ state }) => state === 'pending' || state === 'retrying');
			return [seen.call.status === 'PENDING', open.length];
		}, SOON)
		.toEqual([false, 0]);
	return seen!;
}
const faultsOf = ({ events }: Pick<Seen, 'events'>): unknown[] =>
	events.filter(({ type }) => type === 'fault').map(({ data }) => data.fault);
const attemptsOf = ({ events }: Pick<Seen, 'events'>): unknown[] =>
	events.filter(({ type }) => type === 'dispatch.attempt').map(({ data }) => data.status);
const count = ({ events }: Pick<Seen, 'events'>, wanted: Event['type']): number =>
	events.filter(({ type }) => type === wanted).length;
const providerCalls = async (app: TestApp): Promise<ProviderCall[]> =>
	(await app.api<{ calls: ProviderCall[] }>('GET', '/api/provider/calls')).body.calls;
/** Creates a call, whose job wakes the worker of jobs. Moving the test's clock wakes no worker. */
const wakeJobs = (app: TestApp): Promise<Call> => app.create({ scheduledAt: FAR_FUTURE, customerName: 'A wake' });

describe('faults of webhooks', () => {
	const first = ({ attempts }: Delivery) => attempts[0]!;

	it.each<[keyof Rates, number, (delivery: Delivery) => void]>([
		[
			'doubled',
			4,
			({ attempts }) => {
				expect(attempts).toMatchObject([1, 2].map((number) => ({ number, manual: false, response: { status: 200 } })));
				expect(attempts[1]?.request.body).toBe(attempts[0]?.request.body);
				expect(attempts[1]?.request.headers['webhook-id']).toBe(attempts[0]?.request.headers['webhook-id']);
			},
		],
		[
			'lost',
			4,
			({ attempts }) =>
				expect(attempts).toMatchObject([
					{ number: 1, response: null, error: 'Lost on purpose: it was never sent.' },
					{ number: 2, response: { status: 200 }, error: null },
				]),
		],
		[
			'badSignature',
			4,
			({ attempts }) => expect(attempts).toMatchObject([{ response: { status: 401 } }, { response: { status: 200 } }]),
		],
		[
			'stale',
			4,
			({ attempts }) => {
				expect(attempts).toMatchObject([{ response: { status: 401 } }, { response: { status: 200 } }]);
				const age = (i: number): number =>
					Date.parse(attempts[i]!.at) / 1_000 - Number(attempts[i]!.request.headers['webhook-timestamp']);
				expect(age(0)).toBeGreaterThanOrEqual(600);
				expect(age(1)).toBeLessThan(2);
			},
		],
		['late', 3, ({ attempts }) => expect(attempts).toMatchObject([{ response: { status: 200 } }])],
		['reordered', 2, ({ attempts }) => expect(attempts).toMatchObject([{ response: { status: 200 } }])],
	])('[N10] %s: the call ends as planned, and %d faults are recorded and counted', async (fault, times, check) => {
		const app = await startApp(FAST);
		const tab = await openFollowingTab(app);
		await inject(app, { [fault]: 1 });
		const { id } = await app.create({ scenario: TALK });
		const seen = await settled(app, id);
		expect(seen.call).toMatchObject({ status: 'COMPLETED', outcome: 'completed', phase: 'ENDED', durationMs: 10 });
		expect(seen.deliveries.map(({ type, state }) => [type, state])).toEqual(TYPES.map((type) => [type, 'delivered']));
		seen.deliveries.filter((_, i) => !['late', 'reordered'].includes(fault) || i < 3).forEach(check);

		expect(faultsOf(seen)).toEqual(Array.from({ length: times }, () => fault));
		expect(seen.call.faults).toBe(times);
		expect(count(seen, 'ended')).toBe(1);
		const event = seen.events.find(({ type }) => type === 'fault')!;
		expect(seen.deliveries.map(({ id: webhookId, type }) => ({ fault, webhookId, type }))).toContainEqual(event.data);
		// Each fault is a change of the call, pushed like any other.
		await tab.until(() => tab.changes().some((change) => 'call' in change && change.call.faults === times));
		expect(attemptsOf(seen)).toEqual([200]);
	});

	it('[N10] late: a webhook that arrives after the end changes nothing', async () => {
		const app = await startApp(FAST);
		await inject(app, { late: 1 });
		const { id } = await app.create({ scenario: TALK });
		const { call, events, deliveries } = await settled(app, id);
		expect(events.map(({ type }) => type).filter((type) => type !== 'fault')).toEqual([
			...['created', 'dispatch.attempt', 'ended'],
		]);
		expect([call.startedAt, call.ringingAt, call.answeredAt]).toEqual([null, null, null]);
		const ended = deliveries.at(-1)!;
		for (const late of deliveries.slice(0, -1)) {
			expect(first(late).at >= first(ended).at).toBe(true);
			expect(JSON.parse(first(late).response!.body)).toMatchObject({ ok: true, idempotent: true });
		}
	});

	it('[N10] reordered: the earlier phase arrives second and changes nothing', async () => {
		const app = await startApp(FAST);
		await inject(app, { reordered: 1 });
		const { id } = await app.create({ scenario: TALK });
		const { events, deliveries } = await settled(app, id);
		const [initiated, ringing, talking, ended] = deliveries.map((delivery) => first(delivery).at);
		expect([initiated! >= ringing!, talking! >= ended!]).toEqual([true, true]);
		expect(events.map(({ type }) => type).filter((type) => type !== 'fault')).toEqual([
			...['created', 'dispatch.attempt', 'ringing', 'webhook.ignored', 'ended'],
		]);
	});

	it('[N10] doubled: the second webhook changes nothing, because its webhook-id is known', async () => {
		const app = await startApp(FAST);
		await inject(app, { doubled: 1 });
		const { id } = await app.create({ scenario: TALK });
		const { events } = await settled(app, id);
		expect(events.map(({ type }) => type).filter((type) => type !== 'fault')).toEqual([
			...['created', 'dispatch.attempt', 'initiated', 'ringing', 'in-progress', 'ended'],
		]);
	});

	it('[N11] all at once, at any rate: each call ends exactly once, and every webhook is delivered', async () => {
		const app = await startApp({ ...FAST, PROVIDER_SEED: 'storm', PROVIDER_FAIL_RATE: '0.3' });
		const allFaults = { doubled: 0.4, reordered: 0.4, late: 0.3, lost: 0.3, badSignature: 0.3, stale: 0.3 };
		await inject(app, allFaults);
		const calls = await Promise.all(
			Array.from({ length: 25 }, (_, i) => app.create({ phoneNumber: `+120255501${String(i).padStart(2, '0')}` })),
		);
		const kinds = new Set<unknown>();
		for (const { id } of calls) {
			const seen = await settled(app, id);
			expect(count(seen, 'ended')).toBe(1);
			expect(seen.deliveries.filter(({ state }) => state !== 'delivered')).toEqual([]);
			expect(seen.call.faults).toBe(faultsOf(seen).length);
			faultsOf(seen).forEach((fault) => kinds.add(fault));
			const planned = (await providerCalls(app)).find(({ callId }) => callId === id)!.plan.at(-1)!;
			expect([seen.call.status, seen.call.outcome]).toEqual([planned.status, planned.outcome]);
		}
		expect([...kinds].toSorted()).toEqual(Object.keys(allFaults).toSorted());
	});

	it('[N12] stop once their time is over, also for webhooks of a call that was accepted before', async () => {
		const clock = manualClock();
		const app = await startApp(FAST, { now: clock.now });
		await inject(app, { lost: 1, refused: 1, late: 1 }, new Date(clock.now() + 5).toISOString());
		clock.advance(5);
		const { id } = await app.create({ scenario: TALK });
		await expect.poll(async () => (await app.call(id)).providerId, SOON).not.toBeNull();
		await inject(app, { lost: 1, late: 1 }, new Date(clock.now() + 1).toISOString());
		const other = await app.create({ scenario: TALK });
		await expect.poll(async () => (await app.call(other.id)).providerId, SOON).not.toBeNull();
		clock.advance(10_000);
		const last = await app.create({ scenario: { outcome: 'busy', delayMs: 0 } }); // wakes the workers
		for (const one of [id, other.id, last.id]) {
			const seen = await settled(app, one);
			expect([faultsOf(seen), seen.call.faults]).toEqual([[], 0]);
			expect(seen.deliveries.flatMap(({ attempts }) => attempts.map(({ error }) => error))).toEqual(
				seen.deliveries.map(() => null),
			);
		}
		expect((await app.api<Settings>('GET', '/api/provider/settings')).body.faults.lost).toBe(1); // unchanged
	});
});

describe('faults that were drawn earlier', () => {
	it.each<[string, (app: TestApp, pass: (ms: number) => void) => Promise<void> | void]>([
		['the time is over', (_app, pass) => pass(60_000)],
		['the rate is 0', (app) => inject(app, {})],
	])('[N12] are not injected once %s', async (_when, end) => {
		const clock = manualClock();
		const app = await startApp({}, { now: clock.now });
		const until = new Date(clock.now() + 60_000).toISOString();
		await inject(app, { badSignature: 1, doubled: 1, late: 1 }, until);
		const { id } = await app.create({ scenario: TALK });
		await expect.poll(async () => (await app.call(id)).providerId, SOON).not.toBeNull();
		const database = await openTestDatabase(app.env.DATABASE_URL);
		const faults = (await database.all('SELECT "faults" FROM "Delivery" ORDER BY "sequence"')).map((row) => row.faults);
		expect(faults).toEqual([...Array.from({ length: 3 }, () => '["badSignature","late"]'), '["badSignature"]']);

		await end(app, clock.advance);
		clock.advance(10_000);
		await app.create({ scenario: { outcome: 'busy', delayMs: 0 } }); // wakes the workers
		const seen = await settled(app, id);
		// `late` took effect when the webhooks were planned, so it is still recorded.
		expect(faultsOf(seen)).toEqual(['late', 'late', 'late']);
		for (const { attempts } of seen.deliveries)
			expect(attempts).toMatchObject([{ number: 1, response: { status: 200 } }]);
	});
});

describe('faults of send-call', () => {
	it('[N13] refused at every attempt: the call ends as unreachable after six faults, without a provider call', async () => {
		const app = await startApp(FAST);
		await inject(app, { refused: 1 });
		const { id } = await app.create();
		const seen = await settled(app, id);
		expect(seen.call).toMatchObject({ status: 'FAILED', outcome: 'provider-unreachable', providerId: null, faults: 6 });
		expect(attemptsOf(seen)).toEqual([503, 503, 503, 503, 503, 503]);
		const faults = seen.events.filter(({ type }) => type === 'fault').map(({ data }) => data);
		expect(faults).toEqual([1, 2, 3, 4, 5, 6].map((attempt) => ({ fault: 'refused', attempt })));
		expect(seen.events.at(-1)).toMatchObject({ type: 'ended', data: { outcome: 'provider-unreachable', attempts: 6 } });
		expect([count(seen, 'ended'), await providerCalls(app)]).toEqual([1, []]);
	});

	it('[N13] refused at first: the call is accepted afterwards', async () => {
		const clock = manualClock();
		const app = await startApp({}, { now: clock.now, chance: MAX_CHANCE });
		await inject(app, { refused: 1 }, new Date(clock.now() + 1_000).toISOString());
		const { id } = await app.create({ scenario: { outcome: 'busy', delayMs: 0 } });
		for (const [i, wait] of [500, 1_000].entries()) {
			await expect.poll(async () => attemptsOf(await app.timeline(id)).length, SOON).toBe(i + 1);
			clock.advance(wait);
			await wakeJobs(app);
		}
		const seen = await settled(app, id);
		expect(attemptsOf(seen)).toEqual([503, 503, 200]);
		expect(seen.call).toMatchObject({ outcome: 'busy', faults: 2 });
		expect((await providerCalls(app)).filter(({ callId }) => callId === id)).toHaveLength(1);
	});

	it('[N14] rateLimited: the app waits for the Retry-After, at any speed', async () => {
		const clock = manualClock();
		const app = await startApp({ PROVIDER_SPEED: '1000' }, { now: clock.now });
		const start = clock.now();
		await inject(app, { rateLimited: 1 });
		const { id } = await app.create();
		for (let i = 1; i <= 5; i++) {
			await expect.poll(async () => attemptsOf(await app.timeline(id)).length, SOON).toBe(i);
			clock.advance(1_000);
			await wakeJobs(app);
		}
		const seen = await settled(app, id);
		const dispatches = seen.events.filter(({ type }) => type === 'dispatch.attempt');
		expect(dispatches.map(({ at }) => Date.parse(at) - start)).toEqual([0, 1, 2, 3, 4, 5].map((s) => s * 1_000));
		expect(attemptsOf(seen)).toEqual([429, 429, 429, 429, 429, 429]);
		expect(seen.call).toMatchObject({ outcome: 'provider-unreachable', faults: 6 });
		expect((await providerCalls(app)).filter(({ callId }) => callId === id)).toEqual([]);
	});

	it('[N15] timedOut: the app retries, and there is one provider call', async () => {
		const app = await startApp(FAST, { timeoutMs: 150 });
		await inject(app, { timedOut: 1 });
		const gone = await settled(app, (await app.create()).id);
		expect(gone.call).toMatchObject({ outcome: 'provider-unreachable', faults: 6 });
		expect(gone.events.filter(({ type }) => type === 'dispatch.attempt').map(({ data }) => data.error)).toEqual(
			[1, 2, 3, 4, 5, 6].map(() => 'No response in time.'),
		);
		expect(await providerCalls(app)).toEqual([]);

		const { id } = await app.create({ scenario: TALK });
		await expect.poll(async () => attemptsOf(await app.timeline(id)).length, SOON).toBeGreaterThan(0);
		await inject(app, {});
		const seen = await settled(app, id);
		expect([seen.call.status, attemptsOf(seen).at(-1)]).toEqual(['COMPLETED', 200]);
		expect((await providerCalls(app)).map(({ callId }) => callId)).toEqual([id]);
	});

	it('[N16] acceptedThenFailed: the call ends as planned, with one provider call, however often the app retries', async () => {
		// After 40 ms the call's webhooks are due, but not the next attempt, which waits for half a second.
		const clock = manualClock();
		const slow = await startApp({}, { now: clock.now, chance: MAX_CHANCE });
		await inject(slow, { acceptedThenFailed: 1 });
		const { id } = await slow.create({ scenario: { ...TALK, delayMs: 40, talkMs: 10 } });
		await expect.poll(async () => attemptsOf(await slow.timeline(id)), SOON).toEqual([500]);
		clock.advance(40);
		const seen = await settled(slow, id);
		expect(seen.call).toMatchObject({ status: 'COMPLETED', durationMs: 10, faults: 1 });
		expect([attemptsOf(seen), faultsOf(seen), count(seen, 'ended')]).toEqual([[500], ['acceptedThenFailed'], 1]);
		expect((await providerCalls(slow)).map(({ providerId }) => providerId)).toEqual([seen.call.providerId]);

		// At this speed the other five attempts follow at once, while the first report is far in the future.
		const quick = await startApp(FAST, { chance: () => 0 });
		await inject(quick, { acceptedThenFailed: 1 });
		const other = await quick.create({ scenario: LONG });
		await expect.poll(async () => (await quick.call(other.id)).status, SOON).toBe('FAILED');
		const after = await quick.timeline(other.id);
		expect(after.call).toMatchObject({ outcome: 'provider-unreachable', faults: 6 });
		expect(attemptsOf(after)).toEqual([500, 500, 500, 500, 500, 500]);
		expect((await providerCalls(quick)).map(({ callId }) => callId)).toEqual([other.id]);
	});

	it('[N16] acceptedThenFailed: a call with reports does not end as unreachable', async () => {
		const clock = manualClock();
		const app = await startApp({ CALL_TIMEOUT_MS: '5000' }, { now: clock.now, chance: MAX_CHANCE });
		await inject(app, { acceptedThenFailed: 1 });
		const { id } = await app.create({ scenario: LONG });
		const waitForAttempts = async (times: number): Promise<void> =>
			expect.poll(async () => attemptsOf(await app.timeline(id)).length, SOON).toBe(times);
		await waitForAttempts(1);
		const [{ providerId }] = (await providerCalls(app)) as [ProviderCall];
		await postWebhook(app, { callId: id, providerId, status: 'PENDING', phase: 'INITIATED' });
		// Attempts continue in spite of the report, because only their response says when the last webhook is due.
		for (const [i, wait] of [500, 1_000, 2_000, 4_000, 8_000].entries()) {
			clock.advance(wait);
			await wakeJobs(app);
			await waitForAttempts(i + 2);
		}
		expect(await app.call(id)).toMatchObject({ status: 'PENDING', phase: 'INITIATED', providerId });
		// After the last attempt, the call only waits for its timeout.
		clock.advance(5_000);
		await wakeJobs(app);
		await expect.poll(async () => (await app.call(id)).outcome, SOON).toBe('no-report');
		expect(attemptsOf(await app.timeline(id))).toEqual([500, 500, 500, 500, 500, 500]);
	});

	it('[N16] acceptedThenFailed: a call in progress continues, and the response to a retry says for how long', async () => {
		const clock = manualClock();
		const app = await startApp({ CALL_TIMEOUT_MS: '5000' }, { now: clock.now, chance: MAX_CHANCE });
		await inject(app, { acceptedThenFailed: 1 });
		const { id } = await app.create({ scenario: LONG });
		await expect.poll(async () => attemptsOf(await app.timeline(id)), SOON).toEqual([500]);
		const [{ providerId }] = (await providerCalls(app)) as [ProviderCall];
		await postWebhook(app, { callId: id, providerId, status: 'PENDING', phase: 'IN_PROGRESS' });
		await inject(app, {});
		clock.advance(500);
		await wakeJobs(app);
		await expect.poll(async () => attemptsOf(await app.timeline(id)), SOON).toEqual([500, 200]);
		clock.advance(60_000); // far beyond CALL_TIMEOUT_MS, but before the call's next report
		const later = await app.create({ scenario: 'provider-down' });
		await expect.poll(async () => attemptsOf(await app.timeline(later.id)), SOON).toEqual([503]);
		expect(await app.call(id)).toMatchObject({ status: 'PENDING', phase: 'IN_PROGRESS' });
	});

	it('[N17] all at once: each call ends exactly once, with at most one provider call', async () => {
		const app = await startApp({ ...FAST, PROVIDER_SEED: 'doors' }, { timeoutMs: 1_000 });
		await inject(app, {
			refused: 0.2,
			rateLimited: 0.03,
			timedOut: 0.1,
			acceptedThenFailed: 0.3,
			doubled: 0.3,
			lost: 0.3,
		});
		const calls = await Promise.all(
			Array.from({ length: 25 }, (_, i) => app.create({ phoneNumber: `+120255501${String(i).padStart(2, '0')}` })),
		);
		const outcomes = new Set<string | null>();
		for (const { id } of calls) {
			const seen = await settled(app, id);
			expect(count(seen, 'ended')).toBe(1);
			const theirs = (await providerCalls(app)).find(({ callId }) => callId === id);
			const attempts = attemptsOf(seen);
			// The provider may have accepted an attempt whose response failed or came too late.
			const hasFailedResponse = faultsOf(seen).includes('acceptedThenFailed');
			const isUncertain = hasFailedResponse || attempts.includes(null);
			const reported = seen.events.filter(({ data }) => 'webhookId' in data && 'report' in data);
			outcomes.add(seen.call.outcome);
			if (seen.call.outcome === 'provider-unreachable') {
				// All six attempts failed, and no report came.
				expect([attempts.length, attempts.includes(200), reported]).toEqual([6, false, []]);
				expect(seen.call.providerId).toBeNull();
				expect(theirs === undefined ? !hasFailedResponse : isUncertain).toBe(true);
			} else {
				// The call ended as the provider planned, by the last report. An attempt got a 200, unless
				// responses failed.
				expect(theirs).toMatchObject({ providerId: seen.call.providerId, plan: seen.deliveries.map(() => ({})) });
				const { status, outcome } = theirs!.plan.at(-1)!;
				expect([status, outcome]).toEqual([seen.call.status, seen.call.outcome]);
				expect(seen.events.find(({ type }) => type === 'ended')).toMatchObject({
					data: { report: { providerId: seen.call.providerId, status, outcome } },
				});
				expect(attempts.includes(200) || isUncertain).toBe(true);
			}
			expect(attempts.slice(0, -1)).not.toContain(200); // no attempt after a 200
		}
		// Every call that the provider did not refuse to the end has completed, because the fail rate is 0.
		expect([...outcomes].filter((outcome) => outcome !== 'provider-unreachable')).toEqual(['completed']);
		const accepted = (await providerCalls(app)).map(({ callId }) => callId);
		expect(new Set(accepted).size).toBe(accepted.length);
		expect(accepted.length).toBeGreaterThan(15);
	});
});

describe('chosen outcomes', () => {
	it.each([
		['+12025550150', 'completed'],
		['+12025550151', 'busy'],
		['+12025550152', 'no-answer'],
		['+12025550153', 'failed'],
		['+12025550154', 'canceled'],
		['+12025550157', 'dropped'],
	])('[N18] the test number %s always ends as `%s`', async (phoneNumber, outcome) => {
		const app = await startApp({ PROVIDER_FAIL_RATE: outcome === 'completed' ? '1' : '0' });
		const { id } = await app.create({ phoneNumber });
		expect((await settled(app, id)).call).toMatchObject({ outcome, scenario: null });
		const chosen = await app.create({ phoneNumber, scenario: 'busy' });
		expect((await settled(app, chosen.id)).call).toMatchObject({ outcome: 'busy' });
	});

	it('[N18] the test number +12025550155 takes ten times the delay, then completes', async () => {
		const app = await startApp({ PROVIDER_DELAY_MS_MIN: '30', PROVIDER_DELAY_MS_MAX: '30', PROVIDER_FAIL_RATE: '1' });
		const { id } = await app.create({ phoneNumber: '+12025550155' });
		expect((await settled(app, id)).call.outcome).toBe('completed');
		expect((await providerCalls(app))[0]?.plan.at(-1)?.afterMs).toBe(300);
	});

	it.each([{ phoneNumber: '+12025550156' }, { scenario: 'provider-down' }])(
		'[N19] the provider accepts no call with %o: six attempts without a fault end as unreachable',
		async (ask) => {
			const app = await startApp(FAST);
			const { id } = await app.create(ask);
			const seen = await settled(app, id);
			expect(seen.call).toMatchObject({
				status: 'FAILED',
				outcome: 'provider-unreachable',
				providerId: null,
				faults: 0,
			});
			expect(attemptsOf(seen)).toEqual([503, 503, 503, 503, 503, 503]);
			expect(seen.events.map(({ type }) => type)).toEqual([
				...['created', ...Array.from({ length: 6 }, () => 'dispatch.attempt'), 'ended'],
			]);
			expect(await providerCalls(app)).toEqual([]);
		},
	);
});

describe('the same seed and the same requests', () => {
	const numbers = Array.from({ length: 20 }, (_, i) => `+120255501${String(i).padStart(2, '0')}`);
	const byFault = (a: unknown[], b: unknown[]): number => a.join().localeCompare(b.join());

	/** Sends the same requests to a new server with this seed. Returns the outcomes, plans and faults. */
	async function runHistory(seed: string): Promise<unknown[]> {
		const app = await startApp({ ...FAST, PROVIDER_SEED: seed, PROVIDER_FAIL_RATE: '0.4' });
		await app.settings({
			delayMs: { min: 2_000, max: 9_000 },
			faults: {
				doubled: 0.3,
				reordered: 0.2,
				late: 0.2,
				lost: 0.2,
				badSignature: 0.2,
				stale: 0.2,
				refused: 0.4,
				rateLimited: 0.02,
				timedOut: 0,
				acceptedThenFailed: 0,
			},
		});
		const results: unknown[] = [];
		const record = async (id: string): Promise<void> => {
			const { call, events, deliveries } = await settled(app, id);
			const accepted = (await providerCalls(app)).find(({ callId }) => callId === id);
			const faults = events
				.filter(({ type }) => type === 'fault')
				.map(({ data: { fault, type = '', attempt = 0 } }) => [fault, type, attempt]);
			results.push({
				outcome: call.outcome,
				durationMs: call.durationMs,
				plan: accepted?.plan,
				faults: faults.toSorted(byFault),
				dispatches: events.filter((e) => e.type === 'dispatch.attempt').length,
				deliveries: deliveries.map(({ type, attempts }) => [type, attempts.length]),
			});
		};
		const calls = await Promise.all(numbers.map((phoneNumber) => app.create({ phoneNumber })));
		for (const { id } of calls) await record(id);
		for (let i = 0; i < 4; i++) await record((await app.create({ phoneNumber: numbers[0] })).id);
		await app.close();
		return results;
	}

	it('[N30] give the same outcomes, delays and faults on a new server', { timeout: 90_000 }, async () => {
		const [one, two, other] = [await runHistory('audena'), await runHistory('audena'), await runHistory('another')];
		expect(two).toEqual(one);
		expect(other).not.toEqual(one);
		expect(new Set(one.map((call) => (call as Call).outcome)).size).toBeGreaterThan(2);
		expect(one.slice(-4)).not.toContainEqual(one[0]); // each call to a number draws its own faults
	});

	it('[N31] give the same faults after acceptance', async () => {
		const sendCallFaults = async (): Promise<unknown[]> => {
			const app = await startApp({ PROVIDER_SEED: 'doors', ...FAST }, { chance: () => 0 });
			await inject(app, { acceptedThenFailed: 0.5, refused: 0.2 });
			const calls = await Promise.all(numbers.map((phoneNumber) => app.create({ phoneNumber, scenario: LONG })));
			const results: unknown[] = [];
			// Waits for the dispatches, because a webhook may bring the provider's id before a dispatch succeeds.
			const database = await openTestDatabase(app.env.DATABASE_URL);
			await expect.poll(() => database.all(`SELECT "id" FROM "Job" WHERE "kind" = 'dispatch'`), SOON).toEqual([]);
			for (const { id } of calls) {
				const seen = await app.timeline(id);
				results.push([attemptsOf(seen), faultsOf(seen), seen.call.outcome]);
			}
			await app.close();
			return results;
		};
		const results = await sendCallFaults();
		expect(await sendCallFaults()).toEqual(results);
		expect(new Set(results.map(String)).size).toBeGreaterThan(4);
	});
});

describe('two calls to one number', () => {
	it('[N33] end the same, however long the app waits between its attempts', async () => {
		const outcomes = async (chance: () => number): Promise<unknown[]> => {
			const app = await startApp({ ...FAST, PROVIDER_SEED: 'ordinals', PROVIDER_FAIL_RATE: '0.5' }, { chance });
			await inject(app, { refused: 0.4 });
			const results: unknown[] = [];
			const ids: string[] = [];
			for (let i = 0; i < 15; i++) {
				const { id } = await app.create({ phoneNumber: '+12025550100' });
				ids.push(id);
				await expect.poll(async () => attemptsOf(await app.timeline(id)).length, SOON).toBeGreaterThan(0);
			}
			for (const id of ids) {
				const seen = await settled(app, id);
				results.push([seen.call.outcome, faultsOf(seen)]);
			}
			await app.close();
			return results;
		};
		const results = await outcomes(() => 0);
		expect(await outcomes(MAX_CHANCE)).toEqual(results);
		expect(new Set(results.map(String)).size).toBeGreaterThan(2);
	});

	it('[N32] have the same send-call faults, in any order of their retries', async () => {
		const rounds = Array.from({ length: 6 }, (_, i) => i);
		const orders = {
			inTurn: rounds.flatMap(() => ['a', 'b']),
			oneByOne: ['a', 'b'].flatMap((key) => rounds.map(() => key)),
		};
		const results: Record<string, number[]>[] = [];
		for (const order of Object.values(orders)) {
			const app = await startApp({ PROVIDER_SEED: 'doors' });
			await inject(app, { acceptedThenFailed: 0.5 });
			const statuses: Record<string, number[]> = { a: [], b: [] };
			for (const callId of order) {
				const ask = { callId, phoneNumber: '+12025550100', workflow: 'SALES', scenario: LONG };
				const { status } = await app.api('POST', '/api/provider/send-call', ask, { 'idempotency-key': callId });
				statuses[callId]!.push(status);
			}
			expect(await providerCalls(app)).toHaveLength(2);
			results.push(statuses);
			await app.close();
		}
		expect(results[1]).toEqual(results[0]);
		expect(new Set(Object.values(results[0]!).flat())).toEqual(new Set([200, 500]));
		expect(results[0]!.a).not.toEqual(results[0]!.b);
	});
});

describe('a call without reports', () => {
	/** Starts a provider that accepts everything and sends no report. */
	const silent = (scheduledInMs = 0): Promise<Receiver> =>
		startReceiver((response, { path }) => {
			const body = path.endsWith('/send-call') ? { providerId: 'mute', scheduledInMs } : {};
			response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
		});
	const outcome = (app: TestApp, id: string) => expect.poll(async () => (await app.call(id)).outcome, SOON);
	/** Returns when the call's watch job is due, if there is one. */
	async function watchedAt(app: TestApp, id: string): Promise<number | undefined> {
		const database = await openTestDatabase(app.env.DATABASE_URL);
		const [row] = await database.all(`SELECT "dueAt" FROM "Job" WHERE "kind" = 'watch' AND "callId" = ?`, id);
		database.close();
		return row === undefined ? undefined : Number(row.dueAt);
	}

	it('[N40] ends as no-report once, and is hung up at the provider', async () => {
		const provider = await silent();
		const app = await startApp({ PROVIDER_URL: provider.url, CALL_TIMEOUT_MS: '1000' });
		const { id } = await app.create();
		await outcome(app, id).toBe('no-report');
		const { call, events } = await app.timeline(id);
		expect(call).toMatchObject({ status: 'FAILED', phase: 'ENDED', durationMs: null, providerId: 'mute' });
		expect(events.map(({ type }) => type)).toEqual(['created', 'dispatch.attempt', 'ended']);
		const [, asked, ended] = events as [Event, Event, Event];
		expect(Date.parse(ended.at) - Date.parse(asked.at)).toBeGreaterThanOrEqual(999);
		expect(ended.data).toMatchObject({ outcome: 'no-report', silentMs: expect.any(Number) as number });
		const requests = await provider.received(2);
		expect(requests[1]?.path).toBe('/api/provider/calls/mute/cancel');
		expect(await watchedAt(app, id)).toBeUndefined();
	});

	it('[N41] has its timeout counted from its last expected webhook or its last report', async () => {
		const clock = manualClock();
		const provider = await silent(60_000);
		const app = await startApp({ PROVIDER_URL: provider.url, CALL_TIMEOUT_MS: '1000' }, { now: clock.now });
		const start = clock.now();
		const { id } = await app.create();
		await expect.poll(() => watchedAt(app, id), SOON).toBe(start + 61_000);
		clock.advance(60_900);
		await postWebhook(app, { callId: id, providerId: 'mute', status: 'PENDING', phase: 'RINGING' }, { at: new Date() });
		clock.advance(100);
		await wakeJobs(app);
		await expect.poll(() => watchedAt(app, id), SOON).toBe(start + 61_900);
		expect(await app.call(id)).toMatchObject({ status: 'PENDING', phase: 'RINGING' });
		clock.advance(900);
		await wakeJobs(app);
		await outcome(app, id).toBe('no-report');
	});

	it('[N42] has no timeout while it is scheduled', async () => {
		const clock = manualClock();
		const provider = await silent();
		const app = await startApp({ PROVIDER_URL: provider.url, CALL_TIMEOUT_MS: '1000' }, { now: clock.now });
		const { id } = await app.create({ scheduledAt: new Date(clock.now() + 60_000).toISOString() });
		clock.advance(59_999);
		const other = await app.create();
		await expect.poll(() => watchedAt(app, other.id), SOON).toBe(clock.now() + 1_000);
		expect(await app.call(id)).toMatchObject({ status: 'PENDING', phase: 'SCHEDULED' });
		expect(await watchedAt(app, id)).toBeUndefined();
		clock.advance(1);
		await wakeJobs(app);
		await expect.poll(() => watchedAt(app, id), SOON).toBe(clock.now() + 1_000);
		clock.advance(1_000);
		await wakeJobs(app);
		await outcome(app, id).toBe('no-report');
	});

	it('[N43] has its timeout started over when the server starts', async () => {
		const clock = manualClock();
		const provider = await silent();
		const first = await startApp({ PROVIDER_URL: provider.url, CALL_TIMEOUT_MS: '1000' }, { now: clock.now });
		const { id } = await first.create();
		await expect.poll(() => watchedAt(first, id), SOON).toBe(clock.now() + 1_000);
		await first.close();
		clock.advance(3_600_000);
		const second = await startApp(first.env, { now: clock.now });
		await expect.poll(() => watchedAt(second, id), SOON).toBe(clock.now() + 1_000);
		expect(await second.call(id)).toMatchObject({ status: 'PENDING' });
		clock.advance(1_000);
		await wakeJobs(second);
		await outcome(second, id).toBe('no-report');
	});

	it('[N44] stays ended when a late report arrives', async () => {
		const provider = await silent();
		const app = await startApp({ PROVIDER_URL: provider.url, CALL_TIMEOUT_MS: '1000' });
		const { id } = await app.create();
		await outcome(app, id).toBe('no-report');
		const response = await postWebhook(app, { callId: id, providerId: 'mute', status: 'COMPLETED' });
		expect(response).toMatchObject({ status: 200, body: { idempotent: true, call: { outcome: 'no-report' } } });
	});
});

describe('refused webhooks', () => {
	it('[N20] are counted and kept, and never appear on a timeline', async () => {
		const app = await startApp();
		const { id } = await app.create({ scheduledAt: FAR_FUTURE });
		const report = { callId: id, providerId: 'sim_1', status: 'COMPLETED' };
		const { events, call } = await app.timeline(id);
		const responses = [
			await postWebhook(app, report, { id: 'msg_wrong', secret: `whsec_${'A'.repeat(44)}` }),
			await postWebhook(app, report, { id: 'msg_old', at: new Date(Date.now() - 301_000) }),
			await app.api('POST', '/api/webhooks/provider-status', report),
		];
		expect(responses.map(({ status }) => status)).toEqual([401, 401, 401]);
		expect(await app.timeline(id)).toMatchObject({ events, call });
		await app.close(); // flushes the recorded rejections
		const database = await openTestDatabase(app.env.DATABASE_URL);
		const kept = await database.all('SELECT "webhookId", "reason" FROM "Rejection" ORDER BY rowid');
		expect(kept.map(({ webhookId }) => webhookId)).toEqual(['msg_wrong', 'msg_old', null]);
		expect(await database.all(`SELECT "value" FROM "Kept" WHERE "name" = 'rejections'`)).toEqual([{ value: '3' }]);
	});
});
