import { SendCallAnswer } from '#contract';
import { reasonOf, retryAfterMs } from '#http/client.ts';

/** The provider as the app reaches it: over HTTP, wherever it is. */
export interface Carrier {
	/** Asks for a call. The body goes out as it is; the same key never makes a second provider call. */
	send(key: string, body: Record<string, unknown>): Promise<Answer<SendCallAnswer>>;
	hangUp(providerId: string): Promise<Answer<null>>;
}

/** What came of asking: a value, or what went wrong and whether asking again may help. */
export type Answer<T> = { status: number | null; durationMs: number } & (
	{ value: T; error?: never } | { value?: never; error: string; retryAfterMs: number | null }
);

export interface CarrierDeps {
	/** The provider's base address, asked at each try: our own port is known only once we listen. */
	baseUrl(): string;
	token: string | undefined;
	now(): number;
	/** How long the provider may take to answer. */
	timeoutMs: number;
}

export function createCarrier({ baseUrl, token, now, timeoutMs }: CarrierDeps): Carrier {
	async function post<T>(
		path: string,
		headers: Record<string, string>,
		body: unknown,
		read: (response: Response) => Promise<T>,
	): Promise<Answer<T>> {
		const start = performance.now();
		const took = (): number => Math.round(performance.now() - start);
		try {
			const response = await fetch(`${baseUrl()}/api/provider/${path}`, {
				method: 'POST',
				headers: {
					'content-type': 'application/json',
					...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
					...headers,
				},
				body: JSON.stringify(body),
				redirect: 'manual',
				signal: AbortSignal.timeout(timeoutMs),
			});
			const { status } = response;
			if (response.ok) return { status, durationMs: took(), value: await read(response) };
			const text = (await response.text()).slice(0, 500);
			const error = `The provider answered ${status}: ${text}`;
			return { status, durationMs: took(), error, retryAfterMs: retryAfterMs(response, now()) };
		} catch (error) {
			return { status: null, durationMs: took(), error: reasonOf(error), retryAfterMs: null };
		}
	}

	return {
		send: (key, body) =>
			post('send-call', { 'idempotency-key': key }, body, async (response) =>
				SendCallAnswer.parse(await response.json()),
			),
		async hangUp(providerId) {
			const answer = await post(`calls/${encodeURIComponent(providerId)}/cancel`, {}, {}, () => Promise.resolve(null));
			// It does not know the call (any more), so there is nothing left to hang up.
			if (answer.status === 404) return { status: 404, durationMs: answer.durationMs, value: null };
			return answer;
		},
	};
}
