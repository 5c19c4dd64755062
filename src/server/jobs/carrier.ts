import { SendCallResponse, type HangUp } from '#contract';
import { reasonOf, retryAfterMs, type HttpClient } from '#http/client.ts';

/** The app's HTTP client for the provider, in this process or on another server. */
export interface ProviderClient {
	/** Requests a call. The body is sent unchanged. The same key never creates a second provider call. */
	send(key: string, body: Record<string, unknown>): Promise<ProviderResponse<SendCallResponse>>;
	hangUp(providerId: string, reason: HangUp): Promise<ProviderResponse<null>>;
}

/** The result of a request: a value, or an error and the delay of the provider's `Retry-After`, if any. */
export type ProviderResponse<T> = { status: number | null; durationMs: number } & (
	{ value: T; error?: never } | { value?: never; error: string; retryAfterMs: number | null }
);

export interface ProviderClientDeps {
	http: Pick<HttpClient, 'post'>;
	/** The provider's base URL, read at each attempt: the server's own port is known only once it listens. */
	baseUrl(): string;
	token: string | undefined;
	now(): number;
	/** How long the provider may take to respond. */
	timeoutMs: number;
}

/** How much of a response is read, and how much of it an error message keeps. */
const RESPONSE_BYTES_MAX = 64 * 1_024;
const SHOWN_MAX = 500;

export function createProviderClient({ http, baseUrl, token, now, timeoutMs }: ProviderClientDeps): ProviderClient {
	async function post<T>(
		path: string,
		headers: Record<string, string>,
		body: unknown,
		read: (text: string) => T,
	): Promise<ProviderResponse<T>> {
		const start = performance.now();
		const took = (): number => Math.round(performance.now() - start);
		let status: number | null = null;
		let again: number | null = null;
		try {
			const response = await http.post({
				url: `${baseUrl()}/api/provider/${path}`,
				headers: {
					'content-type': 'application/json',
					...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
					...headers,
				},
				body: JSON.stringify(body),
				timeoutMs,
				bodyMax: RESPONSE_BYTES_MAX,
			});
			status = response.status;
			again = retryAfterMs(response, now());
			const { body: text, failure } = response;
			if (failure !== undefined) throw failure;
			if (status >= 200 && status < 300) return { status, durationMs: took(), value: read(text) };
			const error = `The provider responded with ${status}: ${text.slice(0, SHOWN_MAX).toWellFormed()}`;
			return { status, durationMs: took(), error, retryAfterMs: again };
		} catch (error) {
			return { status, durationMs: took(), error: reasonOf(error), retryAfterMs: again };
		}
	}

	return {
		send: (key, body) => post('send-call', { 'idempotency-key': key }, body, parseSendCallResponse),
		async hangUp(providerId, reason) {
			const response = await post(`calls/${encodeURIComponent(providerId)}/cancel`, {}, reason, () => null);
			// The provider does not know the call (any more), so nothing is left to hang up.
			if (response.status === 404) return { status: 404, durationMs: response.durationMs, value: null };
			return response;
		},
	};
}

function parseSendCallResponse(text: string): SendCallResponse {
	try {
		return SendCallResponse.parse(JSON.parse(text));
	} catch (error) {
		throw new Error(`The provider's response is not { providerId, scheduledInMs }.`, { cause: error });
	}
}
