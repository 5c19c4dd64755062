import express, { type RequestHandler } from 'express';
import { ProblemError } from '#contract';

/** The largest body that is read. */
const BODY_MAX = '1mb';

const readJson = express.json({ limit: BODY_MAX, strict: false, type: () => true });

/** Reads a JSON body; another content type is refused with 415, where there is a body at all. */
export const jsonBody: RequestHandler = (request, response, next) => {
	const hasBody =
		request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
	if (hasBody && !request.is(['application/json', '+json']))
		throw new ProblemError('unsupported_media_type', 'Send the body as JSON, with Content-Type: application/json.');
	readJson(request, response, next);
};

/** Reads the body as the bytes that were signed. */
export const rawBody: RequestHandler = express.raw({ limit: BODY_MAX, type: () => true });
