import { setTimeout as pause } from 'node:timers/promises';
import { withChildren, type Child } from '#bench/children/child.ts';
import { startPollers, startReports, startTabs } from '#bench/children/start.ts';
import { startProduct, type Product } from '#bench/children/product.ts';
import type { Pollers } from '#bench/clients/pollers.ts';
import type { Reports } from '#bench/clients/reports.ts';
import type { Sent } from '#bench/clients/sightings.ts';
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
/** So many calls are reported on before anything is measured, so that the server's code is compiled. */
const WARMING = 200;

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

function sampleOf(way: Way, count: number, seconds: number): Promise<Sample> {
	const load = { count, seconds };
	return way === 'polling'
		? onProduct(startPollers, (product, reports, pollers) => poll(product, reports, pollers, load))
		: onProduct(startTabs, (product, reports, tabs) => follow(product, reports, tabs, load));
}

/** Runs `measure` on a fresh server that is warm and has its calls. */
function onProduct<Clients extends { stop(): Promise<void> }>(
	clients: () => Promise<Clients>,
	measure: (product: Product, reports: Child<Reports>, clients: Clients) => Promise<Sample>,
): Promise<Sample> {
	return withChildren([startProduct(), startReports(), clients()], async (product, reports, started) => {
		const { port, secret } = product;
		await reports.ask('prepare', { port, secret, count: WARMING });
		await reports.ask('burst', { callers: 8, seconds: 2 });
		await reports.ask('prepare', { port, secret, count: ROWS });
		return measure(product, reports, started);
	});
}

type Load = { count: number; seconds: number };

async function poll(product: Product, reports: Child<Reports>, pollers: Child<Pollers>, load: Load): Promise<Sample> {
	const { count, seconds } = load;
	const polling = { port: product.port, count, rows: ROWS, parse: Math.min(PARSING, count) };
	await pollers.ask('poll', { ...polling, everyMs: 100 }); // warm
	await pollers.ask('rest');
	await pollers.ask('poll', { ...polling, everyMs: EVERY_MS });
	const before = await pollers.ask('bytes');
	const { sent, ...used } = await during(product, () => changes(reports, seconds));
	const bytes = (await pollers.ask('bytes')) - before;
	await pause(EVERY_MS + 100); // the last change is seen by all
	await pollers.ask('rest');
	return sampleFrom(used, bytes, await pollers.ask('since', sent));
}

async function follow(product: Product, reports: Child<Reports>, tabs: Child<Tabs>, load: Load): Promise<Sample> {
	const { count, seconds } = load;
	const tab = { port: product.port, protocol: 'socket.io', readyAt: 'sync' } as const;
	await tabs.ask('open', { ...tab, count, parse: Math.min(PARSING, count) });
	await tabs.ask('reset', 'phase');
	const { sent, ...used } = await during(product, () => changes(reports, seconds));
	return sampleFrom(used, (await tabs.ask('told')).bytes, await tabs.ask('since', sent));
}

/** Changes calls for `seconds`, and waits until they are over. */
async function changes(reports: Child<Reports>, seconds: number): Promise<{ sent: Sent }> {
	const [sent] = await Promise.all([
		reports.ask('steady', { rate: CHANGES_PER_SECOND, seconds }),
		pause(seconds * 1_000),
	]);
	return { sent };
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
