import { createHmac, timingSafeEqual } from 'node:crypto';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { describe, expect, it } from 'vitest';
import type { Call } from '#contract';
import { startApp, type TestApp } from '#tests/support/app.ts';
import { sendCall } from '#tests/support/deliveries.ts';
import { SOON } from '#tests/support/soon.ts';
import { expectProblem } from '#tests/support/problems.ts';
import { startReceiver, type Received } from '#tests/support/receiver.ts';
import { FAR_FUTURE } from '#tests/support/trace.ts';
import { newSecret, postWebhook } from '#tests/support/webhook.ts';

interface Party {
	/** Returns the value of `webhook-signature`. */
	sign(secret: string, id: string, at: Date, body: string): string;
	/** Throws unless the headers sign this body. */
	verify(secret: string, headers: Record<string, string>, body: string): void;
}

/** Signs as Standard Webhooks specifies: HMAC-SHA256 of `id.timestamp.body`; the key is the base64 after `whsec_`. */
const signManually = (secret: string, id: string, seconds: string, body: string): string =>
	createHmac('sha256', Buffer.from(secret.replace(/^whsec_/, ''), 'base64'))
		.update(`${id}.${seconds}.${body}`)
		.digest('base64');

/** Three independent implementations. svix is pinned to 1.82: from 1.84 on it signs with standardwebhooks. */
const PARTIES: Record<string, Party> = {
	standardwebhooks: {
		sign: (secret, id, at, body) => new StandardWebhook(secret).sign(id, at, body),
		verify: (secret, headers, body) => void new StandardWebhook(secret).verify(body, headers),
	},
	svix: {
		sign: (secret, id, at, body) => new SvixWebhook(secret).sign(id, at, body),
		verify: (secret, headers, body) => void new SvixWebhook(secret).verify(body, headers),
	},
	'node:crypto': {
		sign: (secret, id, at, body) => `v1,${signManually(secret, id, String(Math.floor(at.getTime() / 1_000)), body)}`,
		verify(secret, headers, body) {
			const { 'webhook-id': id = '', 'webhook-timestamp': seconds = '', 'webhook-signature': signed = '' } = headers;
			if (Math.abs(Date.now() / 1_000 - Number(seconds)) > 300) throw new Error('Too far off.');
			const expected = Buffer.from(signManually(secret, id, seconds, body));
			const matches = signed.split(' ').some((one) => {
				const given = Buffer.from(one.replace(/^v1,/, ''));
				return given.length === expected.length && timingSafeEqual(given, expected);
			});
			if (!matches) throw new Error('No matching signature.');
		},
	},
};
const parties = Object.entries(PARTIES);

