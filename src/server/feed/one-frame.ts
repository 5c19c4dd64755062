import type { Socket as TcpSocket } from 'node:net';
import { Adapter, type BroadcastOptions } from 'socket.io-adapter';

/** What a client may leave unread, in bytes, before it is cut off; when it comes back it is told what it missed. */
export const UNREAD_MAX = 4 * 1_024 * 1_024;

/** What we use of the insides of Socket.IO, Engine.IO and ws. Their versions are pinned; [F62] proves the way around. */
interface Insides {
	client: {
		conn: {
			readyState: string;
			upgrading: boolean;
			writeBuffer: readonly unknown[];
			transport: {
				name: string;
				writable: boolean;
				perMessageDeflate: unknown;
				socket?: { readyState: number; bufferedAmount: number; terminate(): void; _socket?: TcpSocket };
			};
		};
		writeToEngine(encoded: unknown, options: PacketOptions): void;
	};
}
interface PacketOptions {
	preEncoded: true;
	/** Set by `_encode`: the head of a WebSocket frame and its payload. */
	wsPreEncodedFrame?: Buffer[];
}
interface Packet {
	nsp?: string;
	data?: unknown[];
}
interface Encoded {
	packets: unknown;
	options: PacketOptions;
	/** The whole WebSocket frame; undefined where it was not made. */
	frame: Buffer | undefined;
}
interface AdapterInsides {
	nsp: { name: string };
	_encode(packet: Packet, options: PacketOptions): unknown;
	apply(options: BroadcastOptions, each: (socket: Insides) => void): void;
}

const OPEN = 1;

/**
 * Socket.IO's own adapter, but for the way a broadcast takes: its WebSocket frame is one buffer, made once, that goes
 * straight to the TCP socket of each client whose queue is empty, so that nothing is overtaken. All others take
 * Socket.IO's way. A payload that is an object is encoded once, however often the same one is sent. A client that
 * leaves more than `UNREAD_MAX` unread is cut off.
 */
export class OneFrameAdapter extends Adapter {
	readonly #encoded = new WeakMap<object, Encoded>();

	override broadcast(packet: Packet, options: BroadcastOptions): void {
		const { packets, options: packetOptions, frame } = this.#encode(packet);
		(this as unknown as AdapterInsides).apply(options, ({ client }) => {
			const { transport, readyState, writeBuffer, upgrading } = client.conn;
			const { socket } = transport;
			const tcp = socket?._socket;
			if (unread(socket, tcp) > UNREAD_MAX) return socket?.terminate();
			const idle = readyState === 'open' && !upgrading && writeBuffer.length === 0 && transport.writable;
			const plain = transport.name === 'websocket' && !transport.perMessageDeflate && socket?.readyState === OPEN;
			if (frame && tcp && idle && plain) tcp.write(frame);
			else client.writeToEngine(packets, packetOptions);
		});
	}

	#encode(packet: Packet): Encoded {
		const self = this as unknown as AdapterInsides;
		const payload = packet.data?.length === 2 ? packet.data[1] : null;
		const shared = typeof payload === 'object' && payload !== null ? payload : undefined;
		const known = shared && this.#encoded.get(shared);
		if (known) return known;
		packet.nsp = self.nsp.name;
		const options: PacketOptions = { preEncoded: true };
		const packets = self._encode(packet, options);
		const frame = options.wsPreEncodedFrame && Buffer.concat(options.wsPreEncodedFrame);
		const encoded = { packets, options, frame };
		// A payload travels under one event's name only.
		if (shared) this.#encoded.set(shared, encoded);
		return encoded;
	}
}

/** How many bytes wait for this client to read. */
function unread(socket: { bufferedAmount: number } | undefined, tcp: TcpSocket | undefined): number {
	return Math.max(socket?.bufferedAmount ?? 0, tcp?.writableLength ?? 0);
}
