import { setTimeout as pause } from 'node:timers/promises';
import { io } from 'socket.io-client';
import { createCall, createHttpLine } from '#bench/support/http-line.ts';
import { latencies } from '#bench/support/measure.ts';
import { startProduct } from '#bench/support/product.ts';
import { compare } from '#bench/support/report.ts';
import type { Setup } from '#bench/support/setup.ts';

const SIDES = ['to the change on a socket', 'to the response'] as const;
const PAUSE_MS = 15;

/** Measures single creates on an idle server: the time from the request to the pushed change and to the response. */
export async function createPush({ rounds, times, copy }: Setup): Promise<void> {
	await using database = await copy(0);
	await using product = await startProduct(database.path);
	const line = createHttpLine(product.port);
	const socket = io(`http://127.0.0.1:${product.port}`, { transports: ['websocket'] });
	const next = (event: string): Promise<unknown> => new Promise((resolve) => socket.once(event, resolve));
	await next('sync');
	let both: Promise<unknown> = Promise.resolve();
	await compare('From the request to create a call', { sides: SIDES, rounds, warmUp: true }, (side) => {
		const create = (): Promise<unknown> => {
			const [change, response] = [next('changes'), createCall(line, 0)];
			both = Promise.all([change, response]);
			return side === 'to the response' ? response : change;
		};
		return latencies(times, create, async () => {
			await both;
			await pause(PAUSE_MS);
		});
	});
	await both;
	socket.disconnect();
	line.close();
}
