import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { Delivery, type Problem, type ProviderCall } from '#contract';
import { startApp, type ApiResponse, type TestApp } from '#tests/support/app.ts';
import { MAX_CHANCE, manualClock } from '#tests/support/clock.ts';
import {
	sendCall,
	ENDS_AT_ONCE,
	deliveriesOf,
	delivery,
	hasState,
	wakeProvider,
	hasAttempts,
	typeOf,
} from '#tests/support/deliveries.ts';
import { SOON } from '#tests/support/soon.ts';
import { expectProblem } from '#tests/support/problems.ts';
import { startReceiver, type Received } from '#tests/support/receiver.ts';

const [INITIATED, ENDED] = ['call.initiated', 'call.ended'];
/** The waits between the attempts of a webhook, in milliseconds. */
const SCHEDULE = [1_000, 5_000, 15_000, 60_000, 300_000];
const FAST = { PROVIDER_SPEED: '1000' };
const after = (at: number, ms: number): string => new Date(at + ms).toISOString();

/** Expects the problem `illegal_transition`. Returns the detail of the problem. */
function expectDetail(response: ApiResponse<unknown>): string {
	expectProblem(response, 'illegal_transition');
	return (response.body as Problem).detail;
}

/**
 * Fails unless the server's secret signed the webhook. Returns the signed timestamp in seconds, however old it is.
 */
function signedAt(app: TestApp, { headers, body }: Pick<Received, 'headers' | 'body'>): number {
	const at = Number(headers['webhook-timestamp']);
	const signature = new Webhook(app.secret).sign(String(headers['webhook-id']), new Date(at * 1_000), body);
	expect(headers['webhook-signature']).toBe(signature);
	return at;
}

