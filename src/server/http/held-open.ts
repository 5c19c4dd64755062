import type { Request, Response } from 'express';
import { tooMany, type Connections } from './connections.ts';

/**
 * Counts a request that stays open for long; the signal says when its answer is out or the other side has left. An answer
 * that waits behind another one of its connection never says so by itself. Throws `too_many_requests`.
 */
export function heldOpen(connections: Connections, request: Request, response: Response): AbortSignal {
	const leave = connections.enter(request);
	if (!leave) throw tooMany();
	const over = new AbortController();
	const { socket } = request;
	const end = (): void => {
		response.off('close', end);
		socket.off('close', end);
		leave();
		over.abort();
	};
	response.once('close', end);
	socket.once('close', end);
	if (socket.destroyed) end();
	return over.signal;
}
