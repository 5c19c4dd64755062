import type { Stats, Timeline } from '#contract';
import { ending, FAR } from '../../stage/life.ts';
import { follow, type Listener } from '../../stage/listener.ts';
import { area } from '../area.ts';

const hasEvents = (data: unknown): boolean => (data as Timeline).events.length > 0;
const hasDeliveries = (data: unknown): boolean => (data as Timeline).deliveries.length > 0;
const UNKNOWN_ID = '01900000-0000-7000-8000-000000000000';

/** Records the frames of the subscriptions to one call and to the deliveries. Each has a socket of its own. */
const subscriptions = area('feed/watching.json', async ({ server, life, book }) => {
	const { names } = server;
	const [watcher, desk] = [await follow(server), await follow(server)];
	/** Events and deliveries come in separate frames. The contract promises no order between the two. */
	async function record(what: string, of: { events?: boolean; deliveries?: boolean }): Promise<void> {
		const frames: object[] = [];
		const take = async (listener: Listener, event: 'timeline' | 'deliveries', isIt?: (data: unknown) => boolean) =>
			frames.push({ [event]: names.value(await listener.next(event, isIt)) });
		if (of.events) await take(watcher, 'timeline', hasEvents);
		if (of.deliveries) {
			await take(watcher, 'timeline', hasDeliveries);
			await take(desk, 'deliveries');
		}
		book.add(what, { frames });
	}
	const ask = async (
		what: string,
		listener: Listener,
		event: 'watch' | 'watch-deliveries',
		asked: unknown,
	): Promise<void> =>
		book.add(what, {
			asked: names.value({ [event]: asked }),
			acknowledged: names.value(await listener.ask(event, asked)),
		});

	await ask('watch: nothing', watcher, 'watch', { callId: null });
	await ask('watch: no such call', watcher, 'watch', { callId: UNKNOWN_ID });
	await ask('watch: nonsense', watcher, 'watch', 7);
	await ask('watch the deliveries', desk, 'watch-deliveries', { on: true });
	await ask('watch the deliveries: nonsense', watcher, 'watch-deliveries', 'on');

	const soon = new Date(server.clock.now() + 50).toISOString();
	const call = await life.request({ scheduledAt: soon, scenario: ending('completed') });
	await ask('watch: scheduled', watcher, 'watch', { callId: call.id });
	server.clock.pass(50);
	await record('queued', { events: true });
	await life.dispatches.pass();
	await record('accepted', { events: true, deliveries: true });
	for (const phase of ['INITIATED', 'RINGING', 'IN_PROGRESS', 'ENDED']) {
		await life.next(call.id);
		await record(phase, { events: true, deliveries: true });
	}
	await server.read(`PATCH /api/calls/${call.id}`, { body: { status: 'FAILED' } });
	await record('corrected', { events: true });
	await ask('watch: ended', watcher, 'watch', { callId: call.id });
	const [ended] = await life.deliveries(call.id);
	await server.read(`POST /api/deliveries/${ended!.id}/redeliver`);
	await record('sent again', { deliveries: true });
	await life.webhooks.pass();
	await record('sent again: idempotent', { deliveries: true });

	const other = await life.request({ scheduledAt: FAR });
	await ask('watch: another one', watcher, 'watch', { callId: other.id });
	await server.read(`POST /api/calls/${other.id}/cancel`);
	await record('canceled', { events: true });
	await ask('watch: no longer', watcher, 'watch', { callId: null });
	await ask('watch the deliveries: no longer', desk, 'watch-deliveries', { on: false });
	for (const listener of [watcher, desk]) listener.close();
});

/** Records the `stats` frames that a tab receives when it connects and after changes. */
const figures = area('feed/stats.json', async ({ server, life, book }) => {
	const { names } = server;
	const tab = await follow(server);
	const now = async (what: string): Promise<void> => {
		const stats = await tab.stats(await server.read<Stats>('GET /api/stats'));
		book.add(what, { frames: [{ stats: names.value(stats) }] });
	};
	await now('connected');
	await life.request({ scheduledAt: FAR });
	await now('a call was requested');
	await life.live({ scenario: ending('completed') });
	await now('a call has ended');
	await server.ask('DELETE /api/calls');
	await now('everything was cleared');
	tab.close();
});

export const watching = [subscriptions, figures];
