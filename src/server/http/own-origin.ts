import type { RequestHandler } from 'express';

/**
 * Writes the origin that the browser asked into `X-Audena-Origin` of the request, for the pages behind: Kit takes every
 * request for https. Express knows the protocol, and which proxies it may believe (`TRUST_PROXY`).
 */
export const ownOrigin: RequestHandler = (request, _response, next) => {
	request.headers['x-audena-origin'] = `${request.protocol}://${request.headers.host ?? 'localhost'}`;
	next();
};
