import { z } from 'zod';

/** Every problem of the API: its stable code, its HTTP status and its title. */
export const PROBLEMS = {
	malformed_request: [400, 'The request is malformed'],
	invalid_json: [400, 'The body is not JSON'],
	invalid_input: [400, 'The input is invalid'],
	unknown_parameter: [400, 'Unknown query parameter'],
	invalid_page: [400, 'The page token belongs to another list'],
	callback_not_allowed: [400, 'The callback address is not allowed'],
	unauthorized: [401, 'Authentication required'],
	invalid_signature: [401, 'The webhook signature is invalid'],
	origin_not_allowed: [403, 'Requests from this origin are not allowed'],
	host_not_allowed: [403, 'This host name is not allowed'],
	not_found: [404, 'Not found'],
	call_not_found: [404, 'The call does not exist'],
	method_not_allowed: [405, 'Method not allowed'],
	request_timeout: [408, 'The request did not arrive in time'],
	wait_timeout: [408, 'The call has not ended in time'],
	illegal_transition: [409, 'This change is not possible'],
	call_gone: [410, 'The call no longer exists'],
	body_too_large: [413, 'The body is too large'],
	unsupported_media_type: [415, 'The content type is not supported'],
	idempotency_conflict: [422, 'The idempotency key was used with another body'],
	too_many_requests: [429, 'Too many requests'],
	headers_too_large: [431, 'The headers are too large'],
	internal_error: [500, 'Internal error'],
	provider_failed: [500, 'The provider failed'],
	provider_refused: [503, 'The provider refused the call'],
	database_unavailable: [503, 'The database is not available'],
	not_ready: [503, 'The server is not ready'],
	stopping: [503, 'The server is stopping'],
} as const satisfies Record<string, readonly [status: number, title: string]>;

export type ProblemCode = keyof typeof PROBLEMS;

/** The detail of every `internal_error`. */
export const INTERNAL_ERROR = 'Internal error. Quote the `requestId` when you report it.';

/** An `application/problem+json` body (RFC 9457). */
export const Problem = z.object({
	type: z.string(),
	title: z.string(),
	status: z.int(),
	detail: z.string(),
	code: z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]),
	requestId: z.string(),
	/** For invalid input: what is wrong, and where. */
	errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});
export type Problem = z.infer<typeof Problem>;

export interface ProblemOptions {
	errors?: { path: string; message: string }[];
	/** Sent as the `Retry-After` header. */
	retryAfterSeconds?: number;
	/** The methods that this path supports, for the `Allow` header. */
	allow?: readonly string[];
	cause?: unknown;
}

/** An expected failure. One error handler turns it into a response. `detail` says what to do. */
export class ProblemError extends Error {
	override readonly name = 'ProblemError';
	readonly code: ProblemCode;
	readonly errors: { path: string; message: string }[] | undefined;
	readonly retryAfterSeconds: number | undefined;
	readonly allow: readonly string[] | undefined;

	constructor(code: ProblemCode, detail: string, { errors, retryAfterSeconds, allow, cause }: ProblemOptions = {}) {
		super(detail, { cause });
		this.code = code;
		this.errors = errors;
		this.retryAfterSeconds = retryAfterSeconds;
		this.allow = allow;
	}

	get status(): number {
		return PROBLEMS[this.code][0];
	}

	/** Returns the RFC 9457 body without the request id. */
	toProblem(): Omit<Problem, 'requestId'> {
		const [status, title] = PROBLEMS[this.code];
		const { code, message: detail, errors } = this;
		return { type: `urn:audena:problem:${code}`, title, status, detail, code, ...(errors ? { errors } : {}) };
	}
}
