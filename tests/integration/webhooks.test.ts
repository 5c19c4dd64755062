import { randomUUID } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { Delivery, ProviderReport, WEBHOOK_PATH, type Call, type ProviderCall } from '#contract';
import { startApp, type ApiResponse, type TestApp } from '#tests/support/app.ts';
import { openTestDatabase } from '#tests/support/database.ts';
import { expectProblem } from '#tests/support/problems.ts';
import { startReceiver, type Received } from '#tests/support/receiver.ts';
import { SOON } from '#tests/support/soon.ts';
import { openFollowingTab } from '#tests/support/tab.ts';
import { FAR_FUTURE, expectNoEffect } from '#tests/support/trace.ts';
import { newSecret, postWebhook } from '#tests/support/webhook.ts';

/** An environment in which a call takes an hour, so that an accepted call does nothing by itself. */
const SLOW = { PROVIDER_DELAY_MS_MIN: '3600000', PROVIDER_DELAY_MS_MAX: '3600000' };
const NO_CALL = '019abcde-0000-7000-8000-000000000000';
const MINUTE = 60_000;
const ago = (ms: number): Date => new Date(Date.now() - ms);

interface WebhookResponse {
	ok: true;
	call: Call;
	idempotent?: true;
}

/** Creates a call for the far future. Returns the call with a report that it rings. */
async function callToReport(app: TestApp): Promise<{ call: Call; report: Record<string, unknown> }> {
	const call = await app.create({ scheduledAt: FAR_FUTURE });
	return { call, report: { callId: call.id, providerId: 'sim_1', status: 'PENDING', phase: 'RINGING' } };
}

const eventTypes = async (app: TestApp, id: string): Promise<string[]> =>
	(await app.timeline(id)).events.map(({ type }) => type);

