import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { clientFrame } from './client-frame.ts';
import { readFrames } from './frames.ts';

/** A tab speaks bare WebSocket, or Socket.IO on it. */
export type Protocol = 'ws' | 'socket.io';

export interface TabOptions {
	port: number;
	protocol: Protocol;
	/** When a tab counts as connected: with the handshake, or with the feed's `sync`. */
	readyAt: 'handshake' | 'sync';
	/** Where the tab says that it stands. */
	cursor?: string;
}

export interface TabEvents {
	/** The server has let it in. */
	onIn(): void;
	onReady(): void;
	/** A frame of changes: its JSON stands in `data` from `from` to `end`. */
	onChanges(data: Buffer, from: number, end: number): void;
	onBytes(count: number): void;
	/** It is closed, for whatever reason. */
	onGone(): void;
}

// Bytes are read and handled in one go: one buffer serves every socket.
const shared = Buffer.allocUnsafe(256 * 1_024);
const PONG = clientFrame('3');
/** Characters of Socket.IO's packets. */
const [PING, MESSAGE, CONNECTED, EVENT, REFUSED] = [0x32, 0x34, 0x30, 0x32, 0x34];
const [C, S, Y] = [0x63, 0x73, 0x79];
/** `42["` before the name of an event. */
const NAME_AT = 4;

/** Opens a browser's tab at its cheapest: it tells its frames apart by a few bytes and parses nothing. */
export function openTab({ port, protocol, readyAt, cursor }: TabOptions, events: TabEvents): Socket {
	const socketIo = protocol === 'socket.io';
	let [upgraded, gone] = [false, false];
	let rest: Buffer = Buffer.alloc(0);
	const socket = connect({
		...{ port, host: '127.0.0.1', noDelay: true },
		onread: { buffer: shared, callback: (size) => (read(shared.subarray(0, size)), true) },
	});
	const end = (): void => {
		if (gone) return;
		gone = true;
		events.onGone();
	};
	socket.on('error', () => socket.destroy());
	socket.on('end', () => socket.destroy());
	socket.on('close', end);
	socket.write(
		`GET ${socketIo ? '/socket.io/?EIO=4&transport=websocket' : '/'} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n` +
			'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
			`Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n\r\n`,
	);

	function read(chunk: Buffer): void {
		events.onBytes(chunk.length);
		let data = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
		if (!upgraded) {
			const head = data.indexOf('\r\n\r\n');
			if (head >= 0) {
				if (!data.toString('latin1', 0, 13).startsWith('HTTP/1.1 101 ')) return void socket.destroy();
				upgraded = true;
				events.onIn();
				data = data.subarray(head + 4);
				if (socketIo) socket.write(clientFrame(`40${cursor === undefined ? '' : JSON.stringify({ cursor })}`));
				else events.onReady();
			}
		}
		if (upgraded) data = readFrames(data, onFrame);
		rest = data.length > 0 ? Buffer.from(data) : data; // the shared buffer is somebody else's in a moment
	}

	function onFrame(data: Buffer, _start: number, from: number, end: number): void {
		if (!socketIo) return events.onChanges(data, from, end);
		if (data[from] === PING && end - from === 1) return void socket.write(PONG);
		if (data[from] !== MESSAGE) return;
		const kind = data[from + 1];
		if (kind === CONNECTED && readyAt === 'handshake') return events.onReady();
		if (kind === REFUSED) return void socket.destroy();
		if (kind !== EVENT) return;
		// Of the events only `changes` begins so, and only `sync` so.
		const [first, second] = [data[from + NAME_AT], data[from + NAME_AT + 1]];
		if (first === C) events.onChanges(data, from + 2, end);
		else if (first === S && second === Y && readyAt === 'sync') events.onReady();
	}
	return socket;
}
