import type { Tabs } from '#bench/processes/tabs.ts';
import { startChild } from '#bench/support/children.ts';
import { startPeer, startProduct } from '#bench/support/product.ts';
import { createProvider } from '#bench/support/provider.ts';
import { compare, printGoal } from '#bench/support/report.ts';
import type { Setup } from '#bench/support/setup.ts';

const SIDES = ['bare stack', 'product'] as const;
const CALLERS = 32;
const WARM_UP_SECONDS = 0.5;
/**
 * Calls to create for each second. Each call gets five webhooks, so the calls suffice for 5,000 webhooks a second.
 */
const CALLS_PER_SECOND = 1_000;

/**
 * Measures webhooks from the provider's request to the change in a tab. The bare stack uses one transaction and one
 * broadcast for each webhook.
 */
export async function webhooks({ clients, rounds, seconds, copy }: Setup): Promise<void> {
	for (const [count, calmRate, goal] of [
		[clients(100), 50, '≥ 3 ×'],
		[clients(1_000), 20, '≥ 20 ×'],
	] as const) {
		const title = `Webhooks to ${count} tabs: ${calmRate}/s, then a burst by ${CALLERS} callers`;
		const { ratio } = await compare(title, { sides: SIDES, rounds, peer: SIDES[0] }, async (side) => {
			await using database = await copy(0);
			// `NORMAL`: the bare stack may lose its last transactions in a power failure. The product loses none.
			await using server = await (side === 'product'
				? startProduct(database.path)
				: startPeer('bare-server', database.path, 'NORMAL'));
			await using tabs = await startChild<Tabs>('tabs');
			const provider = await createProvider(server, Math.ceil((seconds + WARM_UP_SECONDS) * CALLS_PER_SECOND));
			await tabs.ask('open', server.port, count);
			await tabs.ask('changes', await provider.burst(CALLERS, WARM_UP_SECONDS));
			await tabs.ask('reset');
			const calm = await tabs.ask('changes', await provider.steady(calmRate, seconds));
			await tabs.ask('reset');
			const cpuMs = await server.ask('cpuMs');
			const sent = await provider.burst(CALLERS, seconds);
			const burst = await tabs.ask('changes', sent);
			const sentAt = Object.values(sent);
			return {
				'webhooks/s': (sentAt.length * 1e6) / (burst.lastAt - sentAt[0]!),
				'p99 ms in the burst': burst['p99 ms'],
				'p50 ms when calm': calm['p50 ms'],
				'server CPU µs per webhook': (((await server.ask('cpuMs')) - cpuMs) * 1_000) / sentAt.length,
			};
		});
		const p99 = ratio('product', 'bare stack', 'p99 ms in the burst');
		const p50 = ratio('product', 'bare stack', 'p50 ms when calm');
		printGoal('webhooks a second, against the bare stack', ratio('product', 'bare stack', 'webhooks/s'), goal);
		printGoal('p99 in the burst, against the bare stack', p99, '≤ 0.5 ×');
		printGoal('p50 when calm, against the bare stack', p50, '≤ 1.6 ×');
	}
}