describe('a webhook', () => {
	it('[W1] that is unsigned, wrongly signed, tampered or half signed is 401 and changes nothing', async () => {
		const app = await startApp(SLOW);
		const { report } = await callToReport(app);
		const body = JSON.stringify({ ...report, status: 'COMPLETED' });
		const now = new Date();
		const signed: Record<string, string> = {
			'webhook-id': 'msg_1',
			'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
			'webhook-signature': new Webhook(app.secret).sign('msg_1', now, body),
		};
		const send = (headers: Record<string, string>, text = body): Promise<ApiResponse<unknown>> =>
			app.api('POST', WEBHOOK_PATH, text, headers);

		await expectNoEffect(app, async () => {
			expectProblem(await send({}), 'invalid_signature');
			expectProblem(await app.api('POST', WEBHOOK_PATH), 'invalid_signature');
			expectProblem(await send(signed, ''), 'invalid_signature');
			for (const name of Object.keys(signed)) {
				const { [name]: _left, ...others } = signed;
				expectProblem(await send(others), 'invalid_signature');
				expectProblem(await send({ ...signed, [name]: '' }), 'invalid_signature');
			}
			for (const odd of ['abc', '.0', ' 1', 'e0'])
				expectProblem(
					await send({ ...signed, 'webhook-timestamp': `${signed['webhook-timestamp']}${odd}` }),
					'invalid_signature',
				);
			const signature = signed['webhook-signature']!;
			for (const [name, value] of [
				...[
					['webhook-id', 'msg_2'],
					['webhook-id', 'x'.repeat(256)],
					['webhook-timestamp', 'now'],
				],
				...[
					['webhook-timestamp', String(Number(signed['webhook-timestamp']) + 1)],
					['webhook-signature', 'v1,'],
				],
				...[
					['webhook-signature', signature.replace('v1,', 'v2,')],
					['webhook-signature', signature.slice(3)],
				],
				...[
					['webhook-signature', 'v1'],
					['webhook-signature', `${signature}x`],
					['webhook-signature', 'v1a,AAAA'],
				],
			])
				expectProblem(await send({ ...signed, [name!]: value! }), 'invalid_signature');
			for (const other of [body.replace('COMPLETED', 'FAILED'), `${body} `, body.slice(0, -1)])
				expectProblem(await send(signed, other), 'invalid_signature');
			expectProblem(await postWebhook(app, report, { secret: newSecret() }), 'invalid_signature');
		});
		expect((await send(signed)).status).toBe(200);
	});

	it('[W2] that is more than five minutes off, in either direction, is 401 and changes nothing', async () => {
		const app = await startApp(SLOW);
		const { report } = await callToReport(app);
		await expectNoEffect(app, async () => {
			for (const off of [5 * MINUTE + 5_000, 24 * 60 * MINUTE, -5 * MINUTE - 5_000, -24 * 60 * MINUTE])
				expectProblem(await postWebhook(app, report, { at: ago(off) }), 'invalid_signature');
		});
		for (const off of [4 * MINUTE, -4 * MINUTE])
			expect((await postWebhook(app, report, { at: ago(off) })).status).toBe(200);
	});

	it('[W3] is verified by each of several secrets, signed by the first, and needs one valid signature', async () => {
		const [first, second] = [newSecret(), newSecret()];
		const app = await startApp({ ...SLOW, WEBHOOK_SECRET: `${first} ${second}` });
		const { report } = await callToReport(app);
		for (const secret of [first, second]) expect((await postWebhook(app, report, { secret })).status).toBe(200);

		const at = new Date();
		const body = JSON.stringify(report);
		const both = [newSecret(), second].map((secret) => new Webhook(secret).sign('msg_both', at, body)).join(' ');
		const headers = { 'webhook-signature': both };
		expect((await postWebhook(app, report, { id: 'msg_both', at, headers })).status).toBe(200);

		const receiver = await startReceiver((response) => response.end());
		await app.settings({ delayMs: { min: 0, max: 0 } });
		await sendCall(app, { callbackUrl: receiver.url });
		const [webhook] = await receiver.received(1);
		expect(verified(webhook!, first)).toMatchObject({ status: 'PENDING' });
		expect(() => verified(webhook!, second)).toThrow(/signature/i);
	});

	it('[W4] with a valid signature and an invalid body is 400 with paths, changes nothing, and its id is not used up', async () => {
		const app = await startApp(SLOW);
		const { call, report } = await callToReport(app);
		await expectNoEffect(app, async () => {
			for (const text of ['', '{', 'hello', `${JSON.stringify(report)},`])
				expectProblem(await postWebhook(app, text), 'invalid_json');
			for (const [path, over] of [
				...([
					['callId', { callId: '' }],
					['callId', { callId: 7 }],
					['providerId', { providerId: null }],
				] as const),
				...([
					['status', { status: 'RINGING' }],
					['phase', { phase: 'LOST' }],
					['outcome', { outcome: 'fine' }],
				] as const),
				...([
					['sequence', { sequence: -1 }],
					['occurredAt', { occurredAt: 'noon' }],
					['durationMs', { durationMs: 0.5 }],
				] as const),
			]) {
				const response = await postWebhook(app, { ...report, ...over }, { id: 'msg_mended' });
				expect(expectProblem(response, 'invalid_input')).toEqual([path]);
			}
			for (const other of ['null', '[]', '"text"']) expectProblem(await postWebhook(app, other), 'invalid_input');
		});
		const corrected = await postWebhook<WebhookResponse>(app, report, { id: 'msg_mended' });
		expect(corrected.body.call).toMatchObject({ id: call.id, phase: 'RINGING' });
	});
});

