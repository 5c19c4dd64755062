import type { ErrorRequestHandler, Response } from 'express';
import { INTERNAL_ERROR, ProblemError, type Problem } from '#contract';
import { isDatabaseFault, OutcomeUnknown } from '#db/database.ts';
import { NOT_UTF8, notUtf8 } from './body.ts';

/**
 * The one handler that turns a thrown error into a response. Reports unexpected errors to `onBug` and keeps their
 * text out of the response.
 */
export function problemHandler(onBug: (error: unknown, requestId: string) => void): ErrorRequestHandler {
	return (error: unknown, _request, response, next) => {
		const problem = asProblem(error);
		// An intended refusal (an injected fault, a shutdown) has no cause.
		if (problem.status >= 500 && problem.cause !== undefined) onBug(error, requestIdOf(response));
		if (response.headersSent) return next(error); // too late for a response: Express closes the connection
		sendProblem(response, problem);
	};
}

export function sendProblem(response: Response, problem: ProblemError): void {
	const body: Problem = { ...problem.toProblem(), requestId: requestIdOf(response) };
	if (problem.retryAfterSeconds !== undefined) response.set('Retry-After', String(problem.retryAfterSeconds));
	if (problem.allow !== undefined) response.set('Allow', problem.allow.join(', '));
	if (problem.code === 'unauthorized') response.set('WWW-Authenticate', 'Bearer');
	response.status(problem.status).type('application/problem+json').send(JSON.stringify(body));
}

const requestIdOf = (response: Response): string => String(response.getHeader('x-request-id') ?? '');

function asProblem(error: unknown): ProblemError {
	if (error instanceof ProblemError) return error;
	if (error instanceof OutcomeUnknown)
		return new ProblemError(
			'database_unavailable',
			'The connection to the database broke during the write, which may have succeeded. If the request had an Idempotency-Key, repeat it with the same key. Otherwise check first whether it took effect.',
			{ retryAfterSeconds: 1, cause: error },
		);
	if (isDatabaseFault(error))
		return new ProblemError(
			'database_unavailable',
			'The database is not available now. Nothing was changed. Retry the request.',
			{
				retryAfterSeconds: 1,
				cause: error,
			},
		);
	return readerProblem(error) ?? new ProblemError('internal_error', INTERNAL_ERROR, { cause: error });
}

/** Returns the problem for an error that Express or its body reader throws, or undefined for another error. */
function readerProblem(error: unknown): ProblemError | undefined {
	const { type, status, limit } = error as { type?: unknown; status?: unknown; limit?: unknown };
	if (type === 'entity.parse.failed')
		return new ProblemError('invalid_json', 'The body is not well-formed JSON. Correct its syntax.');
	if (type === NOT_UTF8) return notUtf8();
	if (type === 'entity.too.large' && typeof limit === 'number')
		return new ProblemError('body_too_large', `Send at most ${limit / 1_024} KiB.`);
	if (status === 413) return new ProblemError('body_too_large', 'The form has too many fields. Send at most 1,000.');
	if (type === 'charset.unsupported') return new ProblemError('unsupported_media_type', 'Send the body as UTF-8.');
	if (type === 'encoding.unsupported')
		return new ProblemError('unsupported_media_type', 'Send the body without this Content-Encoding.');
	if (error instanceof URIError)
		return new ProblemError(
			'not_found',
			'The path is malformed. Start it with /, and encode it as UTF-8, with %25 for % and %23 for #.',
		);
	if (type === 'request.aborted' || type === 'request.size.invalid' || status === 400)
		return new ProblemError('invalid_json', 'The body could not be read. Send it again.');
	return undefined;
}
