import type { Request, Response } from 'express';

/**
 * Calls `gone` once, when the answer is out or the other side has left. An answer that waits behind another one of its
 * connection never says so by itself.
 */
export function onGone(request: Request, response: Response, gone: () => void): void {
	const { socket } = request;
	const once = (): void => {
		response.off('close', once);
		socket.off('close', once);
		gone();
	};
	response.once('close', once);
	socket.once('close', once);
	if (socket.destroyed) once();
}