describe('the checks of a webhook, in order', () => {
	it('[W10] an unknown call is 410, even with a known webhook-id, and nothing changes', async () => {
		const app = await startApp(SLOW);
		const { call, report } = await callToReport(app);
		expect((await postWebhook(app, report, { id: 'msg_known' })).status).toBe(200);
		await app.api('DELETE', `/api/calls/${call.id}`);
		await expectNoEffect(app, async () => {
			expectProblem(await postWebhook(app, report, { id: 'msg_known' }), 'call_gone');
			expectProblem(await postWebhook(app, { ...report, callId: NO_CALL }, { id: 'msg_known' }), 'call_gone');
			expectProblem(await postWebhook(app, { ...report, callId: NO_CALL }), 'call_gone');
		});
	});

	it('[W11] a terminal call is idempotent, before any check of webhook-id, provider or phase', async () => {
		const app = await startApp(SLOW);
		const { call, report } = await callToReport(app);
		await postWebhook(app, { ...report, status: 'COMPLETED' }, { id: 'msg_known' });
		const ended = await app.call(call.id);
		await expectNoEffect(app, async () => {
			for (const [over, id] of [
				[{ status: 'FAILED' }, 'msg_known'],
				[{ providerId: 'sim_2' }, 'msg_new'],
				[{ phase: 'INITIATED' }, 'msg_new'],
			] as const) {
				const { status, body } = await postWebhook(app, { ...report, ...over }, { id });
				expect([status, body]).toEqual([200, { ok: true, call: ended, idempotent: true }]);
			}
		});
	});

	it('[W12] a known webhook-id is 200 and changes nothing, with any body', async () => {
		const app = await startApp(SLOW);
		const { report } = await callToReport(app);
		const first = await postWebhook<WebhookResponse>(app, report, { id: 'msg_known' });
		await expectNoEffect(app, async () => {
			for (const over of [{}, { phase: 'IN_PROGRESS' }, { status: 'COMPLETED' }, { providerId: 'sim_2' }]) {
				const { status, body } = await postWebhook(app, { ...report, ...over }, { id: 'msg_known' });
				expect([status, body]).toEqual([200, { ok: true, call: first.body.call }]);
			}
		});
	});

	it('[W12] many concurrent copies of one webhook make one event', async () => {
		const app = await startApp(SLOW);
		const { call, report } = await callToReport(app);
		const responses = await Promise.all(
			Array.from({ length: 20 }, () => postWebhook<WebhookResponse>(app, report, { id: 'msg_many' })),
		);
		expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([200]));
		expect(await eventTypes(app, call.id)).toEqual(['created', 'ringing']);
	});

	it.each([
		['a webhook of another provider', { providerId: 'sim_2', phase: 'IN_PROGRESS' }, 'other-provider'],
		['a final webhook of another provider', { providerId: 'sim_2', status: 'COMPLETED' }, 'other-provider'],
		['a late phase', { phase: 'INITIATED' }, 'late-phase'],
		['a repeated phase', { phase: 'RINGING' }, 'late-phase'],
		['a webhook without news', { phase: undefined }, 'no-news'],
	])('[W13] %s is 200, recorded as `webhook.ignored`, and not pushed', async (_what, over, reason) => {
		const app = await startApp(SLOW);
		const tab = await openFollowingTab(app);
		const { report } = await callToReport(app);
		const { call } = (await postWebhook<WebhookResponse>(app, report)).body;
		const { cursor } = await app.list();
		const { status, body } = await postWebhook(app, { ...report, ...over }, { id: 'msg_ignored' });
		expect([status, body]).toEqual([200, { ok: true, call }]);

		const { events } = await app.timeline(call.id);
		expect(events.map(({ type }) => type)).toEqual(['created', 'ringing', 'webhook.ignored']);
		expect(events.at(-1)!.data).toMatchObject({ reason, webhookId: 'msg_ignored' });
		expect((await app.list()).cursor).toBe(cursor); // the event took a seq but is not a change
		const next = await app.create({ scheduledAt: FAR_FUTURE });
		await tab.until(() => tab.changes().some((change) => 'call' in change && change.call.id === next.id));
		expect(tab.frames.at(-1)).toMatchObject({ previous: cursor, changes: [{ type: 'created' }] });
		expect(next.seq).toBe(call.seq + 2);
	});

	it('[W14] unknown fields of a webhook are kept with the event', async () => {
		const app = await startApp(SLOW);
		const { call, report } = await callToReport(app);
		const said = { ...report, carrier: { trunk: 7, notes: ['ü', null] }, sequence: 3, AnsweredBy: 'machine' };
		await postWebhook(app, said, { id: 'msg_kept' });
		const event = (await app.timeline(call.id)).events.at(-1)!;
		expect(event).toMatchObject({ type: 'ringing', data: { webhookId: 'msg_kept', report: said } });

		const odd = `{"__proto__":{"trunk":7},${JSON.stringify({ ...report, phase: 'IN_PROGRESS' }).slice(1)}`;
		expect((await postWebhook(app, odd, { id: 'msg_odd' })).status).toBe(200);
		const { data } = (await app.timeline(call.id)).events.at(-1)!;
		expect(Object.getOwnPropertyDescriptor(data.report, '__proto__')?.value).toEqual({ trunk: 7 });
	});

	it('[W15] a webhook that overtakes the response of send-call gives the call its providerId', async () => {
		const held: { respond(): void }[] = [];
		const provider = await startReceiver((response, { path }) => {
			const send = (body: object): void => {
				response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
			};
			if (path.endsWith('/send-call')) held.push({ respond: () => send({ providerId: 'sim_fast', scheduledInMs: 9 }) });
			else send({});
		});
		const app = await startApp({ PROVIDER_URL: provider.url });
		const tab = await openFollowingTab(app);
		const { id } = await app.create();
		await provider.received(1);
		const report = { callId: id, providerId: 'sim_fast', status: 'PENDING', phase: 'RINGING' };
		const { body } = await postWebhook<WebhookResponse>(app, report);
		expect(body.call).toMatchObject({ providerId: 'sim_fast', phase: 'RINGING' });
		held[0]!.respond();
		const { body: end } = await postWebhook<WebhookResponse>(app, { ...report, status: 'COMPLETED', phase: 'ENDED' });
		expect(end.call).toMatchObject({ providerId: 'sim_fast', status: 'COMPLETED' });
		expect(await tab.ended(id)).toEqual(end.call);
	});

	it('[W15] a final webhook that overtakes the response ends the call, without a hang-up', async () => {
		const held: { respond(): void }[] = [];
		const provider = await startReceiver((response) => {
			const body = JSON.stringify({ providerId: 'sim_fast', scheduledInMs: 9 });
			held.push({ respond: () => void response.setHeader('content-type', 'application/json').end(body) });
		});
		const app = await startApp({ PROVIDER_URL: provider.url });
		const { id } = await app.create();
		await provider.received(1);
		await postWebhook(app, { callId: id, providerId: 'sim_fast', status: 'FAILED', outcome: 'busy' });
		held[0]!.respond();
		await expect.poll(() => eventTypes(app, id), SOON).toEqual(['created', 'ended', 'dispatch.attempt']);
		expect(await app.call(id)).toMatchObject({ status: 'FAILED', outcome: 'busy', providerId: 'sim_fast' });
		await app.close();
		expect(provider.requests).toHaveLength(1);
	});
});

