import type { Socket as TcpSocket } from 'node:net';

/**
 * How many unread bytes a client may have before its connection is closed. After a reconnect the client gets what
 * it missed.
 */
export const UNREAD_BYTES_MAX = 4 * 1_024 * 1_024;

/** The internals of Engine.IO and ws that this folder uses. Their versions are pinned, and [F62] tests this use. */
export interface Connection {
	readyState: string;
	upgrading: boolean;
	/** Packets that wait for the transport. */
	writeBuffer: readonly { data?: unknown }[];
	transport: {
		name: string;
		writable: boolean;
		perMessageDeflate: unknown;
		socket?: { readyState: number; bufferedAmount: number; terminate(): void; _socket?: TcpSocket };
	};
}

/** The client's unread bytes: in Engine.IO's queue, in ws and in the TCP socket. */
export function unreadBytes({ writeBuffer, transport }: Connection): number {
	const queued = writeBuffer.reduce((sum, { data }) => sum + (typeof data === 'string' ? data.length : 0), 0);
	return queued + Math.max(transport.socket?.bufferedAmount ?? 0, transport.socket?._socket?.writableLength ?? 0);
}

/** Closes the connection of a client with too many unread bytes. Returns whether it did. */
export function disconnectIfBehind(connection: Connection): boolean {
	if (unreadBytes(connection) <= UNREAD_BYTES_MAX) return false;
	connection.transport.socket?.terminate();
	return true;
}
