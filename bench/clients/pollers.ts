import { setTimeout as pause } from 'node:timers/promises';
import type { CallPage } from '#contract';
import { answer } from '#bench/children/answers.ts';
import { createHttpLine } from './http-line.ts';
import { phaseKey, Sightings, type Sent } from './sightings.ts';

/** A child: tabs that ask for the list again and again. A few of them parse it and note what is new. */

interface Polling {
	port: number;
	count: number;
	parse: number;
	rows: number;
	everyMs: number;
	seconds: number;
}

const sightings = new Sightings();
let bytes = 0;

async function tab(index: number, options: Polling, until: number): Promise<void> {
	const { port, count, parse, rows, everyMs } = options;
	const parses = index % Math.max(1, Math.floor(count / parse)) === 0;
	const line = createHttpLine(port);
	const seen = new Set<string>();
	await pause((index / count) * everyMs); // nobody opened them all in one moment
	for (let first = true; performance.now() < until; first = false) {
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
	/** Polls for `seconds`; answers what came over the wire. */
	async poll(options: Polling): Promise<{ bytes: number }> {
		bytes = 0;
		sightings.clear();
		const until = performance.now() + options.seconds * 1_000;
		await Promise.all(Array.from({ length: options.count }, (_, index) => tab(index, options, until)));
		return { bytes };
	},
	since: (sent: Sent) => sightings.since(sent),
};
export type Pollers = typeof methods;

answer(methods);