interface Accepted {
	providerId: string;
	scheduledInMs: number;
}

const ASK = { callId: 'theirs-1', phoneNumber: '+12025550100', workflow: 'SALES' };

async function sendCall(app: TestApp, over: Record<string, unknown> = {}): Promise<Accepted> {
	const { status, body } = await app.api<Accepted>('POST', '/api/provider/send-call', { ...ASK, ...over });
	expect(status).toBe(200);
	return body;
}

/** Verifies the signature as a receiver does. Returns the parsed body. */
const verified = ({ body, headers }: Received, secret: string): unknown =>
	new Webhook(secret).verify(body, headers as Record<string, string>);

const reportOf = ({ body }: Received): ProviderReport => ProviderReport.parse(JSON.parse(body));

interface StoredDelivery {
	type: string;
	state: string;
	attempts: number;
	dueAt: number | null;
}
/** Returns the deliveries of a call from the database file. */
async function storedDeliveries(app: TestApp, callId = ASK.callId): Promise<StoredDelivery[]> {
	const database = await openTestDatabase(app.env.DATABASE_URL);
	const sql = 'SELECT "type", "state", "attempts", "dueAt" FROM "Delivery" WHERE "callId" = ? ORDER BY "sequence"';
	const rows = await database.all<StoredDelivery>(sql, callId);
	database.close();
	return rows;
}
const states = async (app: TestApp): Promise<string[]> => (await storedDeliveries(app)).map(({ state }) => state);

