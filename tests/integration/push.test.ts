import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { Server } from 'socket.io';
import { io as connectTo, type Socket } from 'socket.io-client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { OneFrameAdapter } from '#server/feed/one-frame.ts';
import { UNREAD_BYTES_MAX } from '#server/feed/unread.ts';
import { addressOf, listen } from '#server/http/listen.ts';
import { startApp } from '#tests/support/app.ts';
import { openFollowingTab } from '#tests/support/tab.ts';
import { FAR_FUTURE } from '#tests/support/trace.ts';

/** Starts Socket.IO with our adapter and no other part of the server. */
async function startPush(deflate = false): Promise<{ io: Server; url: string; port: number }> {
	const http = createServer();
	const io = new Server(http, {
		transports: ['websocket'],
		adapter: OneFrameAdapter,
		...(deflate ? { perMessageDeflate: { threshold: 0 } } : {}),
	});
	onTestFinished(() => io.close());
	const port = await listen(http, 0, '127.0.0.1');
	return { io, port, url: addressOf('127.0.0.1', port) };
}

interface Listener {
	socket: Socket;
	received: unknown[];
	/** Resolves when `count` payloads were received. */
	has(count: number): Promise<unknown[]>;
}

async function listenTo(url: string): Promise<Listener> {
	const socket = connectTo(url, { transports: ['websocket'], forceNew: true, reconnection: false });
	onTestFinished(() => void socket.disconnect());
	const received: unknown[] = [];
	const waiting = new Set<() => void>();
	socket.onAny((_event, payload: unknown) => {
		received.push(payload);
		waiting.forEach((check) => check());
	});
	await new Promise<void>((resolve) => socket.once('connect', resolve));
	const has = (count: number): Promise<unknown[]> =>
		new Promise((resolve) => {
			const check = (): void => {
				if (received.length >= count) resolve(received);
			};
			waiting.add(check);
			check();
		});
	return { socket, received, has };
}

/** Texts for each length encoding of a WebSocket frame header, and with characters of several bytes. */
const TEXTS = ['', 'a', 'ü✓😀', 'x'.repeat(100), 'y'.repeat(126), 'ö'.repeat(40_000), 'z'.repeat(70_000)];

describe('a broadcast', () => {
	it('[F61] is written as one frame straight to each idle socket', async () => {
		const { io, url } = await startPush();
		const listeners = await Promise.all([listenTo(url), listenTo(url), listenTo(url)]);
		let byEngine = 0;
		for (const { conn } of io.sockets.sockets.values()) conn.on('packetCreate', () => byEngine++);
		for (const text of TEXTS) io.emit('text', { text });
		const payloads = TEXTS.map((text) => ({ text }));
		for (const listener of listeners) expect(await listener.has(TEXTS.length)).toEqual(payloads);
		expect(byEngine).toBe(0);
		for (const socket of io.sockets.sockets.values()) socket.emit('alone', 1);
		expect(byEngine).toBe(listeners.length);
	});

	it.each([
		['[F61] keeps its place among what is sent to one socket alone', false],
		['[F62] takes Socket.IO’s own way where frames are deflated, in order too', true],
	])('%s', async (_name, deflate) => {
		const { io, url } = await startPush(deflate);
		const listeners = await Promise.all([listenTo(url), listenTo(url)]);
		const sent: unknown[] = [];
		for (let i = 0; i < 120; i++) {
			const payload = { i, text: TEXTS[i % TEXTS.length] };
			sent.push(payload);
			if (i % 3 === 0) for (const socket of io.sockets.sockets.values()) socket.emit('alone', payload);
			else io.emit('all', payload);
			if (i % 10 === 0) await new Promise(setImmediate);
		}
		for (const listener of listeners) expect(await listener.has(sent.length)).toEqual(sent);
	});

	it('[F61] of the same payload is encoded once for all clients', async () => {
		const { io, url } = await startPush();
		const listeners = await Promise.all([listenTo(url), listenTo(url)]);
		let encoded = 0;
		const payload = {
			toJSON(): object {
				encoded++;
				return { once: true };
			},
		};
		io.to(listeners[0].socket.id!).emit('text', payload);
		const once = encoded;
		expect(once).toBeGreaterThan(0);
		io.to(listeners[1].socket.id!).emit('text', payload);
		io.emit('text', payload);
		for (const listener of listeners) expect(await listener.has(2)).toEqual([{ once: true }, { once: true }]);
		expect(encoded).toBe(once);
	});

	it('[F63] counts the bytes in Socket.IO’s own queue as unread', async () => {
		const { io, port } = await startPush();
		const sleeper = await sleepingClient(port);
		await expect.poll(() => io.sockets.sockets.size).toBe(1);
		const [socket] = [...io.sockets.sockets.values()];
		const left: string[] = [];
		socket!.once('disconnect', (why) => left.push(why));
		for (let i = 0; i < 200 && left.length === 0; i++) {
			// Sends to this socket only. From the first unread message on, all messages wait in the socket's queue.
			socket!.emit('alone', 'y'.repeat(1_000_000));
			io.emit('all', { i });
			await new Promise(setImmediate);
			const waiting = (socket!.conn as unknown as { writeBuffer: { data?: string }[] }).writeBuffer;
			const bytes = waiting.reduce((sum, { data = '' }) => sum + data.length, 0);
			expect(bytes).toBeLessThanOrEqual(UNREAD_BYTES_MAX + 1_100_000);
		}
		expect(left[0]).toMatch(/^transport (close|error)$/);
		sleeper.destroy();
	}, 60_000);

	it('[F63] disconnects a client that does not read at a bounded buffer, and slows down no other client', async () => {
		const { io, url, port } = await startPush();
		const reader = await listenTo(url);
		const sleeper = await sleepingClient(port);
		await expect.poll(() => io.sockets.sockets.size).toBe(2);
		const [, other] = [...io.sockets.sockets.values()];
		const left = new Promise<string>((resolve) => other!.once('disconnect', resolve));
		const chunk = { text: 'x'.repeat(1_000_000) };
		let [sent, over, most] = [0, false, 0];
		void left.then(() => (over = true));
		const tcp = (other!.conn.transport as unknown as { socket: { _socket: { writableLength: number } } }).socket
			._socket;
		while (!over && sent < 200) {
			io.emit('text', chunk);
			most = Math.max(most, tcp.writableLength);
			await reader.has(++sent); // the reading client is never behind
		}
		expect(await left).toBe('transport close');
		expect(most).toBeLessThanOrEqual(UNREAD_BYTES_MAX + 1_100_000);
		sleeper.destroy();
	}, 60_000);
});

