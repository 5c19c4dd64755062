import { withChildren, type Child } from '#bench/children/child.ts';
import { startBroadcast, startTabs } from '#bench/children/start.ts';
import { tooMany } from '#bench/children/limits.ts';
import type { Tabs } from '#bench/clients/tabs.ts';
import { inRounds } from '#bench/measure/rounds.ts';
import type { Spread } from '#bench/measure/stats.ts';
import { until } from '#bench/measure/until.ts';
import type { Options } from '#bench/options.ts';
import { atLeast, atMost, ratioOf, rowsOf, type Goal, type Row, type Section } from '#bench/report.ts';
import type { Broadcast } from '#bench/servers/broadcast.ts';
import { KINDS, type Kind } from '#bench/servers/kinds.ts';

const FIGURES = [
	...(['deliveries/s', 'server CPU s per million deliveries', 'publish to receive p50 ms'] as const),
	...(['publish to receive p99 ms', 'many changes: p50 ms', 'many changes: p99 ms'] as const),
	...(['resident KiB per client'] as const),
] as const;
type Sample = Record<(typeof FIGURES)[number], number>;

const PARSING = 20;
const WARM_UP_SECONDS = 0.5;
/** Deliveries a second that leave room: at the fixed rate nothing shall pile up. */
const CALM_DELIVERIES = 30_000;
/** More than this, changes times clients, is more bytes than loopback carries: each client gets every whole row. */
const MANY_DELIVERIES = 1_000_000;

const calmRate = (clients: number): number => Math.min(50, Math.max(5, Math.round(CALM_DELIVERIES / clients)));
const manyRate = (clients: number): number => Math.min(1_000, Math.round(MANY_DELIVERIES / clients));

/** Deliveries, latencies, CPU and memory of pushing to many clients: bare `ws`, plain Socket.IO, and the product's feed. */
export async function measurePush({ clients, reps, seconds }: Options): Promise<Section[]> {
	const sections: Section[] = [];
	for (const count of clients) {
		const title = `Push to ${count} clients: one change a frame, then ${calmRate(count)}/s, then ${manyRate(count)}/s`;
		const refused = tooMany(title, count);
		if (refused) {
			sections.push(refused);
			continue;
		}
		const samples = await inRounds(KINDS, reps, (kind) => sampleOf(kind, count, seconds));
		const rows = rowsOf(samples, FIGURES);
		sections.push({ title, rows, goals: goalsFor(count, rows), notes: [] });
	}
	return sections;
}

function goalsFor(count: number, rows: readonly Row[]): Goal[] {
	const ours = (name: (typeof FIGURES)[number]): number => ratioOf(rows, 'ours', name);
	const one = [
		atLeast('deliveries a second, of the bare server’s', ours('deliveries/s'), 0.75),
		atMost('server CPU per delivery', ours('server CPU s per million deliveries'), 1.35),
	];
	const many = [atMost('1,000 changes a second, p99', ours('many changes: p99 ms'), 1.15)];
	return [...(count === 1_000 || count === 3_000 ? one : []), ...(count === 1_000 ? many : [])];
}

async function sampleOf(kind: Kind, count: number, seconds: number): Promise<Sample> {
	const single = await onServer(kind, [], count, async (server, tabs, residentKiB) => {
		await saturate(server, tabs, count, WARM_UP_SECONDS);
		const { deliveries, took, cpuMs } = await saturate(server, tabs, count, seconds);
		const calm = await steady(server, tabs, calmRate(count), seconds);
		return {
			'deliveries/s': deliveries / took,
			'server CPU s per million deliveries': (cpuMs * 1_000) / deliveries,
			'publish to receive p50 ms': calm.p50,
			'publish to receive p99 ms': calm.p99,
			'resident KiB per client': residentKiB,
		};
	});
	// Plain Socket.IO gathers nothing: so many frames a second are beyond it.
	const many =
		kind === 'io-emit'
			? { p50: NaN, p99: NaN }
			: await onServer(kind, ['--gathers'], count, async (server, tabs) => {
					await steady(server, tabs, manyRate(count), WARM_UP_SECONDS);
					return steady(server, tabs, manyRate(count), seconds);
				});
	return { ...single, 'many changes: p50 ms': many.p50, 'many changes: p99 ms': many.p99 };
}

/** Runs `measure` on a fresh server with fresh clients. */
async function onServer<T>(
	...[kind, flags, count, measure]: [
		kind: Kind,
		flags: readonly string[],
		count: number,
		measure: (server: Child<Broadcast>, tabs: Child<Tabs>, residentKiB: number) => Promise<T>,
	]
): Promise<T> {
	return withChildren([startBroadcast(['--kind', kind, ...flags]), startTabs()], async (server, tabs) => {
		const port = await server.ask('port');
		const protocol = kind === 'ws-once' ? 'ws' : 'socket.io';
		const readyAt = kind === 'ours' ? 'sync' : 'handshake';
		const resident = await residentBytes(server);
		await tabs.ask('open', { ...{ port, protocol, readyAt, count }, parse: Math.min(PARSING, count) });
		return measure(server, tabs, ((await residentBytes(server)) - resident) / 1_024 / count);
	});
}

async function residentBytes(server: Child<Broadcast>): Promise<number> {
	await server.ask('collect');
	return (await server.ask('usage')).rssBytes;
}

/** Publishes as fast as it goes, and waits until every client has had every change, each as a frame of its own. */
async function saturate(
	...[server, tabs, count, seconds]: [Child<Broadcast>, Child<Tabs>, number, number]
): Promise<{ deliveries: number; took: number; cpuMs: number }> {
	await tabs.ask('reset', null);
	const [before, start] = [await server.ask('usage'), performance.now()];
	const deliveries = (await server.ask('saturate', seconds)) * count;
	const told = await until(
		() => tabs.ask('told'),
		({ frames }) => frames >= deliveries,
		({ frames }) => frames,
	);
	const took = (performance.now() - start) / 1_000;
	if (told.frames !== deliveries || told.open !== count)
		throw new Error(`${told.frames} frames of ${deliveries} came, ${told.open} clients of ${count} are left.`);
	return { deliveries, took, cpuMs: (await server.ask('usage')).cpuMs - before.cpuMs };
}

/** Publishes at a fixed rate, and waits until the clients that parse have had every change. */
async function steady(
	...[server, tabs, rate, seconds]: [Child<Broadcast>, Child<Tabs>, number, number]
): Promise<Spread> {
	await tabs.ask('reset', 'seq');
	const sent = await server.ask('steady', { rate, seconds });
	const published = Object.keys(sent).length;
	const told = await until(
		() => tabs.ask('told'),
		({ parsed, parsing }) => parsed >= published * parsing,
		({ parsed }) => parsed,
	);
	if (told.parsed !== published * told.parsing)
		throw new Error(`${told.parsed} changes came of ${published} for each of ${told.parsing} clients.`);
	return tabs.ask('since', sent);
}