describe('the delivery to a foreign receiver', () => {
	it('[W20] sends each event once and in order, signed by Standard Webhooks under its own id', async () => {
		const app = await startApp();
		const receiver = await startReceiver((response) => response.writeHead(204).end());
		const { providerId, scheduledInMs } = await sendCall(app, {
			callbackUrl: `${receiver.url}/hooks?for=me`,
			scenario: 'completed',
		});
		const requests = await receiver.received(4);
		for (const request of requests) {
			expect(request).toMatchObject({ method: 'POST', path: '/hooks?for=me' });
			expect(request.headers).toMatchObject({ 'content-type': 'application/json' });
			expect(verified(request, app.secret)).toEqual(JSON.parse(request.body));
			expect(request.headers.authorization).toBeUndefined();
		}
		expect(new Set(requests.map(({ headers }) => headers['webhook-id'])).size).toBe(4);
		const reports = requests.map(reportOf);
		expect(reports.map(({ sequence, status, phase }) => [sequence, status, phase])).toEqual([
			[1, 'PENDING', 'INITIATED'],
			[2, 'PENDING', 'RINGING'],
			[3, 'PENDING', 'IN_PROGRESS'],
			[4, 'COMPLETED', 'ENDED'],
		]);
		for (const report of reports) expect(report).toMatchObject({ callId: ASK.callId, providerId });
		const { acceptedAt } = (await app.api<{ call: ProviderCall }>('GET', `/api/provider/calls/${providerId}`)).body
			.call;
		expect(Date.parse(reports[3]!.occurredAt!) - Date.parse(acceptedAt)).toBe(scheduledInMs);
		await expect.poll(() => states(app), SOON).toEqual(Array.from({ length: 4 }, () => 'delivered'));
		expect(receiver.requests).toHaveLength(4);
	});

	it('[W21] retries a failed webhook with the same id and body, and a new timestamp and signature', async () => {
		let ahead = 0;
		const app = await startApp({ PROVIDER_SPEED: '1000' }, { now: () => Date.now() + ahead });
		const receiver = await startReceiver((response, _request, count) => {
			ahead += 2_000; // the clock moves by less than a lease in total
			response.writeHead(count <= 2 ? 500 : 200).end();
		});
		await sendCall(app, { callbackUrl: receiver.url, scenario: 'busy' });
		await expect.poll(() => states(app), SOON).toEqual(['delivered', 'delivered']);
		const first = receiver.requests[0]!;
		const again = receiver.requests.filter(({ headers }) => headers['webhook-id'] === first.headers['webhook-id']);
		expect(again.length).toBeGreaterThan(1);
		for (const request of again) {
			expect(request.body).toBe(first.body);
			expect(verified(request, app.secret)).toEqual(JSON.parse(first.body));
		}
		const timestamps = again.map(({ headers }) => Number(headers['webhook-timestamp']));
		expect(timestamps).toEqual([...new Set(timestamps)].toSorted((a, b) => a - b));
		expect(receiver.requests).toHaveLength(4);
	});

	it('[W22] sends the next webhook although the one before it fails', async () => {
		const app = await startApp({}, { chance: () => 0.999 });
		const receiver = await startReceiver((response, request) => {
			response.writeHead(reportOf(request).phase === 'RINGING' ? 500 : 200).end();
		});
		await sendCall(app, { callbackUrl: receiver.url, scenario: 'completed' });
		await expect.poll(() => states(app), SOON).toEqual(['delivered', 'retrying', 'delivered', 'delivered']);
		const [, ringing] = await storedDeliveries(app);
		expect(ringing!.type).toBe('call.ringing');
		expect(ringing!.dueAt).not.toBeNull();
	});

	it('[W23] follows no redirect, and is dead after its schedule', async () => {
		const app = await startApp({ PROVIDER_SPEED: '1000' });
		const receiver = await startReceiver((response) => response.writeHead(302, { location: '/elsewhere' }).end());
		await sendCall(app, { callbackUrl: `${receiver.url}/hook`, scenario: { outcome: 'busy', delayMs: 0 } });
		await expect.poll(() => states(app), SOON).toEqual(['dead', 'dead']);
		expect(receiver.requests.map(({ path }) => path)).toEqual(Array.from({ length: 12 }, () => '/hook'));
		expect(await storedDeliveries(app)).toMatchObject([
			{ attempts: 6, dueAt: null },
			{ attempts: 6, dueAt: null },
		]);
	});

	it('[W24] is canceled after one attempt with a 410', async () => {
		const app = await startApp({ PROVIDER_SPEED: '1000' });
		const receiver = await startReceiver((response) => response.writeHead(410).end());
		await sendCall(app, { callbackUrl: receiver.url, scenario: 'busy' });
		await expect.poll(() => states(app), SOON).toEqual(['canceled', 'canceled']);
		expect(await storedDeliveries(app)).toMatchObject([
			{ attempts: 1, dueAt: null },
			{ attempts: 1, dueAt: null },
		]);
		expect(receiver.requests).toHaveLength(2);
	});

	it.each([
		[429, '120', true],
		[503, '120', true],
		[429, new Date(Date.now() + 600_000).toUTCString(), true],
		[500, '120', false],
	])('[W25] respects a %s with Retry-After %s, at any speed', async (status, after, respected) => {
		const app = await startApp({ PROVIDER_SPEED: '1000' });
		const receiver = await startReceiver((response, _request, count) => {
			response.writeHead(count === 1 ? status : 200, { 'retry-after': after }).end();
		});
		const before = Date.now();
		await sendCall(app, { callbackUrl: receiver.url, scenario: { outcome: 'busy', delayMs: 0 } });
		await expect
			.poll(() => states(app), SOON)
			.toEqual(respected ? ['retrying', 'delivered'] : ['delivered', 'delivered']);
		if (respected) expect((await storedDeliveries(app))[0]!.dueAt).toBeGreaterThanOrEqual(before + 119_000);
	});

	it('[W26] retries while the receiver is unreachable, and delivers once it is reachable', async () => {
		const app = await startApp({ PROVIDER_SPEED: '1000' });
		const receiver = await startReceiver((response, _request, count) => {
			if (count <= 3) response.destroy();
			else response.end();
		});
		await sendCall(app, { callbackUrl: receiver.url, scenario: { outcome: 'busy', delayMs: 0 } });
		await expect.poll(() => states(app), SOON).toEqual(['delivered', 'delivered']);
	});

	it('[W27] stores each attempt with its request and its response', async () => {
		const app = await startApp();
		const tab = await openFollowingTab(app);
		const { id } = await app.create({ scenario: 'busy' });
		await tab.ended(id);
		const delivered = async (): Promise<boolean> =>
			(await app.timeline(id)).deliveries.every(({ state }) => state === 'delivered');
		await expect.poll(delivered, SOON).toBe(true);
		const { call, deliveries } = await app.timeline(id);
		expect(deliveries.map(({ type }) => type)).toEqual(['call.initiated', 'call.ended']);
		for (const delivery of deliveries.map((each) => Delivery.parse(each))) {
			expect(delivery).toMatchObject({ callId: id, providerId: call.providerId, nextAttemptAt: null });
			const [attempt, ...more] = delivery.attempts;
			expect(more).toEqual([]);
			expect(attempt).toMatchObject({ number: 1, manual: false, error: null });
			expect(attempt!.request.headers['webhook-id']).toBe(delivery.id);
			expect(attempt!.response).toMatchObject({ status: 200, truncated: false });
			expect(JSON.parse(attempt!.response!.body)).toMatchObject({ ok: true, call: { id } });
		}
	});

	it('[W28] goes to this machine, the host of APP_URL and CALLBACK_HOSTS, and to no other host', async () => {
		const env = { ...SLOW, CALLBACK_HOSTS: 'hooks.example Ported.Example:8080', APP_URL: 'https://calls.example' };
		const app = await startApp(env);
		await expectNoEffect(app, async () => {
			for (const callbackUrl of [
				...['http://evil.example/', 'http://hooks.example.evil.example/', 'https://localhost.evil.example/'],
				...[
					'http://ported.example/',
					'http://ported.example:8081/',
					'http://169.254.169.254/latest',
					'http://0.0.0.0/',
				],
				...['http://10.0.0.1/', 'http://user@hooks.example/', 'http://user:pass@localhost/', 'http://[::2]/'],
			]) {
				const response = await app.api('POST', '/api/provider/send-call', { ...ASK, callbackUrl });
				expectProblem(response, 'callback_not_allowed');
			}
		});
		for (const callbackUrl of [
			...['http://localhost:2/', 'http://127.0.0.1:2/x', 'http://[::1]:2/', 'https://hooks.example/a?b=c'],
			...[
				'http://hooks.example:99/',
				'https://HOOKS.example/',
				'http://ported.example:8080/',
				'https://calls.example/x',
			],
		])
			await sendCall(app, { callbackUrl });
	});
});

