import type { RequestHandler } from 'express';

/**
 * Sets the request's `X-Audena-Origin` to the origin that the browser used, for the pages: Kit assumes https for every
 * request. Express knows the protocol and which proxies to trust (`TRUST_PROXY`).
 */
export const ownOrigin: RequestHandler = (request, _response, next) => {
	request.headers['x-audena-origin'] = `${request.protocol}://${request.headers.host ?? 'localhost'}`;
	next();
};
