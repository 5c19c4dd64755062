import { startChild, type Child } from '#bench/children/child.ts';
import { startProduct, type Product } from '#bench/children/product.ts';
import type { Pollers } from '#bench/clients/pollers.ts';
import type { Reports } from '#bench/clients/reports.ts';
import type { Tabs } from '#bench/clients/tabs.ts';
import { inRounds } from '#bench/measure/rounds.ts';
import type { Spread } from '#bench/measure/stats.ts';
import type { Options } from '#bench/options.ts';
import { atMost, ratioOf, rowsOf, type Section } from '#bench/report.ts';

const WAYS = ['polling', 'ours'] as const;
type Way = (typeof WAYS)[number];
const FIGURES = ['server CPU %', 'bytes/s to the tabs', 'staleness mean ms', 'staleness p99 ms'] as const;
type Sample = Record<(typeof FIGURES)[number], number>;

const ROWS = 100;
const EVERY_MS = 1_500;
const CHANGES_PER_SECOND = 2;
const PARSING = 20;

/** Tabs that ask for the list again and again beside tabs that are told, on the same server with the same changes. */
export async function measurePolling({ polling: count, reps, pollingSeconds: seconds }: Options): Promise<Section[]> {
	const samples = await inRounds(WAYS, reps, (way) => sampleOf(way, count, seconds));
	const rows = rowsOf(samples, FIGURES);
	const goals = [
		atMost('server CPU, of polling’s', ratioOf(rows, 'ours', 'server CPU %'), 1 / 20),
		atMost('bytes, of polling’s', ratioOf(rows, 'ours', 'bytes/s to the tabs'), 1 / 20),
		atMost('mean staleness, of polling’s', ratioOf(rows, 'ours', 'staleness mean ms'), 1 / 200),
	];
	const title = `${count} tabs, ${CHANGES_PER_SECOND} changes a second: polling ${ROWS} rows every ${EVERY_MS} ms, and ours`;
	return [{ title, rows, goals: count === 100 ? goals : [], notes: [] }];
}

async function sampleOf(way: Way, count: number, seconds: number): Promise<Sample> {
	const product = await startProduct();
	const children: { stop(): Promise<void> }[] = [product];
	try {
		const reports = await startChild<Reports>(new URL('../clients/reports.ts', import.meta.url));
		children.push(reports);
		await reports.ask('prepare', { port: product.port, secret: product.secret, count: ROWS });
		const client = new URL(way === 'polling' ? '../clients/pollers.ts' : '../clients/tabs.ts', import.meta.url);
		const child = await startChild<Pollers & Tabs>(client);
		children.push(child);
		await reports.ask('burst', { callers: 2, seconds: 0.1 }); // warm, and most reports stay for later
		return await (way === 'polling' ? poll : follow)(product, reports, child, { count, seconds });
	} finally {
		for (const running of children.toReversed()) await running.stop();
	}
}

type Load = { count: number; seconds: number };

async function poll(product: Product, reports: Child<Reports>, pollers: Child<Pollers>, load: Load): Promise<Sample> {
	const polling = { port: product.port, parse: Math.min(PARSING, load.count), rows: ROWS };
	await pollers.ask('poll', { ...polling, count: load.count, everyMs: 200, seconds: 0.3 }); // warm
	const { sent, bytes, ...used } = await during(product, async () => {
		const polled = pollers.ask('poll', { ...polling, ...load, everyMs: EVERY_MS });
		// Every tab has its first list, and time is left to see the last change.
		const quiet = (2 * EVERY_MS) / 1_000;
		await new Promise((resolve) => setTimeout(resolve, EVERY_MS / 2));
		const sent = await reports.ask('steady', { rate: CHANGES_PER_SECOND, seconds: load.seconds - quiet });
		return { sent, ...(await polled) };
	});
	return sampleFrom(used, bytes, await pollers.ask('since', sent));
}

async function follow(product: Product, reports: Child<Reports>, tabs: Child<Tabs>, load: Load): Promise<Sample> {
	const { count, seconds } = load;
	const tab = { port: product.port, protocol: 'socket.io', readyAt: 'sync' } as const;
	await tabs.ask('open', { ...tab, count, parse: Math.min(PARSING, count) });
	await tabs.ask('reset', 'phase');
	const { sent, ...used } = await during(product, async () => ({
		sent: await reports.ask('steady', { rate: CHANGES_PER_SECOND, seconds }),
	}));
	return sampleFrom(used, (await tabs.ask('told')).bytes, await tabs.ask('since', sent));
}

interface Used {
	took: number;
	cpuMs: number;
}

/** Does `work`, and tells how long it took and what the server used meanwhile. */
async function during<T>(product: Product, work: () => Promise<T>): Promise<T & Used> {
	const before = await product.ask('usage');
	const start = performance.now();
	const done = await work();
	const took = (performance.now() - start) / 1_000;
	return { ...done, took, cpuMs: (await product.ask('usage')).cpuMs - before.cpuMs };
}

function sampleFrom({ took, cpuMs }: Used, bytes: number, staleness: Spread): Sample {
	if (staleness.count === 0) throw new Error('No tab saw a change.');
	return {
		...{ 'server CPU %': cpuMs / took / 10, 'bytes/s to the tabs': bytes / took },
		...{ 'staleness mean ms': staleness.mean, 'staleness p99 ms': staleness.p99 },
	};
}
