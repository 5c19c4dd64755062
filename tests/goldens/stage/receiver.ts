import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { within } from './wait.ts';

export interface Received {
	method: string;
	path: string;
	/** The headers as received: names and values alternate. */
	rawHeaders: readonly string[];
	headers: Readonly<Record<string, string | string[] | undefined>>;
	body: string;
}

/** A real HTTP server that receives webhooks. */
export interface Receiver {
	url: string;
	/** Takes the next request, or waits for it. */
	next(): Promise<Received>;
	close(): Promise<void>;
}

/** Starts a receiver. `respond` writes the response to each request; the default is an empty 204. */
export async function startReceiver(
	respond: (response: ServerResponse, request: Received) => void = (response) => response.writeHead(204).end(),
): Promise<Receiver> {
	const requests: Received[] = [];
	let onRequest: (() => void) | undefined;
	const server = createServer((incoming, response) => {
		const chunks: Buffer[] = [];
		incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
		incoming.on('end', () => {
			const { method = '', url: path = '', rawHeaders, headers } = incoming;
			const received = { method, path, rawHeaders, headers, body: Buffer.concat(chunks).toString('utf8') };
			requests.push(received);
			respond(response, received);
			onRequest?.();
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		next: () =>
			within(
				'a webhook',
				new Promise((resolve) => {
					onRequest = () => {
						const first = requests.shift();
						if (!first) return;
						onRequest = undefined;
						resolve(first);
					};
					onRequest();
				}),
			),
		close: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			}),
	};
}
