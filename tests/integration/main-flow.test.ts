import { describe, expect, it } from 'vitest';
import { Call, Changes, Delivery, Event, Sync, type Change } from '#contract';
import { startApp } from '#tests/support/app.ts';
import { openFollowingTab, openTab } from '#tests/support/tab.ts';
import { postWebhook } from '#tests/support/webhook.ts';

describe('the main flow', () => {
	it('[F1] a request is stored as PENDING and sent to the provider over HTTP, and every tab receives each change by push', async () => {
		const app = await startApp();
		const [one, two] = await Promise.all([openFollowingTab(app), openFollowingTab(app)]);

		const made = await app.create({ customerName: '  Ada Lovelace ', phoneNumber: '+1 (202) 555-0100' });
		expect(Call.parse(made)).toMatchObject({
			customerName: 'Ada Lovelace',
			phoneNumber: '+12025550100',
			workflow: 'SUPPORT',
			status: 'PENDING',
			phase: 'QUEUED',
			outcome: null,
			providerId: null,
		});

		const [seenByOne, seenByTwo] = await Promise.all([one.ended(made.id), two.ended(made.id)]);
		expect(seenByOne).toEqual(seenByTwo);
		expect(seenByOne).toMatchObject({ status: 'COMPLETED', phase: 'ENDED', outcome: 'completed' });
		expect(await app.call(made.id)).toEqual(seenByOne);
		expect(one.changes()).toEqual(two.changes());
	});

	it('[F2] the timeline has the events of the call, each webhook delivered once, and exactly one end', async () => {
		const app = await startApp();
		const tab = await openFollowingTab(app);
		const { id } = await app.create();
		await tab.ended(id);

		const { call, events, deliveries } = await app.timeline(id);
		expect(events.map((event) => Event.parse(event).type)).toEqual([
			...['created', 'dispatch.attempt', 'initiated', 'ringing', 'in-progress', 'ended'],
		]);
		expect(events.map(({ seq }) => seq)).toEqual(events.map(({ seq }) => seq).toSorted((a, b) => a - b));
		expect(deliveries.map((delivery) => Delivery.parse(delivery).type)).toEqual([
			...['call.initiated', 'call.ringing', 'call.in-progress', 'call.ended'],
		]);
		for (const { url, attempts } of deliveries) {
			expect(url).toBe(`${app.url}/api/webhooks/provider-status`);
			expect(attempts.length).toBeLessThanOrEqual(1); // the last attempt may not be recorded yet
		}
		expect(call.durationMs).toBeGreaterThan(0);
		const times = [call.createdAt, call.startedAt, call.ringingAt, call.answeredAt, call.endedAt].map(String);
		expect(times).toEqual(times.toSorted());
	});

	it('[F3] a call fails with the outcome that its scenario names', async () => {
		const app = await startApp();
		const tab = await openFollowingTab(app);
		for (const outcome of ['busy', 'no-answer', 'failed', 'canceled']) {
			const { id } = await app.create({ scenario: outcome });
			expect(await tab.ended(id)).toMatchObject({ status: 'FAILED', outcome, durationMs: null });
		}
		const { id } = await app.create({ scenario: { outcome: 'completed', delayMs: 50, talkMs: 30 } });
		expect(await tab.ended(id)).toMatchObject({ status: 'COMPLETED', durationMs: 30 });
	});

	it('[F4] a webhook for a terminal call returns idempotent, changes nothing and pushes nothing', async () => {
		const app = await startApp();
		const tab = await openFollowingTab(app);
		const { id } = await app.create();
		const ended = await tab.ended(id);
		const before = await app.timeline(id);
		const frames = tab.frames.length;

		const report = { callId: id, providerId: ended.providerId, status: 'FAILED', outcome: 'busy' };
		const response = await postWebhook(app, report);
		expect(response.status).toBe(200);
		expect(response.body).toEqual({ ok: true, call: ended, idempotent: true });

		// Any pushed change would come before the next call's creation.
		const next = await app.create();
		await tab.until(() => tab.changes().some((change) => 'call' in change && change.call.id === next.id));
		expect(tab.frames[frames]?.changes[0]).toMatchObject({ type: 'created', call: { id: next.id } });
		expect((await app.timeline(id)).events).toEqual(before.events);
	});

	it('[F5] the same webhook-id again changes nothing', async () => {
		const app = await startApp({ PROVIDER_DELAY_MS_MIN: '3600000', PROVIDER_DELAY_MS_MAX: '3600000' });
		const { id } = await app.create();
		const report = { callId: id, providerId: 'another-provider', status: 'PENDING', phase: 'RINGING' };
		const first = await postWebhook<{ call: Call }>(app, report, { id: 'msg_once' });
		const second = await postWebhook<{ call: Call }>(app, { ...report, phase: 'IN_PROGRESS' }, { id: 'msg_once' });
		expect(second.status).toBe(200);
		expect(second.body).toEqual({ ok: true, call: first.body.call });
	});

	it('[F6] frames follow each other without a gap, and a client that joins late gets the complete delta', async () => {
		const app = await startApp();
		const { cursor } = await app.list();
		const tab = await openFollowingTab(app, { cursor });
		expect(Sync.parse(tab.syncs[0])).toMatchObject({ mode: 'delta', cursor, changes: [] });

		const calls = await Promise.all(Array.from({ length: 20 }, () => app.create()));
		await Promise.all(calls.map(({ id }) => tab.ended(id)));
		let at = cursor;
		for (const frame of tab.frames) {
			expect(Changes.parse(frame).previous).toBe(at);
			at = frame.cursor;
		}
		const seqs = tab.changes().map(({ seq }) => seq);
		expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));

		const late = await openFollowingTab(app, { cursor });
		const { mode, changes } = late.syncs[0]!;
		expect(mode).toBe('delta');
		expect(changes.map(({ type }) => type)).toEqual(calls.map(() => 'created'));
		const { calls: listed } = await app.list();
		const told = changes.flatMap((change) => ('call' in change ? [change.call] : []));
		expect(told.toSorted(byId)).toEqual(listed.toSorted(byId));
	});

	it('[F7] a deletion is sent to every tab, and a later delta contains it once', async () => {
		const app = await startApp();
		const tab = await openFollowingTab(app);
		const [kept, gone] = [await app.create({ run: 'a' }), await app.create({ run: 'b' })];
		const { cursor } = await app.list();
		await Promise.all([tab.ended(kept.id), tab.ended(gone.id)]);

		expect((await app.api('DELETE', `/api/calls/${gone.id}`)).status).toBe(204);
		await tab.until(() => tab.changes().find((change) => change.type === 'deleted' && change.id === gone.id));
		expect((await app.api('GET', `/api/calls/${gone.id}`)).status).toBe(404);
		const late = await openFollowingTab(app, { cursor });
		const told = late.syncs[0]!.changes;
		expect(told.filter((change) => 'id' in change && change.id === gone.id)).toHaveLength(1);
		expect(told.some((change) => 'call' in change && change.call.id === gone.id)).toBe(false);

		expect((await app.api('DELETE', '/api/calls?run=a')).status).toBe(204);
		await tab.until(() => tab.changes().find((change: Change) => change.type === 'cleared' && change.run === 'a'));
		expect((await app.list()).calls).toEqual([]);
	});

	it('[F8] a cursor of another epoch, one past the head, or none gets a reset', async () => {
		const app = await startApp();
		await app.create();
		const { cursor } = await app.list();
		const [epoch, seq] = cursor.split('.');
		for (const wrong of [`0${epoch!.slice(1)}x.${seq!}`, `${epoch!}.${Number(seq) + 1_000}`, 'nonsense', undefined]) {
			const tab = openTab(app, wrong === undefined ? {} : { cursor: wrong });
			await tab.until(() => tab.syncs.length > 0);
			expect(tab.syncs[0]).toMatchObject({ mode: 'reset', changes: [] });
		}
	});

	it('[F9] the heartbeat carries the cursor of the last change', { timeout: 15_000 }, async () => {
		const app = await startApp();
		const tab = await openFollowingTab(app);
		const { id } = await app.create();
		await tab.ended(id);
		await tab.until(() => tab.heads.length > 0);
		expect(tab.heads.at(-1)?.cursor).toBe((await app.list()).cursor);
	});

	it('[F10] a client that sends sync gets a sync as the acknowledgment', async () => {
		const app = await startApp();
		const tab = await openFollowingTab(app);
		const { cursor } = tab.syncs[0]!;
		const { id } = await app.create();
		await tab.ended(id);
		const sync = await tab.socket.emitWithAck('sync', { cursor });
		expect(sync.mode).toBe('delta');
		expect(sync.changes).toHaveLength(1);
		expect(sync.changes[0]).toMatchObject({ type: 'created', call: { id, status: 'COMPLETED' } });
	});
});

const byId = (a: Call, b: Call): number => a.id.localeCompare(b.id);
