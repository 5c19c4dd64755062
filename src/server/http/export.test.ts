import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { describe, expect, it, onTestFinished } from 'vitest';
import { problemHandler } from '#http/problems.ts';
import { toCall } from '../calls/call.ts';
import type { CallReads } from '../calls/reads.ts';
import { callRow, NOON } from '#tests/support/call-row.ts';
import { createConnections } from './connections.ts';
import { exportRoute } from './export.ts';

type Read = Awaited<ReturnType<CallReads['lines']>>;
const PAGE = Array.from({ length: 200 }, (_, i) => JSON.stringify(toCall(callRow({ n: 200 - i, id: String(i) }))));

/** The export of an endless history over real HTTP. `lines` overrides the pages that are read. */
async function endless(lines?: (asked: number, upTo: number) => Promise<Read>) {
	let asked = 0;
	let [done, failed] = [0, 0];
	const responses: ServerResponse[] = [];
	const whole: Read = { lines: PAGE, nextPage: 'next' };
	const route = exportRoute({
		reads: {
			lines: (_query, _format, upTo) => (asked++, lines?.(asked, upTo) ?? Promise.resolve(whole)),
			position: () => Promise.resolve({ epoch: 'e', seq: 9, change: 9, at: NOON, prunedSeq: 0, indexedTo: 0 }),
		},
		connections: createConnections(10, false),
		now: () => NOON,
	});
	const app = express();
	app.get('/', async (request, response, next) => {
		responses.push(response);
		await route(request, response, next);
		done++;
	});
	app.use(problemHandler(() => failed++));
	const server = createServer(app);
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	onTestFinished(() => {
		server.closeAllConnections();
		server.close();
	});
	const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/?format=ndjson`;
	const open = async (more = ''): Promise<IncomingMessage> => {
		const [response] = (await once(get(url + more), 'response')) as [IncomingMessage];
		response.on('error', () => undefined); // the tests below check the outcome
		return response;
	};
	return { open, responses, asked: () => asked, done: () => done, failed: () => failed };
}

const turns = async (count: number): Promise<void> => {
	for (let i = 0; i < count; i++) await new Promise(setImmediate);
};
const until = async (met: () => boolean): Promise<void> => {
	while (!met()) await turns(1);
};

describe('an endless export', () => {
	it('[R96] reads the database no faster than its client reads the response', async () => {
		const { open, responses, asked } = await endless();
		const response = await open();
		response.pause();
		await until(() => responses[0]?.writableNeedDrain === true);
		// The system's socket buffers fill up first. Then reading stops, and little is buffered here.
		let before = -1;
		while (before !== asked()) {
			before = asked();
			await turns(2_000);
		}
		expect(responses[0]!.writableLength).toBeLessThan(300_000);
		response.resume();
		await until(() => asked() > before + 20);
		response.destroy();
	});

	it('[R97] stops when its client disconnects, without an error', async () => {
		const { open, asked, done, failed } = await endless();
		const response = await open();
		await once(response, 'data');
		response.destroy();
		await until(() => done() === 1);
		const then = asked();
		await turns(200);
		expect([asked(), failed()]).toEqual([then, 0]);
	});

	it('[R97] stops when its client disconnects before the first line', async () => {
		const { open, asked, done } = await endless((asked) =>
			Promise.resolve({ lines: asked === 1 ? PAGE : [], nextPage: 'next' }),
		);
		const response = await open();
		await once(response, 'data');
		response.destroy();
		await until(() => done() === 1);
		const then = asked();
		await turns(200);
		expect(asked()).toBe(then);
	});

	it('[R98] breaks the connection if the database fails, so that the client sees an incomplete file', async () => {
		const { open, failed } = await endless((asked) =>
			asked < 4
				? Promise.resolve({ lines: PAGE, nextPage: 'next' })
				: Promise.reject(Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR' })),
		);
		const response = await open();
		response.resume();
		const [error] = (await once(response, 'error')) as [{ code: string }];
		expect([response.statusCode, response.complete, error.code]).toEqual([200, false, 'ECONNRESET']);
		expect(failed()).toBe(1);
	});

	it('[R99] ends with the calls that existed at its start', async () => {
		const ends: number[] = [];
		const { open } = await endless((asked, upTo) => {
			ends.push(upTo);
			return Promise.resolve({ lines: PAGE, nextPage: asked < 2 ? 'next' : null });
		});
		const response = await open('&order=oldest');
		await once(response.resume(), 'end');
		expect(ends).toEqual([9, 9]);
	});

	it('[R98] is a problem without a file if the database fails before the first byte', async () => {
		const { open } = await endless(() =>
			Promise.reject(Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR' })),
		);
		const response = await open();
		expect([response.statusCode, response.headers['content-type']]).toEqual([
			503,
			'application/problem+json; charset=utf-8',
		]);
		response.resume();
	});
});
