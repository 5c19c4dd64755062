import { describe, expect, it } from 'vitest';
import type { Attempt, Delivery } from '#contract';
import { hostOf, outcome, resultOf, size, tookWords } from './words.ts';

const response = (status: number): Attempt['response'] => ({ status, headers: {}, body: '', truncated: false });
const attempt = (number: number, status: number): Attempt => ({
	number,
	at: '2026-11-22T12:00:00.000Z',
	durationMs: 3,
	manual: true,
	error: null,
	request: { headers: {}, body: '{}' },
	response: response(status),
});
const delivery = (...attempts: Attempt[]): Delivery => ({
	id: 'msg_1',
	callId: 'c',
	providerId: 'p',
	type: 'call.ended',
	url: 'http://127.0.0.1:4000/hook',
	state: 'dead',
	attempts,
	nextAttemptAt: null,
	createdAt: '2026-11-22T12:00:00.000Z',
});

describe('the result of an attempt', () => {
	it.each([
		[204, '204', 'OK', 'ok'],
		[302, '302', 'Redirect, not followed', 'bad'],
		[401, '401', 'Unauthorized', 'bad'],
		[418, '418', 'Rejected', 'bad'],
		[599, '599', 'Server error', 'bad'],
	])('a response %d is shown as %s, %s', (status, code, words, tone) =>
		expect(resultOf({ response: response(status), error: null })).toEqual({ code, words, tone }),
	);

	it('an incomplete response is not a success', () => {
		const error = 'No response in time.';
		expect(resultOf({ response: response(200), error })).toMatchObject({ code: '200', tone: 'bad' });
		expect(resultOf({ response: response(410), error })).toEqual(resultOf({ response: response(410), error: null }));
	});

	it.each([
		['No response in time.', 'timeout', 'bad'],
		['connect ECONNREFUSED 127.0.0.1:4000', 'refused', 'bad'],
		['Lost on purpose: it was never sent.', 'lost', 'fault'],
		['an unknown error', 'failed', 'bad'],
	])('without a response, the error "%s" is shown as %s', (error, code, tone) =>
		expect(resultOf({ response: null, error })).toMatchObject({ code, tone }),
	);
});

describe('how long an attempt took', () => {
	it.each([
		[0, 'bad port', '0 ms'],
		[0, 'connect ECONNREFUSED 127.0.0.1:4000', '0 ms'],
		[0, null, '0 ms'],
		[0, 'Lost on purpose: it was never sent.', 'never sent'],
		[14, 'bad port', '14 ms'],
		[1_520, null, '1.52 s'],
	])('[E10] %d ms with the error %s is shown as %s', (durationMs, error, words) =>
		expect(tookWords({ durationMs, error })).toBe(words),
	);

	it('[E10] an error without a text is still an error', () =>
		expect(resultOf({ response: null, error: '' })).toEqual({ code: 'failed', words: 'No response', tone: 'bad' }));
});

describe('the notice after a redelivery', () => {
	const before = delivery(attempt(1, 500));
	it.each([
		[delivery(attempt(1, 500), attempt(2, 200)), 'call.ended redelivered. 127.0.0.1:4000 returned 200.'],
		[delivery(attempt(1, 500), attempt(2, 503)), 'call.ended not delivered: 503, service unavailable.'],
		[before, 'call.ended sent again. No response yet.'],
		[undefined, 'call.ended sent again. It is no longer in this list.'],
	])('%#: names the result', (after, words) => expect(outcome(before, after)).toBe(words));
});

it('hostOf returns host and port, or the text itself if it is not a URL', () => {
	expect(hostOf('http://127.0.0.1:4000/hook?a=b')).toBe('127.0.0.1:4000');
	expect(hostOf('nowhere')).toBe('nowhere');
});

it('size counts bytes, not characters', () => {
	expect(size('{}')).toBe('2 B');
	expect(size('é'.repeat(600))).toBe('1.2 kB');
});
