import { isUtf8 } from 'node:buffer';
import express, { type RequestHandler } from 'express';
import { ProblemError } from '#contract';

/** The size limit of a request body. */
const BODY_MAX = '1mb';

/** The error `type` that `refuseOtherCharsets` sets for bytes that are not UTF-8. */
export const NOT_UTF8 = 'charset.malformed';

/**
 * A `verify` hook for Express' body readers. Throws for a body that is not UTF-8, because decoding would put
 * replacement characters into stored text. JSON is always UTF-8 (RFC 8259, 8.1), and the forms of the pages are
 * too.
 */
export function refuseOtherCharsets(_request: unknown, _response: unknown, body: Buffer, charset: string): void {
	if (charset.toLowerCase() !== 'utf-8')
		throw Object.assign(new Error(`charset ${charset}`), { type: 'charset.unsupported' });
	if (!isUtf8(body)) throw Object.assign(new Error('not UTF-8'), { type: NOT_UTF8 });
}

const readJson = express.json({ limit: BODY_MAX, strict: false, type: () => true, verify: refuseOtherCharsets });

/** Reads a JSON body. Throws `unsupported_media_type` for a body of another content type. */
export const jsonBody: RequestHandler = (request, response, next) => {
	const hasBody =
		request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
	if (hasBody && !request.is(['application/json', '+json']))
		throw new ProblemError('unsupported_media_type', 'Send the body as JSON, with Content-Type: application/json.');
	readJson(request, response, next);
};

/** Reads the body of a webhook as bytes, because the signature covers the exact bytes. */
export const rawBody: RequestHandler = express.raw({ limit: BODY_MAX, type: () => true });

/** Decodes a body and drops its byte order mark. Throws `invalid_json` for bytes that are not UTF-8. */
export function utf8Of(body: Buffer): string {
	if (!isUtf8(body)) throw notUtf8();
	return new TextDecoder().decode(body);
}

export const notUtf8 = (): ProblemError =>
	new ProblemError('invalid_json', 'The body is not UTF-8. Encode it as UTF-8.');
