import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Received {
	method: string;
	path: string;
	headers: IncomingMessage['headers'];
	body: string;
}

export interface Receiver {
	url: string;
	requests: Received[];
	/** Resolves when `count` requests were received. */
	received(count: number): Promise<Received[]>;
}

/** Starts an HTTP server that records all requests. `respond` writes each response; `count` includes this request. */
export async function startReceiver(
	respond: (response: ServerResponse, request: Received, count: number) => void,
): Promise<Receiver> {
	const requests: Received[] = [];
	const waiting = new Set<() => void>();
	const listener: RequestListener = (incoming, response) => {
		const chunks: Buffer[] = [];
		incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
		incoming.on('end', () => {
			const { method = '', url = '', headers } = incoming;
			const request = { method, path: url, headers, body: Buffer.concat(chunks).toString('utf8') };
			requests.push(request);
			respond(response, request, requests.length);
			waiting.forEach((check) => check());
		});
	};
	const server = createServer(listener);
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	onTestFinished(
		() =>
			new Promise<void>((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			}),
	);
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		requests,
		received: (count) =>
			new Promise((resolve) => {
				const check = (): void => {
					if (requests.length < count) return;
					waiting.delete(check);
					resolve(requests);
				};
				waiting.add(check);
				check();
			}),
	};
}
