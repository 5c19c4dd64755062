import type { Socket as TcpSocket } from 'node:net';

/** What a client may leave unread, in bytes, before it is cut off; when it comes back it is told what it missed. */
export const UNREAD_MAX = 4 * 1_024 * 1_024;

/** What we use of the insides of Engine.IO and ws. Their versions are pinned; [F62] proves the way around. */
export interface Connection {
	readyState: string;
	upgrading: boolean;
	/** What waits for the transport. */
	writeBuffer: readonly { data?: unknown }[];
	transport: {
		name: string;
		writable: boolean;
		perMessageDeflate: unknown;
		socket?: { readyState: number; bufferedAmount: number; terminate(): void; _socket?: TcpSocket };
	};
}

/** How many bytes wait for this client to read: in Engine.IO's queue, in ws and in the TCP socket. */
export function unreadOf({ writeBuffer, transport }: Connection): number {
	const queued = writeBuffer.reduce((sum, { data }) => sum + (typeof data === 'string' ? data.length : 0), 0);
	return queued + Math.max(transport.socket?.bufferedAmount ?? 0, transport.socket?._socket?.writableLength ?? 0);
}

/** Cuts off a client that has left too much unread; answers whether it did. */
export function cutOffIfUnread(connection: Connection): boolean {
	if (unreadOf(connection) <= UNREAD_MAX) return false;
	connection.transport.socket?.terminate();
	return true;
}
