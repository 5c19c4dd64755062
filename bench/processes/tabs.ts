import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Changes } from '#contract';
import { serve } from '#bench/support/children.ts';
import { keyOf, latenciesSince, micros, type Arrival, type Sent } from '#bench/support/measure.ts';
import { openTab } from './tab.ts';

/** The tabs of this process, up to thousands. All count frames of changes; a few also parse them and record times. */
const sockets: Socket[] = [];
let arrivals: Arrival[] = [];
let [parsing, frames, lastAt, bytes] = [0, 0, 0, 0];

const PARSING = 20;
/** Maximum connections under way. More would overflow the server's accept queue, and TCP would wait for a second. */
const UNACCEPTED_MAX = 256;
/** If nothing has arrived for this long, the rest counts as missing. */
const PATIENCE_MS = 10_000;

function open(port: number, cursor: string | null, parses: boolean): Socket {
	const socket = openTab({
		port,
		cursor,
		onChanges(data, from, end) {
			frames++;
			lastAt = micros();
			if (!parses) return;
			const [, { changes }] = JSON.parse(data.toString('utf8', from, end)) as [string, Changes];
			for (const change of changes) if ('call' in change) arrivals.push([keyOf(change.call), micros()]);
		},
		onBytes: (count) => (bytes += count),
	});
	sockets.push(socket);
	return socket;
}

/** Waits until `count` has reached `expected`. Throws if arrivals are missing, or if there are too many. */
async function arrive(what: string, count: () => number, expected: number): Promise<void> {
	for (let [last, since] = [-1, 0]; count() < expected; await pause(5))
		if (count() > last) [last, since] = [count(), performance.now()];
		else if (performance.now() - since > PATIENCE_MS) break;
	if (count() !== expected) throw new Error(`${count()} of ${expected} ${what} arrived.`);
}

const methods = {
	/** Opens `count` tabs at once. Returns the milliseconds until all of them had their `sync`. */
	async open(port: number, count: number, cursor: string | null = null): Promise<number> {
		const start = performance.now();
		const every = Math.ceil(count / PARSING);
		const synced: Promise<unknown>[] = [];
		const opener = async (): Promise<void> => {
			while (synced.length < count) {
				// The last tab parses, because it is the last to receive a broadcast.
				const parses = (count - synced.length - 1) % every === 0;
				if (parses) parsing++;
				const socket = open(port, cursor, parses);
				synced.push(once(socket, 'synced'));
				await once(socket, 'upgraded');
			}
		};
		await Promise.all(Array.from({ length: UNACCEPTED_MAX }, opener));
		await Promise.all(synced);
		return performance.now() - start;
	},
	/** Sets the counts to zero and discards the recorded arrivals. */
	reset(): void {
		[frames, lastAt, bytes] = [0, 0, 0];
		arrivals = [];
	},
	/** Waits until every tab has received this many frames of changes. Returns the time of the last frame. */
	async frames(each: number): Promise<number> {
		await arrive('frames', () => frames, each * sockets.length);
		return lastAt;
	},
	/** Waits until every tab that parses has received these changes. Returns their latencies. */
	async changes(sent: Sent): Promise<ReturnType<typeof latenciesSince>> {
		await arrive('changes', () => arrivals.length, Object.keys(sent).length * parsing);
		return latenciesSince(sent, arrivals);
	},
	bytes: () => bytes,
	async close(): Promise<void> {
		parsing = 0;
		const closed = sockets.splice(0).map((socket) => once(socket.destroy(), 'close'));
		await Promise.all(closed);
	},
};
export type Tabs = typeof methods;

serve(methods);
