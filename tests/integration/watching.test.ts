import { describe, expect, it } from 'vitest';
import type { Delivery, Event, Timeline, CallSnapshot } from '#contract';
import { startApp, type TestApp } from '#tests/support/app.ts';
import { SOON } from '#tests/support/soon.ts';
import { openFollowingTab, type Tab } from '#tests/support/tab.ts';
import { FAR_FUTURE } from '#tests/support/trace.ts';

const watch = (tab: Tab, callId: string | null): Promise<CallSnapshot> => tab.socket.emitWithAck('watch', { callId });

/** Collects the `timeline` messages that a tab receives from now on. */
function timelines(tab: Tab): Timeline[] {
	const received: Timeline[] = [];
	tab.socket.on('timeline', (timeline) => received.push(timeline));
	return received;
}
/** Combines all that a watching tab has received: every event, and the latest state of each delivery. */
function known(watched: CallSnapshot, received: readonly Timeline[]): { events: Event[]; deliveries: Delivery[] } {
	const deliveries = new Map(watched.deliveries.map((one) => [one.id, one]));
	for (const one of received.flatMap((timeline) => timeline.deliveries)) deliveries.set(one.id, one);
	return {
		events: [...watched.events, ...received.flatMap((timeline) => timeline.events)],
		deliveries: [...deliveries.values()],
	};
}
const byId = (deliveries: readonly Delivery[]): Delivery[] => deliveries.toSorted((a, b) => a.id.localeCompare(b.id));

async function expectWhole(
	app: TestApp,
	id: string,
	watched: CallSnapshot,
	received: readonly Timeline[],
): Promise<void> {
	await expect
		.poll(async () => {
			const { events, deliveries } = await app.timeline(id);
			const mine = known(watched, received);
			expect(mine.events).toEqual(events);
			expect(byId(mine.deliveries)).toEqual(byId(deliveries));
			return deliveries.every(({ state }) => state === 'delivered');
		}, SOON)
		.toBe(true);
}

describe('a subscription to a call', () => {
	it('[F70] sends its state, then each new event once and its deliveries as they change, and other clients get nothing', async () => {
		const app = await startApp({ PROVIDER_DELAY_MS_MIN: '300', PROVIDER_DELAY_MS_MAX: '400' });
		const [one, two, other] = [await openFollowingTab(app), await openFollowingTab(app), await openFollowingTab(app)];
		const [receivedOne, receivedTwo, receivedOther] = [timelines(one), timelines(two), timelines(other)];
		const { id } = await app.create();
		const watchedEarly = await watch(one, id);
		expect(watchedEarly.call).toMatchObject({ id });
		await one.until(() => one.changes().some((change) => 'call' in change && change.call.phase === 'RINGING'));
		const watchedLate = await watch(two, id);
		await one.ended(id);
		await expectWhole(app, id, watchedEarly, receivedOne);
		await expectWhole(app, id, watchedLate, receivedTwo);
		expect(receivedOther).toEqual([]);
	});

	it('[F70] sends events that leave the call unchanged', async () => {
		const app = await startApp();
		const tab = await openFollowingTab(app);
		const received = timelines(tab);
		const { id } = await app.create({ scheduledAt: FAR_FUTURE });
		await app.api('PATCH', `/api/calls/${id}`, { status: 'COMPLETED' });
		const watched = await watch(tab, id);
		await app.api('PATCH', `/api/calls/${id}`, { status: 'FAILED' });
		await expect
			.poll(() => received.flatMap(({ events }) => events.map(({ type }) => type)), SOON)
			.toEqual(['corrected']);
		expect(watched.events.map(({ type }) => type)).toEqual(['created', 'ended']);
	});

	it('[F73] sends each event once to each of several subscribers, however busy the server is', async () => {
		const app = await startApp();
		const { id } = await app.create({ scheduledAt: FAR_FUTURE });
		const tabs = await Promise.all(Array.from({ length: 6 }, () => openFollowingTab(app)));
		const received = tabs.map(timelines);
		const work = [...tabs.keys()].map(async (i) => {
			const [watched] = await Promise.all([
				watch(tabs[i]!, id),
				app.api('PATCH', `/api/calls/${id}`, { status: i % 2 === 0 ? 'COMPLETED' : 'FAILED' }),
				...Array.from({ length: 3 }, () => app.create()),
			]);
			return watched;
		});
		const watched = await Promise.all(work);
		const { events } = await app.timeline(id);
		expect(events.length).toBeGreaterThan(2);
		for (const i of tabs.keys()) await expect.poll(() => known(watched[i]!, received[i]!).events, SOON).toEqual(events);
	});

	it('[F71] is for one call at a time, and empty for null or an unknown call', async () => {
		const app = await startApp();
		const tab = await openFollowingTab(app);
		const received = timelines(tab);
		const [a, b] = [await app.create({ scheduledAt: FAR_FUTURE }), await app.create({ scheduledAt: FAR_FUTURE })];
		await watch(tab, a.id);
		await watch(tab, b.id);
		await app.api('PATCH', `/api/calls/${a.id}`, { status: 'COMPLETED' });
		await app.api('PATCH', `/api/calls/${b.id}`, { status: 'COMPLETED' });
		const calls = (): string[] => received.map(({ callId }) => callId);
		await expect.poll(calls, SOON).toContain(b.id);
		expect(calls()).toEqual([b.id]); // in commit order: an entry of `a` would come first
		const nothing = { call: null, events: [], deliveries: [] };
		expect(await watch(tab, null)).toEqual(nothing);
		await app.api('PATCH', `/api/calls/${b.id}`, { status: 'FAILED' });
		for (const nonsense of ['nobody', 7, {}, 'x'.repeat(1_000)])
			expect(await tab.socket.emitWithAck('watch', { callId: nonsense as string })).toEqual(nothing);
		expect(await watch(tab, b.id)).toMatchObject({ call: { id: b.id, status: 'FAILED' } });
		expect(received).toHaveLength(1);
	});

	it('[F71] ends with a disconnect if too many subscription requests are pending', async () => {
		const app = await startApp();
		const tab = await openFollowingTab(app);
		const left = new Promise((resolve) => tab.socket.once('disconnect', resolve));
		for (let i = 0; i < 100; i++) tab.socket.emit('watch', { callId: null }, () => undefined);
		await left;
		expect((await app.api('GET', '/healthz')).status).toBe(200);
	});
});

describe('a subscription to the deliveries', () => {
	it('[F72] sends each new or changed delivery, gathered, until the client unsubscribes', async () => {
		const app = await startApp();
		const tab = await openFollowingTab(app);
		const received: Delivery[][] = [];
		tab.socket.on('deliveries', ({ deliveries }) => received.push(deliveries));
		expect(await tab.socket.emitWithAck('watch-deliveries', { on: true })).toEqual({ on: true });
		const calls = await Promise.all(Array.from({ length: 10 }, () => app.create()));
		for (const { id } of calls) await tab.ended(id);
		await expect
			.poll(() => {
				const last = new Map(received.flat().map((one) => [one.id, one.state]));
				return [last.size, new Set(last.values())];
			}, SOON)
			.toEqual([40, new Set(['delivered'])]);
		expect(received.length).toBeLessThan(40);
		expect(await tab.socket.emitWithAck('watch-deliveries', { on: false })).toEqual({ on: false });
		const before = received.length;
		await tab.ended((await app.create()).id);
		expect(received).toHaveLength(before);
	});
});
