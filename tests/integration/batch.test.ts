import { describe, expect, it } from 'vitest';
import type { Call } from '#contract';
import { problemOf, startApp, type TestApp } from '#tests/support/app.ts';
import { expectProblem } from '#tests/support/problems.ts';
import { openFollowingTab } from '#tests/support/tab.ts';

const one = (over: Record<string, unknown> = {}) => ({
	customerName: 'Ada',
	phoneNumber: '+12025550100',
	workflow: 'SUPPORT',
	scheduledAt: '2099-01-01T00:00:00Z',
	...over,
});
const many = (count: number, over: Record<string, unknown> = {}) =>
	Array.from({ length: count }, (_, i) => one({ customerName: `Customer ${i + 1}`, ...over }));

const post = (app: TestApp, calls: unknown, headers?: Record<string, string>) =>
	app.api<{ calls: Call[] }>('POST', '/api/calls/batch', { calls }, headers);
const names = (calls: readonly Call[]): string[] => calls.map(({ customerName }) => customerName);

describe('POST /api/calls/batch', () => {
	it('[R80] makes all calls in the given order, each with its event and its dispatch, and every tab receives them', async () => {
		const app = await startApp();
		const tab = await openFollowingTab(app);
		const wanted = ['Ada', 'Bo', 'Cleo'].map((customerName) => one({ customerName, scheduledAt: null }));
		const { status, body } = await post(app, wanted);
		expect([status, names(body.calls)]).toEqual([201, ['Ada', 'Bo', 'Cleo']]);
		expect(names((await app.list('?order=oldest')).calls)).toEqual(['Ada', 'Bo', 'Cleo']);
		const seqs = body.calls.map(({ seq }) => seq);
		expect(seqs).toEqual([1, 2, 3].map((i) => seqs[0]! + i - 1));
		for (const { id } of body.calls) {
			expect((await tab.ended(id)).outcome).toBe('completed');
			const { events } = await app.timeline(id);
			expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(['created', 'dispatch.attempt', 'ended']));
		}
	});

	it('[R81] names every error of every call by its path, and makes no call', async () => {
		const app = await startApp();
		const wrong = [
			one(),
			one({ phoneNumber: '12' }),
			one({ customerName: ' ', workflow: 'CHAT', phoneNumber: 'x' }),
			'a call',
			one({ color: 'red' }),
		];
		const response = await post(app, wrong);
		expect(expectProblem(response, 'invalid_input')).toEqual([
			'calls.1.phoneNumber',
			'calls.2.customerName',
			'calls.2.workflow',
			'calls.2.phoneNumber',
			'calls.3',
			'calls.4.color',
		]);
		// The response lists at most 100 unknown fields.
		const unknown = Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`field${i}`, 1]));
		expect(expectProblem(await post(app, [one(unknown)]), 'invalid_input')).toHaveLength(100);
		expect((await app.list()).calls).toEqual([]);
	});

	it('[R82] takes 1 to 1,000 calls and refuses every other body', async () => {
		const app = await startApp();
		expect(expectProblem(await post(app, []), 'invalid_input')).toEqual(['calls']);
		expect(expectProblem(await post(app, many(1_001)), 'invalid_input')).toEqual(['calls']);
		expect(expectProblem(await post(app, one()), 'invalid_input')).toEqual(['calls']);
		expect(expectProblem(await app.api('POST', '/api/calls/batch', [one()]), 'invalid_input')).toEqual(['']);
		expect(
			expectProblem(await app.api('POST', '/api/calls/batch', { calls: [one()], run: 'x' }), 'invalid_input'),
		).toEqual(['run']);
		expect((await app.list()).calls).toEqual([]);
		const { body } = await post(app, many(1_000));
		expect(names(body.calls)).toEqual(many(1_000).map(({ customerName }) => customerName));
		expect((await app.list('?order=oldest&limit=200')).calls).toEqual(body.calls.slice(0, 200));
	});

	it('[R83] returns the same bytes for the same body under a key, even after a restart; another body is 422', async () => {
		const app = await startApp();
		const key = { 'idempotency-key': 'import-1' };
		const first = await post(app, many(3), key);
		const again = await post(app, many(3), key);
		expect([first.status, first.headers.get('idempotent-replayed')]).toEqual([201, null]);
		expect([again.status, again.headers.get('idempotent-replayed'), again.body]).toEqual([201, 'true', first.body]);
		expect(problemOf(await post(app, many(4), key))).toEqual([422, 'idempotency_conflict']);
		// A key belongs to its path: the same key may be used for a single call.
		expect((await app.api('POST', '/api/calls', one(), key)).headers.get('idempotent-replayed')).toBeNull();
		await app.close();
		const next = await startApp(app.env);
		expect((await post(next, many(3), key)).body).toEqual(first.body);
		expect((await next.list()).calls).toHaveLength(4);
	});

	it('[R83] makes one batch for many concurrent requests under one key', async () => {
		const app = await startApp();
		const responses = await Promise.all(
			Array.from({ length: 8 }, () => post(app, many(100), { 'idempotency-key': 'import-2' })),
		);
		expect(new Set(responses.map(({ body }) => JSON.stringify(body))).size).toBe(1);
		expect(responses.filter(({ headers }) => headers.get('idempotent-replayed') === null)).toHaveLength(1);
		expect((await app.list('?limit=200')).calls).toHaveLength(100);
	});

	it('[R84] takes 1,000 calls with the longest names and runs in 1 MiB; a larger body is 413', async () => {
		const app = await startApp();
		const longest = many(1_000, { customerName: '😀'.repeat(80), run: 'ü'.repeat(64) });
		expect((await post(app, longest)).status).toBe(201);
		// The same names written as \u escapes are three times as long.
		const escaped = JSON.stringify({ calls: longest }).replace(
			/[^ -~]/g,
			(unit) => String.raw`\u` + unit.charCodeAt(0).toString(16).padStart(4, '0'),
		);
		expect(problemOf(await app.api('POST', '/api/calls/batch', escaped))).toEqual([413, 'body_too_large']);
		expect((await app.list('?order=oldest&limit=1')).calls[0]!.customerName).toBe('😀'.repeat(80));
	});
});