const headersOf = ({ headers }: Received): Record<string, string> =>
	Object.fromEntries(
		['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => [name, String(headers[name])]),
	);

/** Makes the provider send four webhooks to another receiver. Returns the received webhooks. */
async function sentBy(app: TestApp): Promise<Received[]> {
	const receiver = await startReceiver((response) => response.writeHead(204).end());
	await sendCall(app, receiver.url, { scenario: { outcome: 'completed', delayMs: 0 }, callId: 'Ünïcode – ✓' });
	return receiver.received(4);
}

describe('signatures', () => {
	it.each(parties)(
		'[Y1] the webhooks of this server are accepted by %s, and refused once they are changed',
		async (_name, party) => {
			const app = await startApp();
			for (const webhook of await sentBy(app)) {
				const headers = headersOf(webhook);
				expect(headers['webhook-signature']).toMatch(/^v1,[A-Za-z0-9+/]{43}=$/);
				party.verify(app.secret, headers, webhook.body);
				const refuses = (secret: string, changed: Record<string, string>, body = webhook.body): void =>
					expect(() => party.verify(secret, { ...headers, ...changed }, body)).toThrow();
				refuses(newSecret(), {});
				refuses(app.secret, {}, `${webhook.body} `);
				refuses(app.secret, { 'webhook-id': 'msg_another' });
				refuses(app.secret, { 'webhook-timestamp': String(Number(headers['webhook-timestamp']) + 1) });
			}
		},
	);

	it.each(parties)(
		'[Y2] the webhooks that %s signs are accepted by this server, and refused once they are changed',
		async (_name, party) => {
			const app = await startApp();
			const { id: callId } = await app.create({ scheduledAt: FAR_FUTURE });
			const at = new Date();
			const report = { callId, providerId: 'sim_1', status: 'PENDING', phase: 'RINGING', note: 'Ünïcode – ✓ 😀' };
			const body = JSON.stringify(report, null, 2); // bytes that our JSON.stringify calls never produce
			const post = (id: string, signature: string, sent = body, when = at) =>
				postWebhook<{ call: Call }>(app, sent, { id, at: when, headers: { 'webhook-signature': signature } });
			const signature = party.sign(app.secret, 'msg_1', at, body);

			expectProblem(await post('msg_2', signature), 'invalid_signature');
			expectProblem(await post('msg_1', signature, JSON.stringify(report)), 'invalid_signature');
			expectProblem(await post('msg_1', signature, body, new Date(at.getTime() + 1_000)), 'invalid_signature');
			expectProblem(await post('msg_1', party.sign(newSecret(), 'msg_1', at, body)), 'invalid_signature');
			const old = new Date(at.getTime() - 301_000);
			expectProblem(await post('msg_1', party.sign(app.secret, 'msg_1', old, body), body, old), 'invalid_signature');
			expect(await app.call(callId)).toMatchObject({ phase: 'SCHEDULED' });

			const accepted = await post('msg_1', signature);
			expect([accepted.status, accepted.body.call.phase]).toEqual([200, 'RINGING']);
			const several = `v1,${'A'.repeat(43)}= v2,nonsense ${party.sign(app.secret, 'msg_3', at, body)}`;
			expect((await post('msg_3', several)).status).toBe(200);
		},
	);

	it.each(parties)(
		'[Y3] of several secrets the first one signs, as %s verifies, and all of them verify',
		async (_name, party) => {
			const [young, old] = [newSecret(), newSecret()];
			const app = await startApp({ WEBHOOK_SECRET: `${young} ${old}` });
			const [webhook] = await sentBy(app);
			party.verify(young, headersOf(webhook!), webhook!.body);
			expect(() => party.verify(old, headersOf(webhook!), webhook!.body)).toThrow();

			const { id: callId } = await app.create({ scheduledAt: FAR_FUTURE });
			const at = new Date();
			const body = JSON.stringify({ callId, providerId: 'sim_1', status: 'PENDING' });
			for (const secret of [young, old]) {
				const headers = { 'webhook-signature': party.sign(secret, `msg_${secret}`, at, body) };
				expect((await postWebhook(app, body, { id: `msg_${secret}`, at, headers })).status).toBe(200);
			}
		},
	);

	it('[Y4] rotating a secret loses no message', async () => {
		const [young, old] = [newSecret(), newSecret()];
		const slow = { PROVIDER_DELAY_MS_MIN: '600', PROVIDER_DELAY_MS_MAX: '900' };
		const before = await startApp({ ...slow, WEBHOOK_SECRET: old });
		const calls = await Promise.all(Array.from({ length: 5 }, () => before.create()));
		for (const { id } of calls) await expect.poll(async () => (await before.call(id)).providerId, SOON).not.toBeNull();
		await before.close();
		for (const WEBHOOK_SECRET of [`${young} ${old}`, young]) {
			const after = await startApp({ ...before.env, WEBHOOK_SECRET });
			for (const { id } of calls) await expect.poll(async () => (await after.call(id)).status, SOON).toBe('COMPLETED');
			const { deliveries } = await after.timeline(calls[0]!.id);
			expect(deliveries.flatMap(({ attempts }) => attempts).map(({ response }) => response?.status)).not.toContain(401);
			await after.close();
		}
	});
});
