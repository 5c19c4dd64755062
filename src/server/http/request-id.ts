import { randomBytes } from 'node:crypto';
import type { RequestHandler } from 'express';

export const newRequestId = (): string => `req_${randomBytes(9).toString('base64url')}`;

/**
 * Sets `X-Request-Id` on every response: the caller's id if it is plain, otherwise a generated one. Also sets it on the
 * request, where the pages read it.
 */
export const requestId: RequestHandler = (request, response, next) => {
	const given = request.get('x-request-id');
	const id = given !== undefined && /^[\w.-]{1,64}$/.test(given) ? given : newRequestId();
	request.headers['x-request-id'] = id;
	response.set('X-Request-Id', id);
	next();
};
