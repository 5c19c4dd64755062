import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import type { Changes } from '#contract';
import { LOOKED_AT } from './broadcaster.ts';
import { serverFrame } from './server-frame.ts';

/** A bare `ws` server: what is told is encoded once, as one frame, and written to every TCP connection. */
export interface BareSocket {
	tell(changes: Changes): void;
	/** Bytes that wait for the slowest of a few clients. */
	backlog(): number;
}

export function createBareSocket(http: Server): BareSocket {
	const { clients } = new WebSocketServer({ server: http, perMessageDeflate: false });
	return {
		tell(changes) {
			const frame = serverFrame(JSON.stringify(['changes', changes]));
			for (const client of clients) if (client.readyState === WebSocket.OPEN) tcpOf(client).write(frame);
		},
		backlog: () => Math.max(0, ...firstOf(clients, LOOKED_AT).map((client) => tcpOf(client).writableLength)),
	};
}

const tcpOf = (client: WebSocket): Socket => (client as unknown as { _socket: Socket })._socket;

/** The first few of many. */
export function firstOf<T>(many: Iterable<T>, count: number): T[] {
	const few: T[] = [];
	for (const one of many) if (few.push(one) === count) break;
	return few;
}