describe('the Idempotency-Key of send-call', () => {
	/** Sends a call. Returns the response with its exact body. */
	async function send(app: TestApp, key: string, over: Record<string, unknown> = {}) {
		const response = await fetch(`${app.url}/api/provider/send-call`, {
			method: 'POST',
			headers: { 'content-type': 'application/json', 'idempotency-key': key },
			body: JSON.stringify({ ...ASK, ...over }),
		});
		const { status, headers } = response;
		return { status, headers, body: await response.text(), replayed: headers.get('idempotent-replayed') };
	}
	const calls = async (app: TestApp): Promise<ProviderCall[]> =>
		(await app.api<{ calls: ProviderCall[] }>('GET', '/api/provider/calls')).body.calls;

	it('[W30] returns the same bytes for the same body, marked as replayed, and makes one provider call', async () => {
		const app = await startApp(SLOW);
		const first = await send(app, 'key-1');
		expect([first.status, first.replayed]).toEqual([200, null]);
		for (const over of [{}, { workflow: 'SALES', callId: ASK.callId }]) {
			const again = await send(app, 'key-1', over);
			expect([again.status, again.body, again.replayed]).toEqual([200, first.body, 'true']);
			expect(again.headers.get('content-type')).toBe(first.headers.get('content-type'));
		}
		expect(await calls(app)).toHaveLength(1);
		expect(await storedDeliveries(app)).toHaveLength((await calls(app))[0]!.plan.length);
	});

	it('[W31] refuses another body with 422 and changes nothing', async () => {
		const app = await startApp(SLOW);
		const first = await send(app, 'key-1');
		await expectNoEffect(app, async () => {
			for (const over of [
				{ phoneNumber: '+12025550101' },
				{ workflow: 'SUPPORT' },
				{ scenario: 'busy' },
				{ callId: 'x' },
			]) {
				const { status, headers, body } = await send(app, 'key-1', over);
				expectProblem({ status, headers, body: JSON.parse(body) as unknown }, 'idempotency_conflict');
			}
		});
		expect((await send(app, 'key-1')).body).toBe(first.body);
	});

	it('[W32] makes one provider call and one response for concurrent requests', async () => {
		const app = await startApp(SLOW);
		const responses = await Promise.all(Array.from({ length: 10 }, () => send(app, 'key-1')));
		expect(new Set(responses.map(({ body }) => body)).size).toBe(1);
		expect(responses.filter(({ replayed }) => replayed === 'true')).toHaveLength(9);
		expect(await calls(app)).toHaveLength(1);
	});

	it('[W33] makes another provider call for another key or no key', async () => {
		const app = await startApp(SLOW);
		await Promise.all([send(app, randomUUID()), send(app, randomUUID()), sendCall(app), sendCall(app)]);
		expect(await calls(app)).toHaveLength(4);
	});
});
