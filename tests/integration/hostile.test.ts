import { describe, expect, it } from 'vitest';
import type { Call } from '#contract';
import { problemOf, startApp } from '#tests/support/app.ts';
import { startReceiver } from '#tests/support/receiver.ts';
import { openFollowingTab } from '#tests/support/tab.ts';
import { postWebhook } from '#tests/support/webhook.ts';

const FAR_FUTURE = '2099-01-01T00:00:00Z';

describe('hostile input', () => {
	it('[W29] receivers that hang delay no other receiver', async () => {
		const app = await startApp();
		const load = { now: 0, most: 0 };
		const hung = await startReceiver((response) => {
			load.most = Math.max(load.most, ++load.now);
			response.on('close', () => load.now--);
		});
		const send = (callId: string, callbackUrl: string): Promise<unknown> =>
			app.api('POST', '/api/provider/send-call', {
				callId,
				phoneNumber: '+12025550100',
				workflow: 'SALES',
				callbackUrl,
				scenario: { outcome: 'completed', delayMs: 0 },
			});
		// More calls than the provider has slots, each with its own callback path.
		await Promise.all(Array.from({ length: 300 }, (_, i) => send(`hung-${i}`, `${hung.url}/calls/${i}`)));
		await hung.received(6);
		const healthy = await startReceiver((response) => response.end());
		await send('healthy', `${healthy.url}/hook`);
		await healthy.received(4);
		const tab = await openFollowingTab(app);
		const { id } = await app.create();
		expect((await tab.ended(id)).status).toBe('COMPLETED');
		// A hanging receiver gets a few slots at most, regardless of how many calls report to it and of the path.
		expect(load.most).toBe(6);
	});

	it('[L7] an id with broken Unicode or a NUL is refused, and the server keeps running', async () => {
		const app = await startApp();
		const { id } = await app.create({ scheduledAt: FAR_FUTURE });
		for (const providerId of ['\ud800x', 'a\u0000b', 'line\nbreak']) {
			const report = { callId: id, providerId, status: 'PENDING', phase: 'RINGING' };
			expect(problemOf(await postWebhook(app, report))).toEqual([400, 'invalid_input']);
		}
		const odd = { callId: id, providerId: 'p', status: 'PENDING', phase: 'RINGING', note: 'half \ud83d and \u0000' };
		expect((await postWebhook<{ call: Call }>(app, odd)).status).toBe(200);
		const { events } = await app.timeline(id);
		expect(events.at(-1)?.type).toBe('ringing');
		expect((await app.list()).calls).toHaveLength(1);
	});

	it('[A36] an endless response of the provider is not read to its end', async () => {
		const provider = await startReceiver((response) => {
			response.writeHead(500);
			const pour = (): void => {
				while (!response.destroyed && response.write('x'.repeat(65_536)));
			};
			response.on('drain', pour);
			pour();
		});
		const app = await startApp({ PROVIDER_URL: provider.url, PROVIDER_SPEED: '1000' });
		const tab = await openFollowingTab(app);
		const { id } = await app.create();
		expect(await tab.ended(id)).toMatchObject({ status: 'FAILED', outcome: 'provider-unreachable' });
		const { events } = await app.timeline(id);
		const errors = events.flatMap(({ data }) => (typeof data.error === 'string' ? [data.error] : []));
		expect(errors).toHaveLength(6);
		for (const error of errors) expect(error.length).toBeLessThan(600);
	});
});
