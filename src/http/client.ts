export { timeLimit, type TimeLimit } from '#db/time-limit.ts';

/** Upper bound for `Retry-After`. */
const RETRY_AFTER_MAX_MS = 24 * 3_600_000;

/** Returns `Retry-After` in milliseconds (RFC 9110, 10.2.3: seconds or a date), at most one day, or null. */
export function retryAfterMs(response: Response, now: number): number | null {
	const header = response.headers.get('retry-after');
	if (header === null) return null;
	const ms = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - now;
	return Number.isNaN(ms) ? null : Math.min(RETRY_AFTER_MAX_MS, Math.max(0, ms));
}

/** Returns why a request got no response: the system's own message or error code, if there is one. */
export function reasonOf(error: unknown): string {
	if (!(error instanceof Error)) return String(error);
	if (error.name === 'TimeoutError') return 'No response in time.';
	const { cause } = error;
	// fetch wraps the system's error. The result is never empty, because an empty reason would read as no error.
	const own = error.message || error.name;
	return error instanceof TypeError && cause instanceof Error
		? cause.message || (cause as { code?: string }).code || own
		: own;
}

/** The beginning of a body as text. `truncated` is set if more followed or if reading failed. */
export interface ReadBody {
	body: string;
	truncated: boolean;
	/** Why reading failed. The text read before is kept. */
	failure?: Error;
}

/** Reads the first `max` bytes of a body as text, cut between two characters. Discards the rest. Never throws. */
export async function readUpTo(response: Response, max: number): Promise<ReadBody> {
	const chunks: Uint8Array[] = [];
	let size = 0;
	let failure: Error | undefined;
	const reader = response.body?.getReader();
	try {
		while (reader && size <= max) {
			const { value, done } = await reader.read();
			if (done) break;
			chunks.push(value);
			size += value.length;
		}
		await reader?.cancel();
	} catch (error) {
		failure = error instanceof Error ? error : new Error(String(error));
	}
	const truncated = size > max || failure !== undefined;
	// With `stream`, the decoder leaves out an incomplete character at the end.
	const text = new TextDecoder('utf-8', { ignoreBOM: true });
	const body = text.decode(Buffer.concat(chunks).subarray(0, max), { stream: truncated });
	return failure === undefined ? { body, truncated } : { body, truncated, failure };
}

/** Returns the headers of a response. Joins several cookies by line breaks, because commas would be ambiguous. */
export function headersOf({ headers }: Response): Record<string, string> {
	const cookies = headers.getSetCookie();
	return { ...Object.fromEntries(headers), ...(cookies.length === 0 ? {} : { 'set-cookie': cookies.join('\n') }) };
}
