import type { RequestListener } from 'node:http';
import type { RequestHandler } from 'express';
import { ProblemError } from '#contract';
import { isDecodable } from '#contract/decodable.ts';
import { wantsHtml } from '#http/accepts.ts';
import { METHODS } from './methods.ts';

/** `GET http://host/path HTTP/1.1`: RFC 9112, 3.2.2. */
const ABSOLUTE_FORM = /^https?:\/\/([^/?#]*)(.*)$/i;
const PATH = /^[^?#]*/;

/**
 * Turns a request target in absolute form into its path, and the Host header into its host (RFC 9112, 3.2.2). It runs
 * before Express, which would put the host back before the path.
 */
export const inOriginForm =
	(run: RequestListener): RequestListener =>
	(request, response) => {
		const [, host, rest = ''] = ABSOLUTE_FORM.exec(request.url ?? '') ?? [];
		if (host !== undefined) {
			request.headers.host = host;
			request.url = rest.startsWith('/') ? rest : `/${rest}`;
		}
		return run(request, response);
	};

/**
 * Gives every later handler a path that can be decoded. A malformed percent-encoding is 404; for a browser its `%`
 * becomes `%25`, so that the pages render their own 404.
 */
export const requestTarget: RequestHandler = (request, response, next) => {
	if (request.url === '*' && request.method === 'OPTIONS') {
		response.status(204).set('Allow', METHODS.join(', ')).end();
		return;
	}
	const path = PATH.exec(request.url)?.[0] ?? '';
	if (path.startsWith('/') && isDecodable(path)) return next();
	if (!path.startsWith('/') || !wantsHtml(request.method, request.headers.accept))
		throw new ProblemError('not_found', 'The path is not well-formed. Percent-encode it as UTF-8, with %25 for a %.');
	request.url = request.originalUrl = encodeURI(path) + request.url.slice(path.length);
	next();
};
