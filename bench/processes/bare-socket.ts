import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import type { Change, Changes } from '#contract';

/** Returns a text as one WebSocket frame of a server. */
function serverFrame(text: string): Buffer {
	const payload = Buffer.from(text);
	const head = Buffer.alloc(payload.length < 126 ? 2 : payload.length < 65_536 ? 4 : 10);
	head[0] = 0x81;
	head[1] = head.length === 2 ? payload.length : head.length === 4 ? 126 : 127;
	if (head.length === 4) head.writeUInt16BE(payload.length, 2);
	if (head.length === 10) head.writeBigUInt64BE(BigInt(payload.length), 2);
	return Buffer.concat([head, payload]);
}

/**
 * Accepts WebSocket clients with `ws`, and returns a function that broadcasts changes. The function encodes a frame
 * once and writes the bytes to every TCP connection, so hardly any server can be faster.
 */
export function createBareSocket(http: Server): (changes: Change[]) => void {
	const tcp = new Set<Socket>();
	const SYNC = serverFrame('42["sync",{}]');
	new WebSocketServer({ server: http, perMessageDeflate: false }).on('connection', (client, { socket }) => {
		tcp.add(socket);
		client.on('close', () => tcp.delete(socket));
		socket.write(SYNC);
	});
	return (changes) => {
		const [first, last] = [changes[0]!.seq, changes.at(-1)!.seq];
		const at = new Date().toISOString();
		const frame: Changes = { previous: `bench.${first - 1}`, cursor: `bench.${last}`, at, changes };
		const bytes = serverFrame(`42${JSON.stringify(['changes', frame])}`);
		for (const socket of tcp) socket.write(bytes);
	};
}