describe('a delivery', () => {
	it('[V1] is recorded with the request as sent and the response as received', async () => {
		const app = await startApp();
		const receiver = await startReceiver((response) => {
			response
				.writeHead(202, { 'content-type': 'text/plain; charset=utf-8', 'x-receiver': 'ours' })
				.end('Danke, gehört');
		});
		const callId = await sendCall(app, `${receiver.url}/hooks?of=us`);
		const { attempts, ...sent } = Delivery.parse(await delivery(app, callId, ENDED, hasState('delivered')));
		const [call] = (await app.api<{ calls: ProviderCall[] }>('GET', '/api/provider/calls')).body.calls;
		expect(sent).toEqual({
			id: expect.stringMatching(/^msg_\w+$/) as string,
			callId,
			providerId: call!.providerId,
			type: ENDED,
			url: `${receiver.url}/hooks?of=us`,
			state: 'delivered',
			nextAttemptAt: null,
			createdAt: call!.acceptedAt,
		});

		const seen = receiver.requests.find((request) => typeOf(request) === ENDED)!;
		expect([seen.method, seen.path]).toEqual(['POST', '/hooks?of=us']);
		expect(attempts).toHaveLength(1);
		const [{ request, response, ...attempt }] = attempts as [Delivery['attempts'][0]];
		expect(attempt).toMatchObject({ number: 1, manual: false, error: null });
		expect(Math.floor(Date.parse(attempt.at) / 1_000)).toBe(signedAt(app, seen));
		expect(seen.headers).toMatchObject(request.headers);
		expect(request.headers).toMatchObject({ 'content-type': 'application/json', 'webhook-id': sent.id });
		expect(request.body).toBe(seen.body);
		expect(JSON.parse(request.body)).toMatchObject({
			callId,
			providerId: sent.providerId,
			status: 'FAILED',
			phase: 'ENDED',
			outcome: 'busy',
			sequence: 2,
		});
		expect(response).toMatchObject({ status: 202, body: 'Danke, gehört', truncated: false });
		expect(response?.headers).toMatchObject({ 'x-receiver': 'ours', 'content-type': 'text/plain; charset=utf-8' });
	});

	it('[V2] is retried after at most 1, 5, 15, 60 and 300 s, with the same id and a new signature; then it is dead', async () => {
		const clock = manualClock();
		const app = await startApp({}, { now: clock.now, chance: MAX_CHANCE });
		const receiver = await startReceiver((response, request) => {
			response.writeHead(typeOf(request) === ENDED ? 500 : 204, { 'x-try': '1' }).end('no');
		});
		const start = clock.now();
		const callId = await sendCall(app, receiver.url);
		const dueAt: number[] = [0];
		for (const [i, wait] of SCHEDULE.entries()) {
			const { state, nextAttemptAt } = await delivery(app, callId, ENDED, hasAttempts(i + 1));
			expect([state, nextAttemptAt]).toEqual(['retrying', after(clock.now(), wait)]);
			clock.advance(wait);
			dueAt.push(clock.now() - start);
			await wakeProvider(app);
		}
		const dead = await delivery(app, callId, ENDED, hasAttempts(6));
		expect(dead).toMatchObject({ state: 'dead', nextAttemptAt: null });
		expect(dead.attempts.map(({ at }) => Date.parse(at) - start)).toEqual(dueAt);
		expect(dead.attempts.map(({ number, manual, error }) => [number, manual, error])).toEqual(
			[1, 2, 3, 4, 5, 6].map((number) => [number, false, null]),
		);

		const seen = receiver.requests.filter((request) => typeOf(request) === ENDED);
		expect(seen.map(({ headers }) => headers['webhook-id'])).toEqual(seen.map(() => dead.id));
		expect(seen.map((request) => signedAt(app, request))).toEqual(dueAt.map((ms) => Math.floor((start + ms) / 1_000)));
		expect(new Set(seen.map(({ body }) => body)).size).toBe(1);
		expect(dead.attempts.map(({ request }) => request.headers['webhook-timestamp'])).toEqual(
			seen.map(({ headers }) => headers['webhook-timestamp']),
		);
		expect(dead.attempts.map(({ response }) => [response?.status, response?.body])).toEqual(
			seen.map(() => [500, 'no']),
		);
	});

	it('[V2] waits at least half of each time, divided by the speed', async () => {
		const clock = manualClock();
		const app = await startApp({ PROVIDER_SPEED: '10' }, { now: clock.now, chance: () => 0 });
		const receiver = await startReceiver((response, request) => {
			response.writeHead(typeOf(request) === ENDED ? 500 : 204).end();
		});
		const callId = await sendCall(app, receiver.url);
		for (const [i, wait] of SCHEDULE.entries()) {
			const { nextAttemptAt } = await delivery(app, callId, ENDED, hasAttempts(i + 1));
			expect(nextAttemptAt).toBe(after(clock.now(), wait / 10 / 2));
			clock.advance(wait / 10 / 2);
			await wakeProvider(app);
		}
		await delivery(app, callId, ENDED, hasState('dead'));
	});

	it.each([10, 1_000])('[V3] waits a %dth of the schedule at this speed', async (speed) => {
		const clock = manualClock();
		const app = await startApp({ PROVIDER_SPEED: String(speed) }, { now: clock.now, chance: MAX_CHANCE });
		const receiver = await startReceiver((response) => response.writeHead(500).end());
		const callId = await sendCall(app, receiver.url);
		for (const [i, wait] of SCHEDULE.entries()) {
			const { nextAttemptAt } = await delivery(app, callId, ENDED, hasAttempts(i + 1));
			expect(nextAttemptAt).toBe(after(clock.now(), wait / speed));
			clock.advance(wait / speed);
			await wakeProvider(app);
		}
		await delivery(app, callId, ENDED, hasState('dead'));
	});

	it('[V3] is dead after the schedule in real time at speed 1000', async () => {
		const app = await startApp(FAST, { chance: MAX_CHANCE });
		const receiver = await startReceiver((response) => response.writeHead(503).end());
		const callId = await sendCall(app, receiver.url);
		for (const type of [INITIATED, ENDED]) {
			const { attempts } = await delivery(app, callId, type, hasState('dead'));
			expect(attempts).toHaveLength(6);
			for (const [i, { at }] of attempts.slice(1).entries()) {
				const waited = Date.parse(at) - Date.parse(attempts[i]!.at);
				expect(waited).toBeGreaterThanOrEqual(SCHEDULE[i]! / 1_000);
			}
		}
		expect(receiver.requests).toHaveLength(12);
	});

	it('[V4] without a response in time is recorded and retried', async () => {
		const app = await startApp(FAST, { timeoutMs: 120 });
		const receiver = await startReceiver((response, request, count) => {
			if (typeOf(request) !== ENDED || count > 2) response.writeHead(200).end();
		});
		const callId = await sendCall(app, receiver.url);
		const { attempts } = await delivery(app, callId, ENDED, hasState('delivered'));
		expect(attempts).toMatchObject([
			{ number: 1, response: null, error: 'No response in time.' },
			{ number: 2, response: { status: 200 }, error: null },
		]);
		expect(attempts[0]!.durationMs).toBeGreaterThanOrEqual(115);
	});

	it('[V4] whose response never ends is no success', async () => {
		const app = await startApp(FAST, { timeoutMs: 120 });
		const receiver = await startReceiver((response, request, count) => {
			if (typeOf(request) === ENDED && count <= 2) response.writeHead(200).write('half an');
			else response.writeHead(200).end();
		});
		const callId = await sendCall(app, receiver.url);
		const { attempts } = await delivery(app, callId, ENDED, hasState('delivered'));
		expect(attempts).toMatchObject([
			{ response: { status: 200, body: 'half an', truncated: true }, error: 'No response in time.' },
			{ response: { status: 200, truncated: false }, error: null },
		]);
	});

	it('[V13] whose response breaks off keeps its status and headers, and its Retry-After is respected', async () => {
		const clock = manualClock();
		const app = await startApp({}, { now: clock.now, chance: MAX_CHANCE, timeoutMs: 120 });
		const receiver = await startReceiver((response) => {
			response.writeHead(429, { 'retry-after': '77' }).write('Not so fa');
		});
		const callId = await sendCall(app, receiver.url);
		const { nextAttemptAt, attempts } = await delivery(app, callId, ENDED, hasAttempts(1));
		expect(nextAttemptAt).toBe(after(clock.now(), 77_000));
		expect(attempts[0]).toMatchObject({
			response: { status: 429, headers: { 'retry-after': '77' }, body: 'Not so fa', truncated: true },
			error: 'No response in time.',
		});
	});

	it('[V13] whose 410 response breaks off stops', async () => {
		const app = await startApp({}, { timeoutMs: 120 });
		const receiver = await startReceiver((response) => void response.writeHead(410).write('Go'));
		const callId = await sendCall(app, receiver.url);
		expect(await delivery(app, callId, ENDED, hasAttempts(1))).toMatchObject({ state: 'canceled' });
	});

	it('[V14] keeps each cookie of a response, and every character whole', async () => {
		const app = await startApp();
		const cookies = ['a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT', 'b=2'];
		// The limit of 16 KiB is in the middle of a three-byte character.
		const receiver = await startReceiver((response) => {
			response.writeHead(200, { 'set-cookie': cookies }).end('€'.repeat(8_000));
		});
		const callId = await sendCall(app, receiver.url);
		const { attempts } = await delivery(app, callId, ENDED, hasState('delivered'));
		expect(attempts[0]?.response).toMatchObject({ truncated: true, headers: { 'set-cookie': cookies.join('\n') } });
		expect(attempts[0]?.response?.body).toBe('€'.repeat(Math.floor((16 * 1_024) / 3)));
	});

	it('[V5] whose receiver closes the connection or is unreachable is recorded and retried', async () => {
		const app = await startApp(FAST);
		const receiver = await startReceiver((response, request, count) => {
			if (typeOf(request) === ENDED && count <= 2) response.destroy();
			else response.writeHead(200).end();
		});
		const callId = await sendCall(app, receiver.url);
		const { attempts } = await delivery(app, callId, ENDED, hasState('delivered'));
		expect(attempts).toMatchObject([
			{ response: null, error: expect.stringMatching(/socket|closed/) as string },
			{ response: { status: 200 } },
		]);

		const gone = createServer().listen(0, '127.0.0.1');
		await once(gone, 'listening');
		const { port } = gone.address() as AddressInfo;
		gone.close();
		await once(gone, 'close');
		const other = await sendCall(app, `http://127.0.0.1:${port}`);
		const dead = await delivery(app, other, ENDED, hasState('dead'));
		expect(dead.attempts.map(({ response, error }) => [response, /ECONNREFUSED/.test(String(error))])).toEqual(
			dead.attempts.map(() => [null, true]),
		);
	});

	it.each([301, 302, 303, 307, 308])(
		'[V6] with a %d is recorded as no success, and a redirect is not followed',
		async (status) => {
			const app = await startApp(FAST);
			const receiver = await startReceiver((response, request, count) => {
				if (typeOf(request) === ENDED && count <= 2) response.writeHead(status, { location: '/elsewhere' }).end();
				else response.writeHead(200).end();
			});
			const callId = await sendCall(app, `${receiver.url}/here`);
			const { attempts } = await delivery(app, callId, ENDED, hasState('delivered'));
			expect(attempts).toMatchObject([
				{ response: { status, headers: { location: '/elsewhere' } }, error: null },
				{ response: { status: 200 } },
			]);
			expect(new Set(receiver.requests.map(({ path }) => path))).toEqual(new Set(['/here']));
		},
	);

	it('[V7] with a 410 stops and becomes canceled', async () => {
		const app = await startApp(FAST);
		const receiver = await startReceiver((response) => response.writeHead(410).end());
		const callId = await sendCall(app, receiver.url);
		for (const type of [INITIATED, ENDED])
			expect(await delivery(app, callId, type, hasState('canceled'))).toMatchObject({
				nextAttemptAt: null,
				attempts: [{ number: 1, response: { status: 410 } }],
			});
		expect(receiver.requests).toHaveLength(2);
	});

	it.each([
		[429, '30', 30_000],
		[503, '30', 30_000],
		[503, 'a date', 41_000],
		[429, 'a date', 41_000],
		[429, '0', 1_000],
		[503, 'a past date', 1_000],
		[503, 'soon', 1_000],
		[429, undefined, 1_000],
		[500, '30', 1_000],
		[404, '30', 1_000],
		// A day is the upper bound for Retry-After.
		[503, '999999999999999999999', 86_400_000],
		[429, '99999999', 86_400_000],
	])('[V8] with %d and Retry-After %s is retried after %d ms, at any speed', async (status, said, waitMs) => {
		const clock = manualClock();
		clock.advance(1_000 - (clock.now() % 1_000)); // an HTTP date has whole seconds
		const app = await startApp({}, { now: clock.now, chance: MAX_CHANCE });
		const dates: Record<string, string> = {
			'a date': new Date(clock.now() + 41_000).toUTCString(),
			'a past date': new Date(clock.now() - 41_000).toUTCString(),
		};
		const header = said === undefined ? {} : { 'retry-after': dates[said] ?? said };
		const receiver = await startReceiver((response, request, count) => {
			if (count <= 2) response.writeHead(typeOf(request) === ENDED ? status : 204, header).end();
			else response.writeHead(204).end();
		});
		const callId = await sendCall(app, receiver.url);
		const { nextAttemptAt } = await delivery(app, callId, ENDED, hasAttempts(1));
		expect(nextAttemptAt).toBe(after(clock.now(), waitMs));
		clock.advance(waitMs);
		await wakeProvider(app);
		const { attempts } = await delivery(app, callId, ENDED, hasState('delivered'));
		expect(Date.parse(attempts[1]!.at) - Date.parse(attempts[0]!.at)).toBe(waitMs);
	});

	it('[V8] waits the whole Retry-After at any speed', async () => {
		const clock = manualClock();
		const app = await startApp(FAST, { now: clock.now, chance: MAX_CHANCE });
		const receiver = await startReceiver((response) => response.writeHead(429, { 'retry-after': '7' }).end());
		const callId = await sendCall(app, receiver.url);
		const { nextAttemptAt } = await delivery(app, callId, ENDED, hasAttempts(1));
		expect(nextAttemptAt).toBe(after(clock.now(), 7_000));
	});

	it.each([
		[16 * 1_024 - 1, false],
		[16 * 1_024, false],
		[16 * 1_024 + 1, true],
		[900_000, true],
	])('[V9] with a response of %d bytes keeps its first 16 KiB (truncated: %s)', async (size, truncated) => {
		const app = await startApp();
		const body = 'abcdefghij'.repeat(Math.ceil(size / 10)).slice(0, size);
		const receiver = await startReceiver((response) => response.writeHead(200).end(body));
		const callId = await sendCall(app, receiver.url);
		const { attempts } = await delivery(app, callId, ENDED, hasState('delivered'));
		expect(attempts[0]?.response?.truncated).toBe(truncated);
		expect(attempts[0]?.response?.body === body.slice(0, 16 * 1_024)).toBe(true);
	});

	it('[V10] that fails or hangs never blocks the next one', async () => {
		const clock = manualClock();
		const app = await startApp({}, { now: clock.now, chance: MAX_CHANCE });
		const receiver = await startReceiver((response, request) => {
			if (typeOf(request) === INITIATED) response.writeHead(500).end();
			else if (typeOf(request) === 'call.ringing')
				return; // hangs until the test ends
			else response.writeHead(204).end();
		});
		const callId = await sendCall(app, receiver.url, { scenario: { outcome: 'completed', delayMs: 0 } });
		await delivery(app, callId, INITIATED, hasAttempts(1));
		clock.advance(1_000); // a webhook without a finished attempt delays later ones by at most a second
		await wakeProvider(app);
		await delivery(app, callId, 'call.in-progress', hasState('delivered'));
		await delivery(app, callId, ENDED, hasState('delivered'));
		expect((await deliveriesOf(app, callId)).map(({ state }) => state)).toEqual([
			...['retrying', 'pending', 'delivered', 'delivered'],
		]);
	});

	it('[V11] continues at the same place in its schedule after a restart', async () => {
		const clock = manualClock();
		const held = { now: clock.now, chance: MAX_CHANCE };
		const first = await startApp({}, held);
		const receiver = await startReceiver((response, _request, count) => {
			response.writeHead(count <= 4 ? 500 : 204).end();
		});
		const callId = await sendCall(first, receiver.url);
		for (const type of [INITIATED, ENDED]) await delivery(first, callId, type, hasAttempts(1));
		clock.advance(1_000);
		await wakeProvider(first);
		for (const type of [INITIATED, ENDED]) await delivery(first, callId, type, hasAttempts(2));
		const before = await deliveriesOf(first, callId);
		await first.close();

		const second = await startApp(first.env, held);
		expect(await deliveriesOf(second, callId)).toEqual(before);
		clock.advance(5_000);
		await wakeProvider(second);
		const { id, attempts } = await delivery(second, callId, ENDED, hasState('delivered'));
		expect(attempts.map(({ number }) => number)).toEqual([1, 2, 3]);
		expect(id).toBe(before[1]!.id);
	});

	it.each(['a clock that jumped', 'a restart'])(
		'[V12] is sent in the order of its call’s webhooks after %s',
		async (why) => {
			const clock = manualClock();
			const first = await startApp({}, { now: clock.now });
			const held: (() => void)[] = [];
			const receiver = await startReceiver((response, { path }) => {
				const respond = (): void => void response.writeHead(204).end();
				if (path === '/slow') held.push(respond);
				else respond();
			});
			const talk = { scenario: { outcome: 'completed', delayMs: 4_000 } };
			const slow = await sendCall(first, `${receiver.url}/slow`, talk);
			const other = await sendCall(first, `${receiver.url}/quick`, talk);
			if (why === 'a restart') await first.close();
			clock.advance(60_000);
			const app = why === 'a restart' ? await startApp(first.env, { now: clock.now }) : first;
			await wakeProvider(app);
			// All webhooks of both calls are long due. Each webhook of the slow call waits for the response to the
			// previous one.
			const seen = (): string[] => receiver.requests.filter(({ path }) => path === '/slow').map(typeOf);
			const types = [INITIATED, 'call.ringing', 'call.in-progress', ENDED];
			await delivery(app, other, ENDED, hasState('delivered'));
			for (const [i, type] of types.entries()) {
				await expect.poll(() => held.length, SOON).toBe(i + 1);
				expect(seen()).toEqual(types.slice(0, i + 1));
				held[i]!();
				await delivery(app, slow, type, hasState('delivered'));
			}
			expect(receiver.requests.filter(({ path }) => path === '/quick').map(typeOf)).toEqual(types);
		},
	);

	it('[V12] that hangs delays the later ones of its call by a second', async () => {
		const clock = manualClock();
		const app = await startApp({}, { now: clock.now });
		const receiver = await startReceiver((response, request) => {
			if (typeOf(request) !== INITIATED) response.writeHead(204).end();
		});
		const callId = await sendCall(app, receiver.url, { scenario: { outcome: 'completed', delayMs: 4_000 } });
		clock.advance(60_000);
		await wakeProvider(app);
		await receiver.received(1);
		clock.advance(999);
		await sendCall(app, receiver.url);
		await receiver.received(2 /* the second is of another call, so the worker has polled by then */);
		expect(receiver.requests.filter(({ body }) => body.includes(callId)).map(typeOf)).toEqual([INITIATED]);
		clock.advance(1);
		await wakeProvider(app);
		await delivery(app, callId, ENDED, hasState('delivered'));
		expect(receiver.requests.filter(({ body }) => body.includes(callId)).map(typeOf)).toEqual([
			...[INITIATED, 'call.ringing', 'call.in-progress', ENDED],
		]);
	});
});

