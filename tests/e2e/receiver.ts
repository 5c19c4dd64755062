import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Delivery, Settings } from '#contract';
import { expect, test as base, type Server } from './server.ts';

/** A receiver that the test controls: it responds with `status`. */
export interface Receiver {
	url: string;
	status: number;
	received: string[];
}

export const test = base.extend<{ receiver: Receiver }>({
	receiver: async ({ browserName: _any }, use) => {
		const receiver: Receiver = { url: '', status: 500, received: [] };
		const http: HttpServer = createServer((request, response) => {
			receiver.received.push(String(request.headers['webhook-id']));
			request.resume();
			response
				.writeHead(receiver.status, { 'content-type': 'text/plain' })
				.end(`The receiver returned ${receiver.status}.`);
		});
		await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
		receiver.url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/hook`;
		await use(receiver);
		http.closeAllConnections();
		await new Promise((resolve) => http.close(resolve));
	},
});

/** Sets the simulator's speed. At 1,000 a delivery is dead within half a second; at 1 it waits between its attempts. */
export async function setSpeed(server: Server, speed: number): Promise<void> {
	const settings = await server.api<Settings>('GET', '/api/provider/settings');
	await server.api('PUT', '/api/provider/settings', { ...settings, speed });
}

/** Sends a call whose webhooks go to the receiver. */
export async function send(server: Server, receiver: Receiver, callId: string, outcome = 'completed'): Promise<void> {
	const call = { callId, phoneNumber: '+12025550100', workflow: 'SUPPORT', callbackUrl: receiver.url };
	await server.api('POST', '/api/provider/send-call', { ...call, scenario: { outcome, delayMs: 60 } });
}

export const deliveriesOf = async (server: Server, query: string): Promise<Delivery[]> =>
	(await server.api<{ deliveries: Delivery[] }>('GET', `/api/deliveries?${query}`)).deliveries;

/** Creates calls whose webhooks are all dead. Returns the number of these webhooks. */
export async function deadLetters(server: Server, receiver: Receiver, ...callIds: string[]): Promise<number> {
	await setSpeed(server, 1_000);
	for (const callId of callIds) await send(server, receiver, callId);
	let all: Delivery[] = [];
	await expect(async () => {
		all = (await Promise.all(callIds.map((callId) => deliveriesOf(server, `callId=${callId}`)))).flat();
		expect(new Set(all.map(({ callId }) => callId)).size).toBe(callIds.length);
		expect(new Set(all.map(({ state }) => state))).toEqual(new Set(['dead']));
	}).toPass({ timeout: 15_000 });
	return all.length;
}
