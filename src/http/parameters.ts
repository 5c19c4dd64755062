import type { Request } from 'express';
import { parseQuery, ProblemError } from '#contract';
import type { z } from 'zod';

/** Far below the limit of Express's query parser, which silently ignores further parameters. */
const PAIRS_MAX = 200;

/** Throws `unknown_parameter` for query parameters outside `known`: a typo must not widen a list or a deletion. */
export function refuseUnknown(request: Request, known: readonly string[] = []): void {
	if (request.originalUrl.split('&').length > PAIRS_MAX)
		throw new ProblemError('unknown_parameter', `Give at most ${PAIRS_MAX} parameters.`);
	const unknown = Object.keys(request.query).filter((name) => !known.includes(name));
	if (unknown.length === 0) return;
	throw new ProblemError(
		'unknown_parameter',
		`Correct or leave out ${unknown.map((name) => `"${name.slice(0, 50)}"`).join(', ')}.`,
		{
			errors: unknown.map((path) => ({ path, message: 'This parameter does not exist here.' })),
		},
	);
}

/** Returns the parsed query parameters. Throws `unknown_parameter` or `invalid_input`. */
export function queryOf<Shape extends z.ZodRawShape>(
	request: Request,
	schema: z.ZodObject<Shape>,
): z.infer<typeof schema> {
	refuseUnknown(request, Object.keys(schema.shape));
	return parseQuery(schema, request.query);
}

export function pathParameter(request: Request, name: string): string {
	const value = request.params[name];
	return typeof value === 'string' ? value : '';
}

const KEY_MAX = 255;

/** Returns the `Idempotency-Key`, or null without one. Throws `invalid_input` for an empty or overlong key. */
export function idempotencyKey(request: Request): string | null {
	const key = request.get('idempotency-key');
	if (key === undefined) return null;
	if (key !== '' && key.length <= KEY_MAX) return key;
	throw new ProblemError('invalid_input', `Give an Idempotency-Key of 1 to ${KEY_MAX} characters.`);
}
