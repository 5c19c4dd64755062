import { createServer, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { oneByOne } from './one-by-one.ts';

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

interface Stage {
	/** The responses of the requests that reached the handler, in order. */
	started: ServerResponse[];
	client: Socket;
	/** Resolves when this many requests have reached the handler. */
	reached(count: number): Promise<void>;
	/** Resolves when the server has parsed this many requests. */
	parsed(count: number): Promise<void>;
}

/** A real server whose handler leaves every response to the test, and one connection to it. */
async function stage(max?: number): Promise<Stage> {
	const started: ServerResponse[] = [];
	let seen = 0;
	const waiting = new Set<() => void>();
	const checkAll = (): void => waiting.forEach((check) => check());
	const until = (done: () => boolean): Promise<void> =>
		new Promise((resolve) => {
			const check = (): void => {
				if (!done()) return;
				waiting.delete(check);
				resolve();
			};
			waiting.add(check);
			check();
		});
	const server = createServer();
	server.on('request', () => seen++);
	server.on(
		'request',
		oneByOne((_request, response) => {
			started.push(response);
			checkAll();
		}, max),
	);
	server.on('request', checkAll);
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
	onTestFinished(() => {
		client.destroy();
		server.closeAllConnections();
		server.close();
	});
	await once(client, 'connect');
	return {
		started,
		client,
		reached: (count) => until(() => started.length >= count),
		parsed: (count) => until(() => seen >= count),
	};
}

describe('requests of one connection', () => {
	it('[HT10] start in order, each after the response of the one before', async () => {
		const { started, client, reached, parsed } = await stage();
		let text = '';
		client.on('data', (chunk: Buffer) => (text += chunk.toString()));
		client.write(GET.repeat(5));
		await parsed(5);
		for (let i = 1; i <= 5; i++) {
			await reached(i);
			expect(started).toHaveLength(i);
			started[i - 1]!.end(`response ${i}`);
		}
		await expect.poll(() => text.match(/response \d/g)).toEqual([1, 2, 3, 4, 5].map((i) => `response ${i}`));
	});

	it('[HT11] close the connection if too many wait, and only the first one starts', async () => {
		const { started, client, parsed } = await stage(10);
		const closed = once(client, 'close');
		client.on('error', () => undefined);
		client.resume();
		client.write(GET.repeat(1_000));
		await parsed(1_000);
		await closed;
		expect(started).toHaveLength(1);
	});

	it('[HT10] never start if the client disconnects while they wait', async () => {
		const { started, client, parsed, reached } = await stage();
		client.write(GET.repeat(3));
		await parsed(3);
		await reached(1);
		const gone = once(started[0]!, 'close');
		client.destroy();
		await gone;
		await new Promise(setImmediate);
		expect(started).toHaveLength(1);
	});

	it('[HT10] start as usual on a connection that was idle', async () => {
		const { started, client, reached } = await stage();
		for (let i = 1; i <= 3; i++) {
			client.write(GET);
			await reached(i);
			started[i - 1]!.end('x');
			await once(client, 'data');
		}
		expect(started).toHaveLength(3);
	});
});
