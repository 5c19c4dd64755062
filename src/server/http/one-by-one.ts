import type { RequestListener, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** How many requests of one connection may wait. Browsers and load balancers never send ahead of a response. */
const WAITING_REQUESTS_MAX = 64;

export interface OneByOne extends RequestListener {
	/** Whether a response on this connection is under way. */
	isBusy(socket: Duplex): boolean;
	/** Whether part of the response under way on this connection was sent, or other requests wait behind it. */
	isResponding(socket: Duplex): boolean;
}

/**
 * Runs the requests of one connection one after another: each starts when the previous response is complete. Node
 * parses all pipelined requests at once, so a client that reads nothing would get every response buffered. Closes a
 * connection with more than `max` waiting requests.
 */
export function oneByOne(run: RequestListener, max = WAITING_REQUESTS_MAX): OneByOne {
	const waiting = new WeakMap<Duplex, (() => void)[]>();
	const current = new WeakMap<Duplex, ServerResponse>();
	const listener: RequestListener = (request, response) => {
		const { socket } = request;
		const start = (): void => {
			current.set(socket, response);
			response.once('close', () => {
				const next = waiting.get(socket)?.shift();
				if (next === undefined || socket.destroyed) waiting.delete(socket);
				else next();
			});
			run(request, response);
		};
		const queue = waiting.get(socket);
		if (queue === undefined) {
			waiting.set(socket, []);
			start();
		} else if (queue.length < max) queue.push(start);
		else socket.destroy();
	};
	const isBusy = (socket: Duplex): boolean => waiting.has(socket);
	const isResponding = (socket: Duplex): boolean =>
		isBusy(socket) && (current.get(socket)?.headersSent === true || waiting.get(socket)!.length > 0);
	return Object.assign(listener, { isBusy, isResponding });
}
