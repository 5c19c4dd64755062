import { startBare } from '#bench/children/bare-product.ts';
import { withChildren, type Child } from '#bench/children/child.ts';
import { startReports, startTabs } from '#bench/children/start.ts';
import { tooMany } from '#bench/children/limits.ts';
import { startProduct } from '#bench/children/product.ts';
import type { Reports } from '#bench/clients/reports.ts';
import type { Tabs } from '#bench/clients/tabs.ts';
import type { Usage } from '#bench/children/answers.ts';
import { inRounds } from '#bench/measure/rounds.ts';
import type { Spread } from '#bench/measure/stats.ts';
import { until } from '#bench/measure/until.ts';
import type { Options } from '#bench/options.ts';
import { atLeast, atMost, ratioOf, rowsOf, type Goal, type Row, type Section } from '#bench/report.ts';

/** The bare stack keeps as much of a crash of the machine as it says; ours always keeps all (FULL). */
const STACKS = ['bare, NORMAL', 'bare, FULL', 'ours'] as const;
type Stack = (typeof STACKS)[number];

const FIGURES = [
	...(['webhooks/s in the burst', 'burst p50 ms', 'burst p99 ms', 'calm p50 ms', 'calm p99 ms'] as const),
	'server CPU µs per webhook in the burst',
] as const;
type Sample = Record<(typeof FIGURES)[number], number>;

const CALLERS = 32;
const PARSING = 10;
const WARM_UP_SECONDS = 0.5;
/** Each call takes five reports: enough for five thousand webhooks a second. */
const CALLS_PER_SECOND = 1_000;
const calmRate = (tabs: number): number => (tabs <= 100 ? 50 : 20);
/** By the number of tabs: how many times the bare stack's webhooks. */
const MANY_TIMES: Record<number, number> = { 100: 3, 1_000: 20 };

/** From a provider's request with a signed webhook to the change that a tab has parsed, beside a stack without grouping. */
export async function measureWebhooks({ tabs, reps, seconds }: Options): Promise<Section[]> {
	const sections: Section[] = [];
	for (const count of tabs) {
		const title = `Webhooks to ${count} tabs: ${calmRate(count)}/s, then a burst by ${CALLERS} callers`;
		const refused = tooMany(title, count);
		if (refused) {
			sections.push(refused);
			continue;
		}
		const samples = await inRounds(STACKS, reps, (stack) =>
			withChildren([start(stack), startReports(), startTabs()], (...children) =>
				measured(...children, { count, seconds }),
			),
		);
		const rows = rowsOf(samples, FIGURES);
		sections.push({ title, rows, goals: goalsFor(count, rows), notes: [] });
	}
	return sections;
}

function goalsFor(count: number, rows: readonly Row[]): Goal[] {
	const least = MANY_TIMES[count];
	if (least === undefined) return [];
	const ours = (name: (typeof FIGURES)[number]): number => ratioOf(rows, 'ours', name);
	return [
		atLeast('webhooks a second, of the bare stack’s', ours('webhooks/s in the burst'), least),
		atMost('p99 in the burst', ours('burst p99 ms'), 0.5),
		atMost('p50 when calm', ours('calm p50 ms'), 1.6),
	];
}

/** A server that takes webhooks. */
interface Running {
	port: number;
	protocol: 'ws' | 'socket.io';
	/** Makes so many calls and lets the child report on them. */
	prepare(reports: Child<Reports>, calls: number): Promise<void>;
	usage(): Promise<Usage>;
	stop(): Promise<void>;
}

async function start(stack: Stack): Promise<Running> {
	if (stack === 'ours') {
		const { port, secret, ask, stop } = await startProduct();
		const prepare: Running['prepare'] = (reports, count) => reports.ask('prepare', { port, secret, count });
		return { port, protocol: 'socket.io', prepare, usage: () => ask('usage'), stop };
	}
	const { ask, stop } = await startBare(stack === 'bare, FULL' ? 'FULL' : 'NORMAL');
	const port = await ask('port');
	const prepare: Running['prepare'] = async (reports, count) =>
		reports.ask('take', { port, secret: 'whsec_', calls: await ask('prepare', count) });
	return { port, protocol: 'ws', prepare, usage: () => ask('usage'), stop };
}

async function measured(
	...[server, reports, tabs, load]: [Running, Child<Reports>, Child<Tabs>, { count: number; seconds: number }]
): Promise<Sample> {
	const { count, seconds } = load;
	const { port, protocol } = server;
	const warmUp = Math.min(WARM_UP_SECONDS, seconds);
	await server.prepare(reports, Math.ceil((seconds + warmUp) * CALLS_PER_SECOND));
	await tabs.ask('open', { ...{ port, protocol, count }, parse: Math.min(PARSING, count), readyAt: 'sync' });
	await burst(server, reports, tabs, warmUp);
	const calm = await steady(reports, tabs, calmRate(count), seconds);
	const { rate, spread, cpuMicros } = await burst(server, reports, tabs, seconds);
	return {
		'webhooks/s in the burst': rate,
		...{ 'burst p50 ms': spread.p50, 'burst p99 ms': spread.p99, 'calm p50 ms': calm.p50, 'calm p99 ms': calm.p99 },
		'server CPU µs per webhook in the burst': cpuMicros,
	};
}

async function burst(
	...[server, reports, tabs, seconds]: [Running, Child<Reports>, Child<Tabs>, number]
): Promise<{ rate: number; spread: Spread; cpuMicros: number }> {
	await tabs.ask('reset', 'phase');
	const before = await server.usage();
	const { sent, startedAt } = await reports.ask('burst', { callers: CALLERS, seconds });
	const { lastAt } = await carried(tabs, Object.keys(sent).length);
	const webhooks = Object.keys(sent).length;
	const cpuMicros = (((await server.usage()).cpuMs - before.cpuMs) * 1_000) / webhooks;
	return { rate: (webhooks * 1e6) / (lastAt - startedAt), spread: await tabs.ask('since', sent), cpuMicros };
}

async function steady(
	...[reports, tabs, rate, seconds]: [Child<Reports>, Child<Tabs>, number, number]
): Promise<Spread> {
	await tabs.ask('reset', 'phase');
	const sent = await reports.ask('steady', { rate, seconds });
	await carried(tabs, Object.keys(sent).length);
	return tabs.ask('since', sent);
}

/** Waits until every tab has had every change, and throws where one did not come. */
async function carried(tabs: Child<Tabs>, changes: number): Promise<{ lastAt: number }> {
	const told = await until(
		() => tabs.ask('told'),
		({ parsed, parsing, frames, open }) => parsed >= changes * parsing && frames % open === 0,
		({ frames }) => frames,
	);
	if (told.parsed !== changes * told.parsing)
		throw new Error(`${told.parsed} changes came of ${changes} for each of ${told.parsing} tabs.`);
	return told;
}
