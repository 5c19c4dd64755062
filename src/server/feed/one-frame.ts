import { Adapter, type BroadcastOptions } from 'socket.io-adapter';
import type { Socket as TcpSocket } from 'node:net';
import { disconnectIfBehind, UNREAD_BYTES_MAX, type Connection } from './unread.ts';

/** The internals of Socket.IO that this file uses. */
interface SocketInternals {
	client: { conn: Connection; writeToEngine(encoded: unknown, options: PacketOptions): void };
}
interface PacketOptions {
	preEncoded: true;
	/** Set by `_encode`: the header of a WebSocket frame and its payload. */
	wsPreEncodedFrame?: Buffer[];
}
interface Packet {
	nsp?: string;
	data?: unknown[];
}
interface Encoded {
	event: unknown;
	packets: unknown;
	options: PacketOptions;
	/** The whole WebSocket frame; undefined if `_encode` made none. */
	frame: Buffer | undefined;
}
interface AdapterInternals {
	nsp: { name: string; sockets: ReadonlyMap<string, SocketInternals> };
	_encode(packet: Packet, options: PacketOptions): unknown;
	apply(options: BroadcastOptions, each: (socket: SocketInternals) => void): void;
}

const OPEN = 1;

/**
 * Socket.IO's adapter with a faster broadcast: one buffer holds the WebSocket frame for all clients. It is written
 * straight to the TCP socket of each client whose queue is empty, so that the frame overtakes no other message. All
 * other clients take Socket.IO's usual path. An object payload is encoded once, even if it is sent repeatedly under
 * the same event name. Closes a connection that has too many unread bytes.
 */
export class OneFrameAdapter extends Adapter {
	readonly #encoded = new WeakMap<object, Encoded>();

	override broadcast(packet: Packet, options: BroadcastOptions): void {
		if (options.flags && Object.values(options.flags).some(Boolean)) return super.broadcast(packet, options);
		const { packets, options: packetOptions, frame } = this.#encode(packet);
		this.#each(options, ({ client }) => {
			const { conn } = client;
			const tcp = frame && idleTcpSocket(conn);
			if (tcp && tcp.writableLength <= UNREAD_BYTES_MAX) tcp.write(frame);
			else if (!disconnectIfBehind(conn)) client.writeToEngine(packets, packetOptions);
		});
	}

	/**
	 * Calls `send` once for each recipient. A single room contains no duplicates, so this shortcut needs no set of
	 * seen ids.
	 */
	#each(options: BroadcastOptions, send: (socket: SocketInternals) => void): void {
		const self = this as unknown as AdapterInternals;
		const [room] = options.rooms;
		if (room === undefined || options.rooms.size > 1 || (options.except?.size ?? 0) > 0)
			return self.apply(options, send);
		for (const id of this.rooms.get(room) ?? []) {
			const socket = self.nsp.sockets.get(id);
			if (socket) send(socket);
		}
	}

	#encode(packet: Packet): Encoded {
		const self = this as unknown as AdapterInternals;
		const [event, payload] = packet.data ?? [];
		const shared = packet.data?.length === 2 && typeof payload === 'object' && payload !== null ? payload : undefined;
		const known = shared && this.#encoded.get(shared);
		if (known && known.event === event) return known;
		packet.nsp = self.nsp.name;
		const options: PacketOptions = { preEncoded: true };
		const packets = self._encode(packet, options);
		const frame = options.wsPreEncodedFrame && Buffer.concat(options.wsPreEncodedFrame);
		const encoded = { event, packets, options, frame };
		if (shared) this.#encoded.set(shared, encoded);
		return encoded;
	}
}

/**
 * Returns the TCP socket if no data waits in a queue before it and nothing transforms its frames; otherwise
 * undefined.
 */
function idleTcpSocket({ readyState, upgrading, writeBuffer, transport }: Connection): TcpSocket | undefined {
	const { socket } = transport;
	if (readyState !== 'open' || upgrading || writeBuffer.length > 0 || !transport.writable) return undefined;
	if (transport.name !== 'websocket' || transport.perMessageDeflate || socket?.readyState !== OPEN) return undefined;
	return socket._socket;
}
