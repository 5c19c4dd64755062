import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

export interface TabOptions {
	port: number;
	/** The cursor of the tab; null for a new tab. */
	cursor: string | null;
	/** Receives a frame of changes: its JSON is in `data` from `from` to `end`. */
	onChanges(data: Buffer, from: number, end: number): void;
	onBytes(count: number): void;
}

// The bytes of a socket are handled before the next read, so all sockets can share one buffer.
const shared = Buffer.allocUnsafe(256 * 1_024);

/** Returns a short text as a WebSocket frame of a client. The mask is zero, which is allowed and changes no byte. */
const clientFrame = (text: string): Buffer =>
	Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)]);
const PONG = clientFrame('3');

/**
 * Opens the cheapest possible tab: Socket.IO over a bare TCP socket, which distinguishes frames by a few bytes and
 * parses nothing. The socket emits `upgraded`, then `synced`.
 */
export function openTab({ port, cursor, onChanges, onBytes }: TabOptions): Socket {
	let isUpgraded = false;
	let rest: Buffer = Buffer.alloc(0);
	const socket = connect({
		port,
		host: '127.0.0.1',
		noDelay: true,
		onread: { buffer: shared, callback: (size) => (read(shared.subarray(0, size)), true) },
	});
	socket.on('end', () => socket.destroy(new Error('The server closed a tab.')));
	socket.write(
		'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n' +
			'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
			`Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n\r\n`,
	);

	function read(chunk: Buffer): void {
		onBytes(chunk.length);
		let data = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
		if (!isUpgraded) data = upgrade(data);
		if (isUpgraded) data = data.subarray(readFrames(data));
		rest = Buffer.from(data); // a copy: the shared buffer is used again
	}

	function upgrade(data: Buffer): Buffer {
		const head = data.indexOf('\r\n\r\n');
		if (head < 0) return data;
		if (data.toString('latin1', 9, 12) !== '101') socket.destroy(new Error('The server refused a tab.'));
		isUpgraded = true;
		socket.write(clientFrame(cursor === null ? '40' : `40${JSON.stringify({ cursor })}`));
		socket.emit('upgraded');
		return data.subarray(head + 4);
	}

	/** Handles all complete frames. Returns their size in bytes. */
	function readFrames(data: Buffer): number {
		for (let at = 0; ;) {
			if (at + 2 > data.length) return at;
			const short = data[at + 1]! & 127;
			const from = at + (short < 126 ? 2 : short === 126 ? 4 : 10);
			if (from > data.length) return at;
			const length =
				short < 126 ? short : short === 126 ? data.readUInt16BE(at + 2) : Number(data.readBigUInt64BE(at + 2));
			if (from + length > data.length) return at;
			at = from + length;
			onFrame(data, from, at);
		}
	}

	function onFrame(data: Buffer, from: number, end: number): void {
		// Among the server's events only `changes` begins with c, and only `sync` with sy.
		const begin = data.toString('latin1', from, Math.min(end, from + 6));
		if (begin.startsWith('42["c')) onChanges(data, from + 2, end);
		else if (begin === '42["sy') socket.emit('synced');
		else if (begin === '2') socket.write(PONG);
		else if (begin.startsWith('44')) socket.destroy(new Error('The server refused a tab.'));
	}
	return socket;
}
