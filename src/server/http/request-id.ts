import { randomBytes } from 'node:crypto';
import type { RequestHandler } from 'express';

export const newRequestId = (): string => `req_${randomBytes(9).toString('base64url')}`;

/**
 * Sets `X-Request-Id` on every response: the client's id if it is short and plain, otherwise a generated id. Also
 * sets the header of the request, where the pages and the logs read the id.
 */
export const requestId: RequestHandler = (request, response, next) => {
	const given = request.get('x-request-id');
	const id = given !== undefined && /^[\w.-]{1,64}$/.test(given) ? given : newRequestId();
	request.headers['x-request-id'] = id;
	response.set('X-Request-Id', id);
	next();
};
