import { expect, it } from 'vitest';
import type { Attempt, Delivery } from '#contract';
import { sanitized } from './desk-page.ts';

function deliveryWith({ request, response }: Pick<Attempt, 'request' | 'response'>): Delivery {
	const at = '2026-11-22T12:00:00.000Z';
	const attempt: Attempt = { number: 1, at, durationMs: 3, manual: false, error: null, request, response };
	return {
		id: 'msg_1',
		callId: 'c',
		providerId: 'p',
		type: 'call.ended',
		url: 'http://127.0.0.1:4000/',
		state: 'dead',
		attempts: [attempt],
		nextAttemptAt: null,
		createdAt: at,
	};
}
const response = { status: 500, headers: {}, body: '', truncated: false };

it('the deliveries page masks signatures and cookies, and no other header', () => {
	const headers = { 'webhook-id': 'msg_1', 'webhook-signature': 'v1,c2VjcmV0' };
	const [attempt] = sanitized(
		deliveryWith({
			request: { headers, body: '{}' },
			response: { ...response, headers: { 'Set-Cookie': 'a=b', 'content-type': 'text/html' } },
		}),
	).attempts;
	expect(attempt?.request.headers).toEqual({ 'webhook-id': 'msg_1', 'webhook-signature': 'v1,••••••••' });
	expect(attempt?.response?.headers).toEqual({ 'Set-Cookie': '••••••••', 'content-type': 'text/html' });
});

it('the deliveries page shows the beginning of a long response and says that it is cut', () => {
	const of = (length: number) =>
		sanitized(
			deliveryWith({ request: { headers: {}, body: '{}' }, response: { ...response, body: 'x'.repeat(length) } }),
		).attempts[0]?.response;
	expect(of(2_000)).toMatchObject({ body: 'x'.repeat(2_000), truncated: false });
	expect(of(2_001)).toMatchObject({ body: 'x'.repeat(2_000), truncated: true });
});

it('the deliveries page shows an attempt without a response', () =>
	expect(
		sanitized(deliveryWith({ request: { headers: {}, body: '' }, response: null })).attempts[0]?.response,
	).toBeNull());
