import { describe, expect, it } from 'vitest';
import { Problem, type Call } from '#contract';
import { expectNoEffect } from '#tests/support/trace.ts';
import { startApp } from '#tests/support/app.ts';
import { expectProblem } from '#tests/support/problems.ts';
import { openFollowingTab } from '#tests/support/tab.ts';
import { postWebhook } from '#tests/support/webhook.ts';

const CALL = { customerName: 'Ada', phoneNumber: '+12025550100', workflow: 'SALES' };
const ASK = { callId: 'a-call', phoneNumber: '+12025550150', workflow: 'SUPPORT' };
const MISFITS = [
	[{ outcome: 'busy', talkMs: 5 }, 'talkMs', /has no talk\. Omit talkMs/],
	[{ outcome: 'failed', delayMs: 500, talkMs: 0 }, 'talkMs', /has no talk\. Omit talkMs/],
	[{ outcome: 'completed', delayMs: 500, talkMs: 501 }, 'talkMs', /at most delayMs, which is 500/],
	[{ outcome: 'dropped', delayMs: 86_400_001 }, 'delayMs', /from 0 to 86400000/],
	[{ outcome: 'completed', delayMs: '5' }, 'delayMs', /whole number/],
] as const;

describe('a scenario whose parameters cannot be kept exactly', () => {
	it('[EX1] is refused at every entrance with its path and the cure, and no call is made', async () => {
		const app = await startApp();
		await expectNoEffect(app, async () => {
			for (const [scenario, field, message] of MISFITS)
				for (const [path, body, at] of [
					['/api/calls', { ...CALL, scenario }, 'scenario'],
					['/api/calls/batch', { calls: [CALL, { ...CALL, scenario }] }, 'calls.1.scenario'],
					['/api/provider/send-call', { ...ASK, scenario }, 'scenario'],
				] as const) {
					const response = await app.api('POST', path, body);
					expect(expectProblem(response, 'invalid_input')).toEqual([`${at}.${field}`]);
					expect(Problem.parse(response.body).errors?.[0]?.message).toMatch(message);
				}
		});
	});
});

describe('chosen times', () => {
	it.each([
		[{ outcome: 'completed', delayMs: 600_000, talkMs: 595_000 }, '1000', 600, 595],
		[{ outcome: 'dropped', delayMs: 90, talkMs: 90 }, '1', 90, 90],
		[{ outcome: 'completed', delayMs: 70, talkMs: 0 }, '1', 70, 0],
		[{ outcome: 'completed', delayMs: 0, talkMs: 0 }, '1', 0, 0],
	])('[EX2] %j at speed %s ends after %d ms with %d ms of talk', async (scenario, speed, delayMs, talkMs) => {
		const app = await startApp({ PROVIDER_SPEED: speed });
		const tab = await openFollowingTab(app);
		const { id } = await app.create({ scenario });
		const call = await tab.ended(id);
		expect(call).toMatchObject({ outcome: scenario.outcome, durationMs: talkMs });
		const { calls } = (await app.api<{ calls: { acceptedAt: string; endsAt: string }[] }>('GET', '/api/provider/calls'))
			.body;
		expect(Date.parse(calls[0]!.endsAt) - Date.parse(calls[0]!.acceptedAt)).toBe(delayMs);
		// The stored times of the call differ by exactly the chosen talk time.
		expect(Date.parse(call.endedAt!) - Date.parse(call.answeredAt!)).toBe(talkMs);
	});
});

describe('a call that breaks off after the answer', () => {
	it('[EX3] ends as FAILED and dropped with its talk, and the list finds it by that outcome', async () => {
		const app = await startApp();
		const tab = await openFollowingTab(app);
		const { id } = await app.create({ scenario: { outcome: 'dropped', delayMs: 80, talkMs: 40 } });
		expect(await tab.ended(id)).toMatchObject({ status: 'FAILED', outcome: 'dropped', durationMs: 40 });
		const never = await app.create({ scenario: 'failed' });
		expect(await tab.ended(never.id)).toMatchObject({ outcome: 'failed', answeredAt: null, durationMs: null });

		expect((await app.list('?outcome=dropped')).calls.map((call) => call.id)).toEqual([id]);
		expect((await app.list('?outcome=failed')).calls.map((call) => call.id)).toEqual([never.id]);
		const { events } = await app.timeline(id);
		expect(events.map(({ type }) => type)).toEqual([
			...['created', 'dispatch.attempt', 'initiated', 'ringing', 'in-progress', 'ended'],
		]);
		expect((await app.timeline(never.id)).events.map(({ type }) => type)).not.toContain('in-progress');
		const csv = await fetch(`${app.url}/api/calls/export?format=csv&outcome=dropped`).then((file) => file.text());
		expect(csv.split('\n')[1]).toMatch(/,dropped,.*,40,/);
	});

	it('[EX3] ends as dropped even if a foreign provider reports failed or busy', async () => {
		const app = await startApp({ PROVIDER_DELAY_MS_MIN: '60000', PROVIDER_DELAY_MS_MAX: '60000' });
		const tab = await openFollowingTab(app);
		for (const outcome of ['failed', 'busy', undefined] as const) {
			const { id } = await app.create();
			const providerId = await tab.until(() =>
				tab
					.changes()
					.flatMap((change) => ('call' in change && change.call.id === id ? [change.call.providerId] : []))
					.find((known) => known !== null),
			);
			const report = { callId: id, providerId };
			await postWebhook(app, { ...report, status: 'PENDING', phase: 'IN_PROGRESS' });
			const ended = await postWebhook(app, { ...report, status: 'FAILED', outcome, durationMs: 1_500 });
			expect((ended.body as { call: Call }).call).toMatchObject({ outcome: 'dropped', durationMs: 1_500 });
		}
	});
});

describe('a callback address', () => {
	it('[EX10] that fetch refuses, or that has credentials, is refused with its own reason', async () => {
		const app = await startApp();
		await expectNoEffect(app, async () => {
			for (const [callbackUrl, code, reason] of [
				['http://127.0.0.1:6000/hook', 'callback_not_allowed', /refuse to connect to port 6000/],
				['http://user:pw@127.0.0.1:3291/hook', 'callback_not_allowed', /name and password/],
				['http://evil.example/', 'callback_not_allowed', /CALLBACK_HOSTS/],
				['http://localhost:70000/', 'invalid_input', /70000 is not a port/],
				['http://localhost/#top', 'invalid_input', /fragment/],
				[17, 'invalid_input', /must be text/],
			] as const) {
				const response = await app.api('POST', '/api/provider/send-call', { ...ASK, callbackUrl });
				expect(expectProblem(response, code)).toEqual(['callbackUrl']);
				const { detail, errors } = Problem.parse(response.body);
				expect(errors?.[0]?.message).toMatch(reason);
				if (code === 'callback_not_allowed') expect(detail).toMatch(reason);
				if (!String(callbackUrl).includes('evil'))
					expect(JSON.stringify(response.body)).not.toContain('CALLBACK_HOSTS');
			}
		});
	});
});
