import type { PushServer } from '#bench/processes/push-server.ts';
import type { Tabs } from '#bench/processes/tabs.ts';
import { startChild, type Child } from '#bench/support/children.ts';
import { micros } from '#bench/support/measure.ts';
import { compare, printGoal } from '#bench/support/report.ts';
import type { Setup } from '#bench/support/setup.ts';

const SIDES = ['bare ws', 'product'] as const;
type Side = (typeof SIDES)[number];
const WARM_UP_SECONDS = 0.5;
const MANY_A_SECOND = 1_000;

/** Compares the product's hub with bare `ws`, without a database: one change a frame, then many changes a frame. */
export async function push({ clients, rounds, seconds }: Setup): Promise<void> {
	const sides = { sides: SIDES, rounds, peer: SIDES[0] };
	for (const count of [clients(100), clients(1_000), clients(5_000)]) {
		const title = `Push to ${count} clients, one change a frame`;
		const { ratio } = await compare(title, sides, (side) =>
			pushing(side, false, count, async (server, tabs) => {
				await saturate(server, tabs, WARM_UP_SECONDS);
				const { perSecond, cpuMs } = await saturate(server, tabs, seconds);
				return { 'deliveries/s': perSecond * count, 'server CPU µs per delivery': (cpuMs * 1_000) / count };
			}),
		);
		const cpu = ratio('product', 'bare ws', 'server CPU µs per delivery');
		printGoal('deliveries a second, against bare ws', ratio('product', 'bare ws', 'deliveries/s'), '≥ 0.85 ×');
		printGoal('server CPU per delivery, against bare ws', cpu, '≤ 1.3 ×');
	}
	const count = clients(1_000);
	const { ratio } = await compare(`Push of ${MANY_A_SECOND} changes a second to ${count} clients`, sides, (side) =>
		pushing(side, true, count, async (server, tabs) => {
			await steady(server, tabs, WARM_UP_SECONDS);
			const { 'p50 ms': p50, 'p99 ms': p99 } = await steady(server, tabs, seconds);
			return { 'p50 ms': p50, 'p99 ms': p99 };
		}),
	);
	printGoal('p99 of 1,000 changes a second, against bare ws', ratio('product', 'bare ws', 'p99 ms'), '≤ 1.15 ×');
}

/** Runs `measure` with a new server and new clients. */
async function pushing<T>(
	side: Side,
	gathers: boolean,
	count: number,
	measure: (server: Child<PushServer>, tabs: Child<Tabs>) => Promise<T>,
): Promise<T> {
	await using server = await startChild<PushServer>('push-server');
	await using tabs = await startChild<Tabs>('tabs');
	await tabs.ask('open', await server.ask('listen', side, gathers), count);
	return await measure(server, tabs);
}

/**
 * Publishes as fast as possible, and waits until every client has every change. Returns changes a second, and the
 * server's CPU time per change.
 */
async function saturate(server: Child<PushServer>, tabs: Child<Tabs>, seconds: number) {
	await tabs.ask('reset');
	const [cpuMs, start] = [await server.ask('cpuMs'), micros()];
	const published = await server.ask('saturate', seconds);
	const took = (await tabs.ask('frames', published)) - start;
	return { perSecond: (published * 1e6) / took, cpuMs: ((await server.ask('cpuMs')) - cpuMs) / published };
}

async function steady(server: Child<PushServer>, tabs: Child<Tabs>, seconds: number) {
	await tabs.ask('reset');
	return tabs.ask('changes', await server.ask('steady', MANY_A_SECOND, seconds));
}
