import { Agent, request } from 'undici';
import { timeLimit } from '#db/time-limit.ts';

export { timeLimit, type TimeLimit } from '#db/time-limit.ts';

/** Upper bound for `Retry-After`. */
const RETRY_AFTER_MAX_MS = 24 * 3_600_000;

export interface OutboundRequest {
	url: string;
	headers: Record<string, string>;
	body: string;
	/** The time limit of the whole exchange, up to the end of the response, in running time of this process. */
	timeoutMs: number;
	/** How many bytes of the response's body are read. */
	bodyMax: number;
}

export interface OutboundResponse {
	status: number;
	/** Several values of a header are joined by commas, and several cookies by line breaks. */
	headers: Record<string, string>;
	/** The beginning of the body as text. */
	body: string;
	/** True if more of the body followed, or if reading it failed. */
	truncated: boolean;
	/** Why reading the body failed. The text read before is kept. */
	failure?: Error;
}

/** Sends requests to other servers over kept connections. */
export interface HttpClient {
	/**
	 * Sends a POST request. Does not follow redirects. Rejects if no response arrives; `reasonOf` says why. If only
	 * reading the body fails, resolves with `failure`, because the status and the headers have arrived.
	 */
	post(outbound: OutboundRequest): Promise<OutboundResponse>;
	/** Closes all connections. Requests under way reject. */
	close(): Promise<void>;
}

export function createHttpClient(): HttpClient {
	const dispatcher = new Agent();
	return {
		async post({ url, headers, body, timeoutMs, bodyMax }) {
			const { signal, clear } = timeLimit(timeoutMs);
			try {
				const response = await request(url, { method: 'POST', headers, body, signal, dispatcher });
				return {
					status: response.statusCode,
					headers: flat(response.headers),
					...(await readUpTo(response.body, bodyMax)),
				};
			} finally {
				clear();
			}
		},
		close: () => dispatcher.destroy(),
	};
}

/** Reads the first `max` bytes of a body as text, cut between two characters. Discards the rest. Never throws. */
async function readUpTo(
	stream: NodeJS.ReadableStream,
	max: number,
): Promise<Pick<OutboundResponse, 'body' | 'truncated' | 'failure'>> {
	const chunks: Buffer[] = [];
	let size = 0;
	let failure: Error | undefined;
	stream.on('error', () => undefined); // leaving the loop early ends the stream with an error
	try {
		for await (const chunk of stream as AsyncIterable<Buffer>) {
			chunks.push(chunk);
			size += chunk.length;
			if (size > max) break;
		}
	} catch (error) {
		failure = error instanceof Error ? error : new Error(String(error));
	}
	const truncated = size > max || failure !== undefined;
	// With `stream`, the decoder leaves out an incomplete character at the end.
	const text = new TextDecoder('utf-8', { ignoreBOM: true });
	const body = text.decode(Buffer.concat(chunks).subarray(0, max), { stream: truncated });
	return failure === undefined ? { body, truncated } : { body, truncated, failure };
}

/**
 * Sorts headers by name and joins several values of a header. Cookies are joined by line breaks, because commas would
 * be ambiguous.
 */
const flat = (headers: Record<string, string | string[] | undefined>): Record<string, string> =>
	Object.fromEntries(
		Object.entries(headers)
			.map(([name, value = '']): [string, string] => [
				name,
				Array.isArray(value) ? value.join(name === 'set-cookie' ? '\n' : ', ') : value,
			])
			.sort(([a], [b]) => (a < b ? -1 : 1)),
	);

/** Returns `Retry-After` in milliseconds (RFC 9110, 10.2.3: seconds or a date), at most one day, or null. */
export function retryAfterMs({ headers }: Pick<OutboundResponse, 'headers'>, now: number): number | null {
	const header = headers['retry-after'];
	if (header === undefined) return null;
	const ms = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - now;
	return Number.isNaN(ms) ? null : Math.min(RETRY_AFTER_MAX_MS, Math.max(0, ms));
}

/** Returns why a request got no response: the system's own message or error code. Never empty. */
export function reasonOf(error: unknown): string {
	if (!(error instanceof Error)) return String(error);
	if (error.name === 'TimeoutError') return 'No response in time.';
	return error.message || (error as { code?: string }).code || error.name;
}
