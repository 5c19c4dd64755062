import { setTimeout as pause } from 'node:timers/promises';
import type { CallPage } from '#contract';
import { answer } from '#bench/children/answers.ts';
import { createHttpLine } from './http-line.ts';
import { phaseKey, Sightings, type Sent } from './sightings.ts';

/** A child: tabs that ask for the list again and again. A few of them parse it and note what is new. */

interface Polling {
	port: number;
	count: number;
	/** How many of them parse what they get. */
	parse: number;
	rows: number;
	everyMs: number;
}

const sightings = new Sightings();
let [polling, bytes] = [false, 0];
let tabs: Promise<void>[] = [];

async function tab(index: number, { port, count, parse, rows, everyMs }: Polling): Promise<void> {
	const parses = index % Math.max(1, Math.floor(count / parse)) === 0;
	const line = createHttpLine(port);
	const seen = new Set<string>();
	await pause((index / count) * everyMs); // nobody opened them all in one moment
	for (let first = true; polling; first = false) {
		const start = performance.now();
		const { status, body, bytes: came } = await line.request('GET', `/api/calls?limit=${rows}`);
		if (status !== 200) throw new Error(`The list was answered ${status}: ${body.toString()}`);
		bytes += came;
		if (parses)
			for (const call of (JSON.parse(body.toString()) as CallPage).calls) {
				const key = phaseKey(call);
				if (!seen.has(key) && !first) sightings.add(key);
				seen.add(key);
			}
		await pause(Math.max(0, everyMs - (performance.now() - start)));
	}
	line.close();
}

const methods = {
	/** Begins to poll; answers once every tab has begun. */
	async poll(options: Polling): Promise<void> {
		polling = true;
		tabs = Array.from({ length: options.count }, (_, index) => tab(index, options));
		await Promise.race([pause(options.everyMs), Promise.all(tabs)]);
	},
	/** What came over the wire so far. */
	bytes: () => bytes,
	since: (sent: Sent) => sightings.since(sent),
	/** Ends the polling, when each tab has had its last list. */
	async rest(): Promise<void> {
		polling = false;
		await Promise.all(tabs);
	},
};
export type Pollers = typeof methods;

answer(methods);
