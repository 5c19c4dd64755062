import { describe, expect, it } from 'vitest';
import type { Call } from '#contract';
import { startApp } from '#tests/support/app.ts';
import { expectProblem } from '#tests/support/problems.ts';
import { FAR_FUTURE } from '#tests/support/trace.ts';

// src/server/feed/endings.test.ts tests every order of events. These tests send real requests.
describe('a wait for a call', () => {
	it('[R60] returns as soon as the call is terminal, and at once if it already is', async () => {
		const app = await startApp({ PROVIDER_DELAY_MS_MIN: '300', PROVIDER_DELAY_MS_MAX: '300' });
		const { id } = await app.create();
		const waited = await app.api<{ call: Call }>('GET', `/api/calls/${id}/wait`);
		expect([waited.status, waited.body.call.status]).toEqual([200, 'COMPLETED']);
		expect(waited.body.call).toEqual(await app.call(id));
		expect((await app.api('GET', `/api/calls/${id}/wait?timeout=1`)).status).toBe(200);
	});

	it('[R61] returns for all requests that wait, also after a manual end', async () => {
		const app = await startApp();
		const { id } = await app.create({ scheduledAt: FAR_FUTURE });
		const waits = Array.from({ length: 20 }, () => app.api<{ call: Call }>('GET', `/api/calls/${id}/wait`));
		await app.api('POST', `/api/calls/${id}/cancel`);
		for (const { status, body } of await Promise.all(waits))
			expect([status, body.call.outcome]).toEqual([200, 'canceled']);
	});

	it('[R62] is 408 after its timeout and does not change the call', async () => {
		const app = await startApp();
		const { id } = await app.create({ scheduledAt: FAR_FUTURE });
		expectProblem(await app.api('GET', `/api/calls/${id}/wait?timeout=1`), 'wait_timeout');
		expect((await app.call(id)).status).toBe('PENDING');
	});

	it('[R63] is 404 for an unknown call, and if the call is deleted or cleared meanwhile', async () => {
		const app = await startApp();
		expectProblem(await app.api('GET', '/api/calls/nobody/wait'), 'call_not_found');
		const [one, two, three] = [
			await app.create({ scheduledAt: FAR_FUTURE }),
			await app.create({ scheduledAt: FAR_FUTURE, run: 'r' }),
			await app.create({ scheduledAt: FAR_FUTURE }),
		];
		const wait = (call: Call) => app.api('GET', `/api/calls/${call.id}/wait`);
		const waits = [wait(one), wait(two), wait(three)];
		await app.api('DELETE', `/api/calls/${one.id}`);
		expectProblem(await waits[0]!, 'call_not_found');
		await app.api('DELETE', '/api/calls?run=r');
		expectProblem(await waits[1]!, 'call_not_found');
		await app.api('DELETE', '/api/calls');
		expectProblem(await waits[2]!, 'call_not_found');
	});

	it('[R64] refuses an invalid timeout by name', async () => {
		const app = await startApp();
		const { id } = await app.create({ scheduledAt: FAR_FUTURE });
		for (const timeout of ['0', '121', 'soon', '-1', '1.5'])
			expectProblem(await app.api('GET', `/api/calls/${id}/wait?timeout=${timeout}`), 'invalid_input');
		expectProblem(await app.api('GET', `/api/calls/${id}/wait?time=1`), 'unknown_parameter');
	});

	it('[R65] is 503 when the server stops, and does not delay the stop', async () => {
		const app = await startApp();
		const { id } = await app.create({ scheduledAt: FAR_FUTURE });
		const wait = app.api('GET', `/api/calls/${id}/wait?timeout=120`);
		// This request most likely arrives after the wait request, so the wait is registered before the server stops.
		// src/server/feed/endings.test.ts tests the order.
		await app.call(id);
		await app.close();
		expectProblem(await wait, 'stopping');
	});
});