describe('a burst', () => {
	it('[F60] travels as few frames, each call once in a frame, and ends with the current state', async () => {
		const app = await startApp();
		const tab = await openFollowingTab(app);
		const calls = await Promise.all(Array.from({ length: 200 }, () => app.create({ scheduledAt: FAR_FUTURE })));
		await Promise.all(calls.map(({ id }) => app.api('PATCH', `/api/calls/${id}`, { status: 'COMPLETED' })));
		await tab.until(
			() => new Set(tab.changes().map((change) => ('call' in change ? change.call.id : ''))).size === 200,
		);
		for (const { id } of calls) expect(await tab.ended(id)).toEqual(await app.call(id));
		for (const { changes } of tab.frames) {
			const ids = changes.map((change) => ('call' in change ? change.call.id : ''));
			expect(new Set(ids).size).toBe(ids.length);
		}
		expect(tab.frames.length).toBeLessThan(400);
	});
});

describe('a connection', () => {
	it('[F66] has at most one socket, however often it asks for another', async () => {
		const app = await startApp();
		const socket = await connectRaw(Number(new URL(app.url).port));
		await once(socket, 'data');
		let text = '';
		const received = new Promise<void>((resolve) => {
			socket.on('data', (piece) => {
				text += piece.toString('latin1');
				if (text.split('44{').length === 20 && text.includes('40{')) resolve();
			});
		});
		socket.write(Buffer.concat(Array.from({ length: 20 }, () => Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0x34, 0x30]))));
		socket.resume();
		await received;
		expect(text.split('42["sync"')).toHaveLength(2);
	});

	it('[F65] is closed if it never asks for the feed', async () => {
		const app = await startApp();
		const { port } = new URL(app.url);
		const socket = await connectRaw(Number(port));
		let bytes = Buffer.alloc(0);
		for await (const piece of socket as AsyncIterable<Buffer>) {
			bytes = Buffer.concat([bytes, piece]);
			if (opcodesIn(bytes).includes(CLOSE)) break;
		}
		expect(opcodesIn(bytes)).toEqual([TEXT, CLOSE]); // the open packet of Engine.IO, then the close frame
	}, 30_000);
});

const [TEXT, CLOSE] = [1, 8];

/** Returns the opcodes of the complete WebSocket frames after the response head. */
function opcodesIn(bytes: Buffer): number[] {
	const head = bytes.indexOf('\r\n\r\n');
	const opcodes: number[] = [];
	let at = head + 4;
	while (head >= 0 && at + 2 <= bytes.length) {
		const short = bytes[at + 1]! & 127;
		if (short === 126 && at + 4 > bytes.length) break;
		const end = short === 126 ? at + 4 + bytes.readUInt16BE(at + 2) : at + 2 + short;
		if (end > bytes.length) break;
		opcodes.push(bytes[at]! & 15);
		at = end;
	}
	return opcodes;
}

/** Connects an Engine.IO client on bare TCP that joins the feed and then reads nothing. */
async function sleepingClient(port: number): Promise<ReturnType<typeof connect>> {
	const socket = await connectRaw(port);
	await once(socket, 'data');
	// The Socket.IO packet "40" in a frame with mask 0, which joins the feed.
	socket.write(Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0x34, 0x30]));
	return socket.pause();
}

/** Connects a client on bare TCP that requests a WebSocket upgrade. */
async function connectRaw(port: number): Promise<ReturnType<typeof connect>> {
	const socket = connect(port, '127.0.0.1');
	onTestFinished(() => void socket.destroy());
	socket.on('error', () => undefined); // ignored, because the server cuts this connection
	await once(socket, 'connect');
	socket.write(
		[
			'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1',
			...['Host: localhost', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'],
			...['Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==', '', ''],
		].join('\r\n'),
	);
	return socket;
}
