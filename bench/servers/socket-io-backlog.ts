import type { Socket as TcpSocket } from 'node:net';
import type { Server } from 'socket.io';
import { LOOKED_AT } from './broadcaster.ts';
import { firstOf } from './bare.ts';

/** What of an Engine.IO connection is looked at. */
interface Connection {
	transport: { socket?: { _socket: TcpSocket | null } };
	writeBuffer: readonly unknown[];
}
/** What a packet that still waits in Engine.IO's own queue counts for. */
const PACKET_BYTES = 512;

/** Bytes that wait for the slowest of a few clients of a Socket.IO server. */
export function socketIoBacklog(io: Pick<Server, 'sockets'>): number {
	const waiting = firstOf(io.sockets.sockets.values(), LOOKED_AT).map((socket) => {
		const { transport, writeBuffer } = socket.conn as unknown as Connection;
		return (transport.socket?._socket?.writableLength ?? 0) + writeBuffer.length * PACKET_BYTES;
	});
	return Math.max(0, ...waiting);
}
