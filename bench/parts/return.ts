import { setTimeout as pause } from 'node:timers/promises';
import { io } from 'socket.io-client';
import type { CallPage, Sync } from '#contract';
import { withChildren, type Child } from '#bench/children/child.ts';
import { startReports, startTabs } from '#bench/children/start.ts';
import { tooMany } from '#bench/children/limits.ts';
import { startProduct, type Product } from '#bench/children/product.ts';
import type { Reports } from '#bench/clients/reports.ts';
import type { Tabs } from '#bench/clients/tabs.ts';
import { inRounds } from '#bench/measure/rounds.ts';
import type { Options } from '#bench/options.ts';
import { atMost, ratioOf, rowsOf, type Section } from '#bench/report.ts';

const FIGURES = ['ms until all have their sync', 'server CPU ms', 'KiB to each'] as const;
type Sample = Record<(typeof FIGURES)[number], number>;

/** Changes that those who return have missed, each of another call. */
const MISSED = 200;

/** Clients that return at once and are behind, beside as many that only connect. */
export async function measureReturn({ returning: count, reps }: Options): Promise<Section[]> {
	const title = `${count} clients that return at once, ${MISSED} changes behind`;
	const refused = tooMany(title, count);
	if (refused) return [refused];
	return withChildren([startProduct(), startReports(), startTabs()], async (product, reports, tabs) => {
		const cursors = await fallBehind(product, reports);
		const ways = ['connect', 'connect, up to date', `connect, ${MISSED} changes behind`];
		const sample = (way: string): Promise<Sample> => comeBack(product, tabs, count, cursors[ways.indexOf(way)]);
		for (const way of ways) await sample(way); // warm
		const rows = rowsOf(await inRounds(ways, reps, sample), FIGURES);
		const ratio = ratioOf(rows, ways[2]!, FIGURES[0]);
		const goals = [atMost('time until all are caught up, of the time to connect at all', ratio, 2)];
		return [{ title, rows, goals: count === 1_000 ? goals : [], notes: [] }];
	});
}

/** Makes the changes, and checks that a client before them is told of all; answers the cursors: none, now, before. */
async function fallBehind(product: Product, reports: Child<Reports>): Promise<(string | undefined)[]> {
	const { port, secret } = product;
	await reports.ask('prepare', { port, secret, count: MISSED });
	const before = await cursorOf(port);
	await reports.ask('steady', { rate: MISSED, seconds: 1 });
	const { mode, changes } = await syncFrom(port, before);
	if (mode !== 'delta' || changes.length !== MISSED)
		throw new Error(`A client that is behind got a ${mode} of ${changes.length} changes.`);
	return [undefined, await cursorOf(port), before];
}

async function cursorOf(port: number): Promise<string> {
	const response = await fetch(`http://127.0.0.1:${port}/api/calls?limit=1`);
	return ((await response.json()) as CallPage).cursor;
}

async function syncFrom(port: number, cursor: string): Promise<Sync> {
	const socket = io(`http://127.0.0.1:${port}`, { transports: ['websocket'], auth: { cursor } });
	const sync = await new Promise<Sync>((resolve) => socket.once('sync', resolve));
	socket.disconnect();
	return sync;
}

async function comeBack(
	...[product, tabs, count, cursor]: [Product, Child<Tabs>, number, string | undefined]
): Promise<Sample> {
	const { port } = product;
	await tabs.ask('reset', null);
	const before = await product.ask('usage');
	const at = cursor === undefined ? {} : { cursor };
	const took = await tabs.ask('open', { ...at, port, count, protocol: 'socket.io', readyAt: 'sync', parse: 0 });
	const { cpuMs } = await product.ask('usage');
	const { bytes } = await tabs.ask('told');
	await tabs.ask('close');
	await pause(200); // the server notices
	return {
		'ms until all have their sync': took,
		'server CPU ms': cpuMs - before.cpuMs,
		'KiB to each': bytes / 1_024 / count,
	};
}
