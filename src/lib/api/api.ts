import type { Problem } from '#contract';

/** The result of a REST request. A server that does not respond is a problem too, with the status 0. */
export type Reply<T> = { ok: T; problem?: never } | { ok?: never; problem: Refusal };

export interface Refusal {
	status: number;
	detail: string;
	code: string;
	requestId: string | null;
	errors: { path: string; message: string }[];
}

interface Ask {
	method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
	path: string;
	body?: string;
	/** The idempotency key, so that a retried request takes effect once. */
	key?: string;
	/** Aborts after this many milliseconds. GET requests have a default limit. */
	withinMs?: number;
}

/** The default limit of GET requests, so that a hanging read does not block the page. A read is safe to repeat. */
const READ_WITHIN_MS = 20_000;

/**
 * Sends one REST request. Never throws: a network error, a timeout or an unreadable response returns a problem
 * with the status 0.
 */
export async function ask<T>({
	method,
	path,
	body,
	key,
	withinMs = method === 'GET' ? READ_WITHIN_MS : undefined,
}: Ask): Promise<Reply<T>> {
	try {
		const response = await fetch(path, {
			method,
			headers: {
				...(body === undefined ? {} : { 'content-type': 'application/json' }),
				...(key === undefined ? {} : { 'idempotency-key': key }),
			},
			...(body === undefined ? {} : { body }),
			...(withinMs === undefined ? {} : { signal: AbortSignal.timeout(withinMs) }),
		});
		if (!response.ok) return { problem: refusal(response, await asProblem(response)) };
		return { ok: (response.status === 204 ? undefined : await response.json()) as T };
	} catch (error) {
		const detail = error instanceof SyntaxError ? 'The response could not be read.' : 'The server did not respond.';
		return { problem: { status: 0, detail, code: 'no_answer', requestId: null, errors: [] } };
	}
}

async function asProblem(response: Response): Promise<Partial<Problem>> {
	if (!response.headers.get('content-type')?.includes('json')) return {};
	return (await response.json()) as Partial<Problem>;
}

const refusal = (response: Response, problem: Partial<Problem>): Refusal => ({
	status: response.status,
	detail: problem.detail ?? response.statusText,
	code: problem.code ?? `http_${response.status}`,
	requestId: problem.requestId ?? response.headers.get('x-request-id'),
	errors: problem.errors ?? [],
});

/** Returns a random idempotency key. Works on plain http too, where `randomUUID` does not exist. */
export const requestKey = (): string =>
	[...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** Returns the error message to show, for example `The server returned 503: database busy.` */
export const saidWhat = ({ status, detail }: Refusal): string =>
	status === 0 ? detail : `The server returned ${status}: ${detail}`;
