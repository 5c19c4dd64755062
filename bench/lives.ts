import { setTimeout as pause } from 'node:timers/promises';
import type { Stats } from '#contract';
import type { BareLives } from '#bench/processes/bare-lives.ts';
import { startChild } from './support/children.ts';
import { createHttpLine, getJson, JSON_BODY, newCall } from './support/http-line.ts';
import { startProduct } from './support/product.ts';
import { compare, printGoal } from './support/report.ts';
import type { Setup } from './support/setup.ts';

const SIDES = ['bare', 'product'] as const;
/** Calls in one request. The product creates them in batches, and they all run at the same time. */
const BATCH = 500;
/** The peer's transactions per life: the create, the acceptance, the end of the job, and two for each webhook. */
const STEPS = 11;
/** How often the product is asked whether calls are left. */
const POLL_MS = 100;

/**
 * Whole lives: create, dispatch, four signed webhooks and the end, over HTTP. The peer lives the same life with
 * `node:http`, `fetch`, the raw driver and one transaction for each step, 32 calls at a time.
 */
export async function lives({ clients, rounds, copy }: Setup): Promise<void> {
	const count = clients(3_000);
	await using bareCopy = await copy(0);
	await using productCopy = await copy(0);
	await using bare = await startChild<BareLives>('bare-lives');
	await bare.ask('open', bareCopy.path, 'FULL');
	await using product = await startProduct(productCopy.path, { PROVIDER_SPEED: '1000' });
	const line = createHttpLine(product.port);
	const pending = async (): Promise<number> => (await getJson<Stats>(line, '/api/stats')).byStatus.PENDING;

	async function live(): Promise<void> {
		for (let made = 0; made < count; made += BATCH) {
			const calls = Array.from({ length: Math.min(BATCH, count - made) }, (_, i) => {
				const { scheduledAt: _later, ...dueNow } = newCall(made + i);
				return dueNow;
			});
			await line.request('POST', '/api/calls/batch', JSON.stringify({ calls }), JSON_BODY);
		}
		while ((await pending()) > 0) await pause(POLL_MS);
	}

	const { ratio, median } = await compare(
		`${count} whole lives, FULL`,
		{ sides: SIDES, rounds, warmUp: true, peer: SIDES[0] },
		async (side) => {
			const server = side === 'bare' ? bare : product;
			const [cpuMs, commits] = [await server.ask('cpuMs'), await product.ask('commits')];
			await server.ask('watchLoop');
			const start = performance.now();
			await (side === 'bare' ? bare.ask('live', count) : live());
			const ms = performance.now() - start;
			return {
				'lives a second': (count * 1_000) / ms,
				'CPU ms per life': ((await server.ask('cpuMs')) - cpuMs) / count,
				'commits per life': side === 'bare' ? STEPS : ((await product.ask('commits')) - commits) / count,
				'loop p99 ms': await server.ask('loopP99'),
			};
		},
	);
	line.close();
	printGoal('lives a second, against the bare stack', ratio('product', 'bare', 'lives a second'), '≥ 1.8 ×');
	printGoal('p99 of the event loop’s delay', median('product', 'loop p99 ms'), '≤ 15 ms');
}
