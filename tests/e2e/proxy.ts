import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { test as base, type Server } from './server.ts';

/** A proxy between the browser and the server. It refuses upgrades unless `upgrades` is set. */
export interface Proxy {
	url: string;
	/** Whether WebSockets are forwarded. */
	upgrades: boolean;
	/** If true, WebSockets stay open but forward no data, as after a failure far away in the network. */
	silent: boolean;
	/** Returns the number of open event streams. `mostStreams` is the maximum so far. */
	streams(): number;
	mostStreams: number;
	/** Upgrades forwarded so far. */
	upgraded: number;
	/** Returns the number of open WebSockets. */
	sockets(): number;
	/** Closes every connection, and refuses new ones until `mend`. */
	cut(): void;
	mend(): void;
	close(): Promise<void>;
}

async function openProxy(server: Server): Promise<Proxy> {
	const streams = new Set<ServerResponse>();
	const pairs = new Set<Socket>();
	const port = (): number => Number(new URL(server.url).port);

	let isCut = false;

	const http = createServer((asked, answer) => {
		if (isCut) return void answer.destroy();
		if (asked.url?.startsWith('/api/events')) {
			streams.add(answer);
			proxy.mostStreams = Math.max(proxy.mostStreams, streams.size);
			answer.on('close', () => streams.delete(answer));
		}
		const { method, url, headers } = asked;
		const passed = request({ host: '127.0.0.1', port: port(), method, path: url, headers, agent: false }, (given) => {
			answer.writeHead(given.statusCode ?? 502, given.headers);
			given.pipe(answer);
			given.on('error', () => answer.destroy());
		});
		passed.on('error', () => (answer.headersSent ? answer.destroy() : answer.writeHead(502).end()));
		answer.on('close', () => passed.destroy());
		asked.pipe(passed);
	});
	http.on('upgrade', (asked: IncomingMessage, one: Socket) => {
		if (isCut) return void one.destroy();
		if (!proxy.upgrades)
			return void one.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
		proxy.upgraded++;
		const other = connect(port(), '127.0.0.1');
		const lines = asked.rawHeaders.flatMap((name, i, all) => (i % 2 === 0 ? [`${name}: ${all[i + 1] ?? ''}`] : []));
		other.write(`${asked.method ?? 'GET'} ${asked.url ?? '/'} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
		pairs.add(one);
		for (const [end, peer] of [
			[one, other],
			[other, one],
		] as const)
			end
				.on('data', (data) => proxy.silent || peer.write(data))
				.on('error', () => peer.destroy())
				.on('close', () => {
					peer.destroy();
					pairs.delete(one);
				});
	});
	await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));

	const proxy: Proxy = {
		url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
		upgrades: false,
		silent: false,
		upgraded: 0,
		streams: () => streams.size,
		mostStreams: 0,
		sockets: () => pairs.size,
		cut() {
			isCut = true;
			for (const one of pairs) one.destroy();
			http.closeAllConnections();
		},
		mend() {
			isCut = false;
		},
		close: async () => {
			for (const one of pairs) one.destroy();
			http.closeAllConnections();
			await new Promise((resolve) => http.close(resolve));
		},
	};
	return proxy;
}

export const test = base.extend<{ between: Proxy }>({
	between: async ({ server }, use) => {
		const proxy = await openProxy(server);
		await use(proxy);
		await proxy.close();
	},
});
