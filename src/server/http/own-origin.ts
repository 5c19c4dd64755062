import type { RequestHandler } from 'express';

/**
 * Sets the request header `X-Audena-Origin` to the origin that the browser used. The pages read this header,
 * because SvelteKit assumes https for every request. Express knows the protocol and which proxies to trust
 * (`TRUST_PROXY`).
 */
export const ownOrigin: RequestHandler = (request, _response, next) => {
	request.headers['x-audena-origin'] = `${request.protocol}://${request.headers.host ?? 'localhost'}`;
	next();
};