describe('a manual action on a delivery', () => {
	/** Starts an app with a manual clock, and a receiver that responds with `respondWith.status`. */
	async function bench() {
		const clock = manualClock();
		const app = await startApp({}, { now: clock.now, chance: MAX_CHANCE });
		const respondWith = { status: 500 };
		const receiver = await startReceiver((response) => response.writeHead(respondWith.status).end());
		/** Creates a call whose two deliveries have exhausted the schedule. */
		const dead = async (): Promise<string> => {
			const callId = await sendCall(app, receiver.url);
			for (const wait of [...SCHEDULE.entries()]) {
				for (const type of [INITIATED, ENDED]) await delivery(app, callId, type, hasAttempts(wait[0] + 1));
				clock.advance(wait[1]);
				await wakeProvider(app);
			}
			for (const type of [INITIATED, ENDED]) await delivery(app, callId, type, hasState('dead'));
			return callId;
		};
		const redeliver = (id: string) => app.api<{ delivery: Delivery }>('POST', `/api/deliveries/${id}/redeliver`);
		const cancel = (id: string) => app.api<{ delivery: Delivery }>('POST', `/api/deliveries/${id}/cancel`);
		const many = (which: object) => app.api<{ count: number }>('POST', '/api/deliveries/redeliver', which);
		return { clock, app, respondWith, receiver, dead, redeliver, cancel, many };
	}

	it('[V20] redelivering a dead letter sends it at once, numbered and marked as manual; if it fails it is dead again', async () => {
		const { app, respondWith, receiver, dead, redeliver } = await bench();
		const callId = await dead();
		const [, { id } = { id: '' }] = await deliveriesOf(app, callId);

		const again = await redeliver(id);
		expect(again.status).toBe(200);
		expect(Delivery.parse(again.body.delivery)).toMatchObject({ id, callId });
		const failed = await delivery(app, callId, ENDED, hasAttempts(7));
		expect(failed).toMatchObject({ state: 'dead', nextAttemptAt: null });

		respondWith.status = 204;
		await redeliver(id);
		const { attempts } = await delivery(app, callId, ENDED, hasState('delivered'));
		expect(attempts.map(({ number, manual }) => [number, manual])).toEqual([
			...[1, 2, 3, 4, 5, 6].map((number) => [number, false]),
			...[7, 8].map((number) => [number, true]),
		]);
		expect(attempts.at(-1)).toMatchObject({ response: { status: 204 }, error: null });
		const seen = receiver.requests.filter(({ headers }) => headers['webhook-id'] === id);
		expect(seen).toHaveLength(8);
		expect(receiver.requests).toHaveLength(8 + 6);
	});

	it('[V21] redelivering sends a delivered webhook once more and a waiting one now, which keeps its place in the schedule', async () => {
		const { clock, app, respondWith, redeliver } = await bench();
		const receiver = await startReceiver((response, request) => {
			response.writeHead(typeOf(request) === ENDED ? respondWith.status : 204).end();
		});
		const callId = await sendCall(app, receiver.url);
		const { id: first } = await delivery(app, callId, INITIATED, hasState('delivered'));
		await redeliver(first);
		expect(await delivery(app, callId, INITIATED, hasAttempts(2))).toMatchObject({
			state: 'delivered',
			attempts: [{ manual: false }, { manual: true }],
		});

		const { id } = await delivery(app, callId, ENDED, hasAttempts(1));
		clock.advance(400);
		await redeliver(id);
		const waiting = await delivery(app, callId, ENDED, hasAttempts(2));
		expect(waiting).toMatchObject({ state: 'retrying', attempts: [{ manual: false }, { manual: true }] });
		expect(waiting.nextAttemptAt).toBe(after(clock.now(), SCHEDULE[0]!));
		clock.advance(SCHEDULE[0]!);
		await wakeProvider(app);
		const { nextAttemptAt } = await delivery(app, callId, ENDED, hasAttempts(3));
		expect(nextAttemptAt).toBe(after(clock.now(), SCHEDULE[1]!));
	});

	it('[V21] a delivered webhook stays delivered if sending it once more fails', async () => {
		const { clock, app, respondWith, receiver, redeliver } = await bench();
		respondWith.status = 204;
		const callId = await sendCall(app, receiver.url);
		const { id } = await delivery(app, callId, ENDED, hasState('delivered'));
		respondWith.status = 500;
		for (const count of [2, 3]) {
			await redeliver(id);
			expect(await delivery(app, callId, ENDED, hasAttempts(count))).toMatchObject({
				state: 'delivered',
				nextAttemptAt: null,
			});
		}
		clock.advance(1_000_000);
		await wakeProvider(app);
		const seen = (): number => receiver.requests.filter(({ headers }) => headers['webhook-id'] === id).length;
		await delivery(app, await sendCall(app, receiver.url), ENDED, hasAttempts(1));
		expect(seen()).toBe(3);

		// Two redeliveries before one attempt keep the original state of the delivery, so a 410 cancels it.
		respondWith.status = 410;
		await Promise.all([redeliver(id), redeliver(id)]);
		expect(await delivery(app, callId, ENDED, hasState('canceled'))).toMatchObject({ nextAttemptAt: null });
	});

	it('[V22] a bulk redelivery takes ids or a filter, and dryRun only counts', async () => {
		const { app, respondWith, receiver, dead, many } = await bench();
		const [one, two] = [await dead(), await dead()];
		const gone = await sendCall(app, receiver.url, { scenario: { outcome: 'busy', delayMs: 3_600_000 } });
		const [{ providerId }] = (await deliveriesOf(app, gone)) as [Delivery];
		await app.api('POST', `/api/provider/calls/${providerId}/cancel`);
		await expect.poll(async () => (await deliveriesOf(app, gone)).at(-1)?.state, SOON).toBe('retrying');
		const ids = (await deliveriesOf(app, one)).map(({ id }) => id);
		const sentBefore = receiver.requests.length;

		expect((await many({ ids: [...ids, 'msg_unknown'], dryRun: true })).body).toEqual({ count: 2 });
		expect((await many({ filter: { state: 'dead' }, dryRun: true })).body).toEqual({ count: 4 });
		expect((await many({ filter: { state: ['dead', 'delivered'], code: 500 }, dryRun: true })).body).toEqual({
			count: 4,
		});
		expect((await many({ filter: {}, dryRun: true })).body).toEqual({ count: 5 }); // canceled deliveries stay canceled
		expect((await many({ filter: { callId: gone }, dryRun: true })).body).toEqual({ count: 1 }); // the hang-up report
		expect((await many({ filter: { callId: two }, dryRun: false })).body).toEqual({ count: 2 });
		for (const type of [INITIATED, ENDED]) await delivery(app, two, type, hasAttempts(7));
		expect(receiver.requests).toHaveLength(sentBefore + 2);

		respondWith.status = 204;
		expect((await many({ ids })).body).toEqual({ count: 2 });
		for (const type of [INITIATED, ENDED])
			expect((await delivery(app, one, type, hasState('delivered'))).attempts.at(-1)).toMatchObject({
				number: 7,
				manual: true,
			});
		expect((await many({ filter: { state: 'dead' } })).body).toEqual({ count: 2 });
		for (const type of [INITIATED, ENDED]) await delivery(app, two, type, hasState('delivered'));
		expect((await many({ filter: { state: 'dead' } })).body).toEqual({ count: 0 });
		expect(receiver.requests).toHaveLength(sentBefore + 6);
	});

	it('[V23] a canceled delivery is never sent again', async () => {
		const { clock, app, receiver, cancel, redeliver, many } = await bench();
		const callId = await sendCall(app, receiver.url);
		const { id } = await delivery(app, callId, ENDED, hasAttempts(1));
		const other = await delivery(app, callId, INITIATED, hasAttempts(1));
		const response = await cancel(id);
		expect(response.status).toBe(200);
		expect(Delivery.parse(response.body.delivery)).toMatchObject({ id, state: 'canceled', nextAttemptAt: null });

		expectProblem(await cancel(id), 'illegal_transition');
		expectProblem(await redeliver(id), 'illegal_transition');
		expect((await many({ ids: [id] })).body).toEqual({ count: 0 });
		clock.advance(60_000);
		await wakeProvider(app);
		await delivery(app, callId, INITIATED, hasAttempts(2));
		expect(await delivery(app, callId, ENDED, hasState('canceled'))).toMatchObject({ attempts: [{ number: 1 }] });
		expect(receiver.requests).toHaveLength(3);

		await cancel(other.id);
		for (const unknown of ['msg_unknown', '%00', '..', 'a'.repeat(3_000)]) {
			const path = `/api/deliveries/${encodeURIComponent(unknown)}`;
			expect((await app.api<Problem>('POST', `${path}/cancel`)).body.code).toBe('not_found');
			expect((await app.api<Problem>('POST', `${path}/redeliver`)).body.code).toBe('not_found');
		}
	});

	it('[V24] a delivered or dead delivery cannot be canceled', async () => {
		const { app, respondWith, receiver, dead, cancel } = await bench();
		const [{ id }] = (await deliveriesOf(app, await dead())) as [Delivery];
		expectProblem(await cancel(id), 'illegal_transition');
		respondWith.status = 204;
		const callId = await sendCall(app, receiver.url);
		const delivered = await delivery(app, callId, ENDED, hasState('delivered'));
		expectProblem(await cancel(delivered.id), 'illegal_transition');
	});

	it('[V25] a delivery that is canceled during an attempt keeps the record of that attempt', async () => {
		const app = await startApp();
		const held: { respond?: () => void } = {};
		const receiver = await startReceiver((response, request) => {
			if (typeOf(request) === ENDED) held.respond = () => response.writeHead(200).end();
			else response.writeHead(200).end();
		});
		const callId = await sendCall(app, receiver.url);
		await receiver.received(2);
		const { id } = (await deliveriesOf(app, callId))[1]!;
		expect((await app.api('POST', `/api/deliveries/${id}/cancel`)).status).toBe(200);
		held.respond!();
		const { state, attempts } = await delivery(app, callId, ENDED, hasAttempts(1));
		expect(state).toBe('canceled');
		expect(attempts).toMatchObject([{ number: 1, response: { status: 200 } }]);
	});

	it.each(['the delivery', 'the call'])(
		'[V36] canceling %s leaves a delivered webhook that is being sent once more delivered',
		async (what) => {
			const app = await startApp();
			const held: (() => void)[] = [];
			const receiver = await startReceiver((response, request, count) => {
				if (count > 1 && typeOf(request) === INITIATED) held.push(() => response.writeHead(500).end());
				else response.writeHead(204).end();
			});
			const callId = await sendCall(app, receiver.url, {
				scenario: { outcome: 'completed', delayMs: 3_600_500, talkMs: 3_600_000 },
			});
			const { id, providerId } = await delivery(app, callId, INITIATED, hasState('delivered'));
			expect((await app.api('POST', `/api/deliveries/${id}/redeliver`)).status).toBe(200);
			await expect
				.poll(() => receiver.requests.filter(({ headers }) => headers['webhook-id'] === id).length, SOON)
				.toBe(2);
			const path = what === 'the call' ? `provider/calls/${providerId}` : `deliveries/${id}`;
			expect((await app.api('POST', `/api/${path}/cancel`)).status).toBe(200);
			expect(await delivery(app, callId, INITIATED, hasState('delivered'))).toMatchObject({ nextAttemptAt: null });
			held.forEach((respond) => respond());
			expect(await delivery(app, callId, INITIATED, hasAttempts(2))).toMatchObject({
				state: 'delivered',
				nextAttemptAt: null,
			});
		},
	);

	it('[V26] a hang-up cancels the open deliveries of the call', async () => {
		const { app, receiver } = await bench();
		const callId = await sendCall(app, receiver.url, { scenario: { outcome: 'completed', delayMs: 3_600_000 } });
		const [{ providerId }] = (await deliveriesOf(app, callId)) as [Delivery];
		await app.api('POST', `/api/provider/calls/${providerId}/cancel`);
		const planned = (await deliveriesOf(app, callId)).slice(0, 4);
		expect(planned.map(({ state, nextAttemptAt }) => [state, nextAttemptAt])).toEqual(
			planned.map(() => ['canceled', null]),
		);
		// The only webhook that was sent is the provider's final report: the call was hung up.
		const [request] = await receiver.received(1);
		expect(JSON.parse(request!.body)).toMatchObject({ status: 'FAILED', outcome: 'canceled', sequence: 5 });
	});

	it('[V27] a webhook without an attempt is sent at its own time and cannot be redelivered', async () => {
		const { app, receiver, redeliver, many } = await bench();
		const callId = await sendCall(app, receiver.url, { scenario: { outcome: 'completed', delayMs: 3_600_000 } });
		const before = await deliveriesOf(app, callId);
		expect(expectDetail(await redeliver(before[0]!.id))).toMatch(/not been attempted/);
		for (const which of [{ filter: {} }, { filter: { callId } }, { ids: before.map(({ id }) => id) }])
			for (const dryRun of [true, false]) expect((await many({ ...which, dryRun })).body).toEqual({ count: 0 });
		expect(await deliveriesOf(app, callId)).toEqual(before);
		expect(receiver.requests).toEqual([]);
	});

	it('[V28] redelivering a delivery during an attempt is refused, and a bulk redelivery does not count it', async () => {
		const { clock, app, redeliver, many } = await bench();
		const held: (() => void)[] = [];
		const receiver = await startReceiver((response, request, count) => {
			if (typeOf(request) === ENDED && count > 2) held.push(() => response.writeHead(204).end());
			else response.writeHead(typeOf(request) === ENDED ? 500 : 204).end();
		});
		const callId = await sendCall(app, receiver.url);
		const { id } = await delivery(app, callId, ENDED, hasAttempts(1));
		clock.advance(1_000);
		await wakeProvider(app);
		await receiver.received(3);
		expect(expectDetail(await redeliver(id))).toMatch(/in progress/);
		expect((await many({ ids: [id] })).body).toEqual({ count: 0 });
		held.forEach((respond) => respond());
		const { attempts } = await delivery(app, callId, ENDED, hasState('delivered'));
		expect(attempts.map(({ manual }) => manual)).toEqual([false, false]);
		expect((await redeliver(id)).status).toBe(200);
	});
});

