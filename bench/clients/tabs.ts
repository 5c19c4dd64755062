import type { Socket } from 'node:net';
import { answer } from '#bench/children/answers.ts';
import { micros } from '#bench/measure/clock.ts';
import { Sightings, type Key, type Sent } from './sightings.ts';
import { openTab, type TabOptions } from './tab.ts';

/** A child: thousands of tabs in one light process. They count their frames; a few of them parse, and note the time. */

const sockets = new Set<Socket>();
const sightings = new Sightings();
let [frames, bytes, lastAt, parsing] = [0, 0, 0, 0];
/** By what those that parse recognise a change; null: nobody parses. */
let key: Key | null = null;

/** As many tabs wait at the server's door at once: more and its queue overflows, and TCP waits for a second. */
const AT_THE_DOOR = 256;

interface Many extends TabOptions {
	count: number;
	/** How many of them may parse. */
	parse: number;
}

function open(options: TabOptions, parses: boolean, onIn: () => void): Promise<void> {
	return new Promise((resolve, reject) => {
		const socket = openTab(options, {
			onIn,
			onReady: resolve,
			onChanges(data, from, end) {
				frames++;
				lastAt = micros();
				if (parses && key !== null) sightings.addFrame(data, from, end, key);
			},
			onBytes: (count) => (bytes += count),
			onGone() {
				sockets.delete(socket);
				reject(new Error('A tab was cut off.'));
			},
		});
		sockets.add(socket);
	});
}

const methods = {
	/** Opens `count` tabs at once; answers in how many milliseconds all were ready. */
	async open({ count, parse, ...options }: Many): Promise<number> {
		const start = performance.now();
		let next = 0;
		const ready: Promise<void>[] = [];
		const every = Math.max(1, Math.floor(count / parse));
		const more = (): void => {
			if (next === count) return;
			const parses = next++ % every === 0 && parse > 0;
			if (parses) parsing++;
			const tab = open(options, parses, more);
			tab.catch(() => undefined); // told where it is waited for
			ready.push(tab);
		};
		for (let i = 0; i < AT_THE_DOOR; i++) more();
		for (let i = 0; i < count; i++) await ready[i]; // each that came in has let another one in
		return performance.now() - start;
	},
	/** Counts anew; those that may parse do so where there is a key. */
	reset(by: Key | null): void {
		[frames, bytes, lastAt, key] = [0, 0, 0, by];
		sightings.clear();
	},
	/** `lastAt`: when the last frame of changes came, in microseconds; `parsed`: the changes that all `parsing` tabs read. */
	told: () => ({ open: sockets.size, frames, bytes, lastAt, parsing, parsed: sightings.count }),
	since: (sent: Sent) => sightings.since(sent),
	/** Closes all tabs. */
	async close(): Promise<void> {
		const gone = [...sockets].map((socket) => new Promise((resolve) => socket.once('close', resolve)));
		for (const socket of sockets) socket.destroy();
		parsing = 0;
		await Promise.all(gone);
	},
};
export type Tabs = typeof methods;

answer(methods);
