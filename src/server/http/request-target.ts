import type { RequestListener } from 'node:http';
import type { RequestHandler } from 'express';
import { ProblemError } from '#contract';
import { isDecodable } from '#contract/decodable.ts';
import { wantsHtml } from '#contract/wants-html.ts';

/** `GET http://host/path HTTP/1.1`: RFC 9112, 3.2.2. */
const ABSOLUTE_FORM = /^https?:\/\/([^/?#]*)(.*)$/i;
const PATH = /^[^?#]*/;

/**
 * Turns a request target in absolute form into its path, and sets the Host header to its host (RFC 9112, 3.2.2).
 * Runs before Express, which would keep the host in `request.url`.
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
 * Guarantees later handlers a decodable path without a fragment: Express would route by the part before the `#`.
 * Any other path is 404. If a browser reads a path with malformed percent-encoding, each `%` becomes `%25`, so that
 * the pages render their own 404.
 */
export const requestTarget: RequestHandler = (request, _response, next) => {
	const path = PATH.exec(request.url)?.[0] ?? '';
	const isPath = path.startsWith('/') && !request.url.includes('#');
	if (isPath && isDecodable(path)) return next();
	const reads = request.method === 'GET' || request.method === 'HEAD';
	if (!isPath || !reads || !wantsHtml(request.headers.accept))
		throw new ProblemError(
			'not_found',
			'The path is malformed. Start it with /, and encode it as UTF-8, with %25 for % and %23 for #.',
		);
	request.url = request.originalUrl = encodeURI(path) + request.url.slice(path.length);
	next();
};