describe('the list of deliveries', () => {
	interface Page {
		deliveries: Delivery[];
		nextPage: string | null;
	}
	const list = async (app: TestApp, query = ''): Promise<Page> =>
		(await app.api<Page>('GET', `/api/deliveries${query}`)).body;

	it('[V30] is newest first, and its pages show each once', async () => {
		const clock = manualClock();
		const app = await startApp({}, { now: clock.now });
		const receiver = await startReceiver((response) => response.writeHead(204).end());
		const calls: string[] = [];
		for (let i = 0; i < 7; i++) {
			calls.push(await sendCall(app, receiver.url));
			clock.advance(10);
		}
		await wakeProvider(app);
		for (const callId of calls) await delivery(app, callId, ENDED, hasState('delivered'));
		const all = (await list(app)).deliveries.filter(({ callId }) => callId !== 'nudge');
		expect(all.map(({ callId }) => callId)).toEqual(calls.toReversed().flatMap((callId) => [callId, callId]));

		const seen: Delivery[] = [];
		const sizes: number[] = [];
		let page: string | null = '';
		while (page !== null) {
			const next: Page = await list(app, `?state=delivered&limit=3&page=${page}`);
			seen.push(...next.deliveries);
			sizes.push(next.deliveries.length);
			page = next.nextPage;
		}
		expect(seen).toEqual(all);
		expect(sizes).toEqual([3, 3, 3, 3, 2]);
	});

	it('[V31] filters by state, call, response status and time; state repeats, and an empty value counts as absent', async () => {
		const clock = manualClock();
		const app = await startApp({}, { now: clock.now, chance: MAX_CHANCE });
		const statuses: Record<string, number> = { '/ok': 200, '/gone': 410, '/broken': 500 };
		const receiver = await startReceiver((response, { path }) => response.writeHead(statuses[path]!).end());
		const calls: Record<string, string> = {};
		const madeAt: Record<string, string> = {};
		for (const path of Object.keys(statuses)) {
			madeAt[path] = new Date(clock.now()).toISOString();
			calls[path] = await sendCall(app, `${receiver.url}${path}`);
			await delivery(app, calls[path], ENDED, hasAttempts(1));
			await delivery(app, calls[path], INITIATED, hasAttempts(1));
			clock.advance(100);
		}
		madeAt['/far'] = new Date(clock.now()).toISOString();
		calls['/far'] = await sendCall(app, receiver.url, { scenario: { outcome: 'busy', delayMs: 3_600_000 } });
		const found = async (query: string): Promise<string[]> => {
			const { deliveries } = await list(app, query);
			return [...new Set(deliveries.map(({ callId }) => Object.keys(calls).find((path) => calls[path] === callId)!))];
		};
		const everything = ['/far', '/broken', '/gone', '/ok'];
		const expected: [string, string[]][] = [
			['', everything],
			['?state=&callId=&code=&from=&to=&limit=&page=', everything],
			['?state=delivered', ['/ok']],
			['?state=canceled&state=retrying', ['/broken', '/gone']],
			['?state=pending', ['/far']],
			['?state=dead', []],
			[`?callId=${calls['/gone']!}`, ['/gone']],
			['?callId=nobody', []],
			['?code=500', ['/broken']],
			['?code=410', ['/gone']],
			['?code=599', []],
			[`?from=${madeAt['/broken']!}`, ['/far', '/broken']],
			[`?to=${madeAt['/gone']!}`, ['/ok']],
			[`?from=${madeAt['/gone']!}&to=${madeAt['/far']}`, ['/broken', '/gone']],
			[`?from=${madeAt['/gone']!.replace('Z', '%2B00:00')}&state=canceled&code=410`, ['/gone']],
			['?state=delivered&code=410', []],
		];
		for (const [query, paths] of expected) expect([query, await found(query)]).toEqual([query, paths]);
		expect((await list(app, '?limit=1')).deliveries).toHaveLength(1);
	});

	it('[V32] names invalid parameters and bodies, and sends nothing', async () => {
		const app = await startApp();
		const receiver = await startReceiver((response) => response.writeHead(204).end());
		const callId = await sendCall(app, receiver.url);
		for (const type of [INITIATED, ENDED]) await delivery(app, callId, type, hasState('delivered'));
		const before = await list(app);

		for (const [query, path] of [
			['state=sent', 'state'],
			['code=abc', 'code'],
			['code=99', 'code'],
			['code=200&code=201', 'code'],
			['from=yesterday', 'from'],
			['to=2026-02-30T00:00:00Z', 'to'],
			['limit=0', 'limit'],
			['limit=201', 'limit'],
			['limit=1.5', 'limit'],
		])
			expect([query, ...expectProblem(await app.api('GET', `/api/deliveries?${query!}`), 'invalid_input')]).toEqual([
				query,
				expect.stringContaining(path!) as string,
			]);
		expectProblem(await app.api('GET', '/api/deliveries?status=dead'), 'unknown_parameter');
		for (const page of ['1', 'sim_x.1', `sim_${'0'.repeat(32)}.1.2`])
			expectProblem(await app.api('GET', `/api/deliveries?page=${page}`), 'invalid_page');

		const [{ id }] = before.deliveries as [Delivery];
		for (const body of [
			{},
			{ ids: [] },
			{ ids: [1] },
			{ ids: 'all' },
			{ ids: [id], filter: {} },
			{ ids: Array.from({ length: 1_001 }, () => id) },
			{ filter: { state: 'sent' } },
			{ filter: { status: 'dead' } },
			{ filter: { limit: 1 } },
			// An empty variable in a script must not mean everything.
			{ filter: { callId: '' } },
			{ filter: { state: '' } },
			{ filter: { state: [] } },
			{ filter: { state: 'dead', code: '' } },
			{ filter: { from: '', to: '' } },
			{ filter: null },
			{ ids: [id], dryRun: 'yes' },
			{ ids: [id], all: true },
			[id],
			null,
		])
			expectProblem(await app.api('POST', '/api/deliveries/redeliver', body), 'invalid_input');
		expectProblem(await app.api('POST', '/api/deliveries/redeliver', '{'), 'invalid_json');
		expectProblem(
			await app.api('POST', '/api/deliveries/redeliver', 'ids=1', { 'content-type': 'text/plain' }),
			'unsupported_media_type',
		);
		for (const path of ['redeliver', `${id}/redeliver`, `${id}/cancel`])
			expectProblem(await app.api('POST', `/api/deliveries/${path}?dryRun=1`, { ids: [id] }), 'unknown_parameter');
		expect(await list(app)).toEqual(before);
		expect(receiver.requests).toHaveLength(2);
	});

	it('[V33] needs the token if one is set', async () => {
		const app = await startApp({ API_TOKEN: 'secret-token' });
		const anonymous = { authorization: '' };
		for (const [method, path] of [
			['GET', '/api/deliveries'],
			['POST', '/api/deliveries/redeliver'],
			['POST', '/api/deliveries/x/redeliver'],
			['POST', '/api/deliveries/x/cancel'],
		] as const)
			expectProblem(await app.api(method, path, undefined, anonymous), 'unauthorized');
		expect((await app.api('GET', '/api/deliveries')).body).toEqual({ deliveries: [], nextPage: null });
	});

	it('[V34] has the same deliveries as the call, which shows them in planned order', async () => {
		const app = await startApp();
		const { id } = await app.create({ scenario: ENDS_AT_ONCE });
		await delivery(app, id, ENDED, hasState('delivered'));
		await delivery(app, id, INITIATED, ({ state }) => state === 'delivered');
		await expect.poll(async () => (await app.timeline(id)).deliveries, SOON).toEqual(await deliveriesOf(app, id));
	});
});
