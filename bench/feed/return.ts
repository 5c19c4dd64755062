import { setTimeout as pause } from 'node:timers/promises';
import { io } from 'socket.io-client';
import type { CallPage, Sync } from '#contract';
import type { Tabs } from '#bench/processes/tabs.ts';
import { startChild } from '#bench/support/children.ts';
import { createHttpLine, getJson } from '#bench/support/http-line.ts';
import { startProduct } from '#bench/support/product.ts';
import { createProvider } from '#bench/support/provider.ts';
import { compare, printGoal } from '#bench/support/report.ts';
import type { Setup } from '#bench/support/setup.ts';

const MISSED = 200;
const SIDES = ['new tabs', 'tabs that missed changes'] as const;

/** Measures how long many tabs that connect at once wait for their `sync`: new tabs, and tabs that missed changes. */
export async function returning({ clients, rounds, copy }: Setup): Promise<void> {
	const count = clients(1_000);
	await using database = await copy(0);
	await using product = await startProduct(database.path);
	await using tabs = await startChild<Tabs>('tabs');
	const provider = await createProvider(product, MISSED);
	const line = createHttpLine(product.port);
	const { cursor } = await getJson<CallPage>(line, '/api/calls?limit=1');
	line.close();
	await provider.steady(MISSED, 1);
	const { mode, changes } = await syncFrom(product.port, cursor);
	if (mode !== 'delta' || changes.length !== MISSED)
		throw new Error(`A tab that is behind got a ${mode} of ${changes.length} changes.`);

	const title = `${count} tabs connect at once, new or ${MISSED} changes behind`;
	const { ratio } = await compare(title, { sides: SIDES, rounds, warmUp: true, peer: SIDES[0] }, async (side) => {
		const cpuMs = await product.ask('cpuMs');
		const ms = await tabs.ask('open', product.port, count, side === 'new tabs' ? null : cursor);
		const used = (await product.ask('cpuMs')) - cpuMs;
		await tabs.ask('close');
		await pause(200); // until the server has noticed that the tabs are closed
		return { 'ms until all have their sync': ms, 'server CPU ms': used };
	});
	const time = ratio(SIDES[1], SIDES[0], 'ms until all have their sync');
	printGoal('time until all tabs are caught up, against the time to connect', time, '≤ 2 ×');
}

async function syncFrom(port: number, cursor: string): Promise<Sync> {
	const socket = io(`http://127.0.0.1:${port}`, { transports: ['websocket'], auth: { cursor } });
	const sync = await new Promise<Sync>((resolve) => socket.once('sync', resolve));
	socket.disconnect();
	return sync;
}
