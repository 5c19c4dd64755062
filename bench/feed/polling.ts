import { setTimeout as pause } from 'node:timers/promises';
import type { CallPage } from '#contract';
import type { Tabs } from '#bench/processes/tabs.ts';
import { startChild } from '#bench/support/children.ts';
import { createHttpLine } from '#bench/support/http-line.ts';
import { drive, keyOf, latenciesSince, micros, type Arrival } from '#bench/support/measure.ts';
import { startPeer, startProduct, type Server } from '#bench/support/product.ts';
import { createProvider } from '#bench/support/provider.ts';
import { compare, printGoal } from '#bench/support/report.ts';
import type { Setup } from '#bench/support/setup.ts';

const PEERS = ['Express + Prisma, polled', 'product, polled'] as const;
const PUSHED = 'product, pushed';
const [ROWS, EVERY_MS, CHANGES_PER_SECOND] = [100, 1_500, 2];
const PATH = `/api/calls?limit=${ROWS}`;
/** Calls and requests before the measurement, so that the server's code is compiled. */
const WARMING = 200;

/** Compares tabs that poll the list with tabs that receive pushed changes, under the same webhooks. */
export async function polling({ clients, seconds, rounds, copy }: Setup): Promise<void> {
	const count = clients(100);
	const title = `${count} tabs, ${CHANGES_PER_SECOND} changes a second, ${ROWS} rows every ${EVERY_MS} ms`;
	const sides = { sides: [...PEERS, PUSHED] as const, rounds, peer: PEERS[0] };
	const { ratio } = await compare(title, sides, async (side) => {
		await using database = await copy(0);
		await using server = await (side === PEERS[0]
			? startPeer('prisma-server', database.path)
			: startProduct(database.path));
		await (await createProvider(server, WARMING)).burst(8, seconds / 3);
		const line = createHttpLine(server.port);
		await drive(1, WARMING, () => line.request('GET', PATH));
		line.close();
		const provider = await createProvider(server, ROWS);
		// Long enough for several polls by each tab.
		return await (side === PUSHED ? follow : poll)(server, count, () => report(server, provider, seconds * 4));
	});
	for (const peer of PEERS) {
		printGoal(`server CPU, against ${peer}`, ratio(PUSHED, peer, 'server CPU %'), '≤ 0.05 ×');
		printGoal(`bytes, against ${peer}`, ratio(PUSHED, peer, 'bytes/s'), '≤ 0.05 ×');
		printGoal(`mean staleness, against ${peer}`, ratio(PUSHED, peer, 'staleness mean ms'), '≤ 0.005 ×');
	}
}

/** Sends webhooks at a fixed rate. Returns when each was sent, the time taken and the CPU share of the server. */
async function report(server: Server, provider: Awaited<ReturnType<typeof createProvider>>, seconds: number) {
	const [cpuMs, start] = [await server.ask('cpuMs'), performance.now()];
	const [sent] = await Promise.all([provider.steady(CHANGES_PER_SECOND, seconds), pause(seconds * 1_000)]);
	const took = performance.now() - start;
	return { sent, took, cpuPercent: (((await server.ask('cpuMs')) - cpuMs) * 100) / took };
}
type Reported = Awaited<ReturnType<typeof report>>;

const sampleOf = ({ took, cpuPercent }: Reported, bytes: number, staleness: ReturnType<typeof latenciesSince>) => ({
	'server CPU %': cpuPercent,
	'bytes/s': (bytes * 1_000) / took,
	'staleness mean ms': staleness['mean ms'],
	'staleness p99 ms': staleness['p99 ms'],
});

async function follow({ port }: Server, count: number, during: () => Promise<Reported>) {
	await using tabs = await startChild<Tabs>('tabs');
	await tabs.ask('open', port, count);
	await tabs.ask('reset');
	const reported = await during();
	return sampleOf(reported, await tabs.ask('bytes'), await tabs.ask('changes', reported.sent));
}

async function poll({ port }: Server, count: number, during: () => Promise<Reported>) {
	const arrivals: Arrival[] = [];
	let [isOver, bytes] = [false, 0];
	async function tab(index: number): Promise<void> {
		const line = createHttpLine(port);
		const seen = new Set<string>();
		await pause((index / count) * EVERY_MS);
		for (let isFirst = true; !isOver; isFirst = false) {
			const start = performance.now();
			const response = await line.request('GET', PATH);
			bytes += response.bytes;
			// One tab in five parses the rows and records when changes arrive.
			if (index % 5 === 0)
				for (const call of (JSON.parse(response.body) as CallPage).calls) {
					if (!isFirst && !seen.has(keyOf(call))) arrivals.push([keyOf(call), micros()]);
					seen.add(keyOf(call));
				}
			await pause(EVERY_MS - (performance.now() - start));
		}
		line.close();
	}
	const tabs = Array.from({ length: count }, (_, index) => tab(index));
	await pause(EVERY_MS + 100); // every tab has its first list
	bytes = 0;
	const reported = await during();
	const received = bytes;
	await pause(EVERY_MS + 100); // every tab has the last change
	isOver = true;
	await Promise.all(tabs);
	return sampleOf(reported, received, latenciesSince(reported.sent, arrivals));
}
