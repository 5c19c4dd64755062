import type { RequestHandler } from 'express';
import { ProblemError } from '#contract';
import { wantsHtml } from '#http/accepts.ts';
import { METHODS } from './methods.ts';

/** `GET http://host/path HTTP/1.1`: RFC 9112, 3.2.2. */
const ABSOLUTE_FORM = /^https?:\/\/([^/?#]*)(.*)$/i;
const PATH = /^[^?#]*/;

/**
 * Gives every later handler a request target that is a path and that can be decoded. The absolute form becomes its path
 * and its host. A malformed percent-encoding is 404; for a browser its `%` becomes `%25`, so that the pages render it.
 */
export const requestTarget: RequestHandler = (request, response, next) => {
	const [, host, rest = ''] = ABSOLUTE_FORM.exec(request.url) ?? [];
	if (host !== undefined) {
		// RFC 9112, 3.2.2: the host of the target replaces the header.
		request.headers.host = host;
		request.url = request.originalUrl = rest.startsWith('/') ? rest : `/${rest}`;
	}
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

function isDecodable(path: string): boolean {
	try {
		decodeURIComponent(path);
		return true;
	} catch {
		return false; // a URIError: nothing else is thrown here
	}
}
