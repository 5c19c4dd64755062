import { describe, expect, it } from 'vitest';
import type { Call } from '#contract';
import { problemOf, startApp } from '#tests/support/app.ts';

const BODY = {
	customerName: 'Ada',
	phoneNumber: '+1 202 555 0100',
	workflow: 'SUPPORT',
	scheduledAt: '2099-01-01T00:00:00Z',
};
const KEY = { 'idempotency-key': 'order-17' };

describe('Idempotency-Key on POST /api/calls', () => {
	it('[R50] a repeated body gets the same bytes, marked as replayed, and makes one call', async () => {
		const app = await startApp();
		const post = async (): Promise<[number, string | null, string | null, string]> => {
			const response = await fetch(`${app.url}/api/calls`, {
				method: 'POST',
				headers: { 'content-type': 'application/json', ...KEY },
				body: JSON.stringify(BODY),
			});
			const replayed = response.headers.get('idempotent-replayed');
			return [response.status, response.headers.get('location'), replayed, await response.text()];
		};
		const first = await post();
		const id = (JSON.parse(first[3]) as { call: Call }).call.id;
		expect(first).toMatchObject([201, `/api/calls/${id}`, null, expect.any(String)]);
		await app.api('POST', `/api/calls/${id}/cancel`);
		expect(await post()).toEqual([201, `/api/calls/${id}`, 'true', first[3]]);
		expect((await app.list()).calls).toHaveLength(1);

		// The response stays the same after a deletion, and after a restart on the same file.
		await app.api('DELETE', `/api/calls/${id}`);
		expect(await post()).toEqual([201, `/api/calls/${id}`, 'true', first[3]]);
		await app.close();
		const again = await startApp(app.env);
		const { headers, body } = await again.api<{ call: Call }>('POST', '/api/calls', BODY, KEY);
		expect([headers.get('idempotent-replayed'), body.call.id]).toEqual(['true', id]);
	});

	it('[R51] another body under the same key is 422 and makes no call; another key makes another call', async () => {
		const app = await startApp();
		expect((await app.api('POST', '/api/calls', BODY, KEY)).status).toBe(201);
		const other = { ...BODY, customerName: 'Grace' };
		expect(problemOf(await app.api('POST', '/api/calls', other, KEY))).toEqual([422, 'idempotency_conflict']);
		expect((await app.list()).calls).toHaveLength(1);
		// The parsed body is compared, so bodies with the same meaning are equal.
		const same = { run: null, ...BODY, phoneNumber: '+12025550100', customerName: ' Ada ' };
		expect((await app.api('POST', '/api/calls', same, KEY)).headers.get('idempotent-replayed')).toBe('true');
		expect((await app.api('POST', '/api/calls', BODY, { 'idempotency-key': 'order-18' })).status).toBe(201);
		expect((await app.list()).calls).toHaveLength(2);
		expect(problemOf(await app.api('POST', '/api/calls', BODY, { 'idempotency-key': 'x'.repeat(256) }))).toEqual([
			...[400, 'invalid_input'],
		]);
	});

	it('[R52] twenty concurrent requests make one call', async () => {
		const app = await startApp();
		const responses = await Promise.all(
			Array.from({ length: 20 }, () => app.api<{ call: Call }>('POST', '/api/calls', BODY, KEY)),
		);
		expect(new Set(responses.map(({ body }) => body.call.id)).size).toBe(1);
		expect(responses.filter(({ headers }) => headers.get('idempotent-replayed') === null)).toHaveLength(1);
		expect((await app.list()).calls).toHaveLength(1);
	});
});
