import { randomBytes } from 'node:crypto';
import type { RequestHandler } from 'express';

/**
 * Gives every answer its `X-Request-Id`: the caller's where it is a plain word, else ours. The pages behind read it in the
 * request.
 */
export const requestId: RequestHandler = (request, response, next) => {
	const given = request.get('x-request-id');
	const id =
		given !== undefined && /^[\w.-]{1,64}$/.test(given) ? given : `req_${randomBytes(9).toString('base64url')}`;
	request.headers['x-request-id'] = id;
	response.set('X-Request-Id', id);
	next();
};
