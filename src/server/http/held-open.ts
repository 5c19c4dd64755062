import type { Request, Response } from 'express';
import { tooMany, type Connections } from './connections.ts';

/**
 * Counts a long-lived request as an open connection. Returns a signal that aborts when the response is sent or the
 * client disconnects. Throws `too_many_requests` if the client's address has too many open connections.
 */
export function heldOpen(connections: Connections, request: Request, response: Response): AbortSignal {
	const leave = connections.enter(request);
	if (!leave) throw tooMany();
	const over = new AbortController();
	const end = (): void => {
		leave();
		over.abort();
	};
	if (request.socket.destroyed) end();
	else response.once('close', end);
	return over.signal;
}
