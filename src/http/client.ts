export { timeLimit, type TimeLimit } from '#db/time-limit.ts';

/** Nobody is waited for longer than this, whatever he asks. */
const RETRY_AFTER_MAX_MS = 24 * 3_600_000;

/** `Retry-After` in milliseconds (RFC 9110, 10.2.3: seconds or a date), at most a day, or null. */
export function retryAfterMs(response: Response, now: number): number | null {
	const header = response.headers.get('retry-after');
	if (header === null) return null;
	const ms = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - now;
	return Number.isNaN(ms) ? null : Math.min(RETRY_AFTER_MAX_MS, Math.max(0, ms));
}

/** Why a request brought no answer, down to the system's own code. */
export function reasonOf(error: unknown): string {
	if (!(error instanceof Error)) return String(error);
	if (error.name === 'TimeoutError') return 'No answer in time.';
	const { cause } = error;
	// fetch hides the system's reason behind its own words. A reason is never empty: that would read as no error.
	const own = error.message || error.name;
	return error instanceof TypeError && cause instanceof Error
		? cause.message || (cause as { code?: string }).code || own
		: own;
}

/** What came of a body: its first bytes as text, whether there was more, and why it broke off where it did. */
export interface ReadBody {
	body: string;
	truncated: boolean;
	/** What the reading failed of; what came before that is kept. */
	failure?: Error;
}

/** The first `max` bytes of a body as text, cut between two characters. The rest is not read. Never throws. */
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
	// Told that more may come, the decoder leaves out the half of a character at the end.
	const text = new TextDecoder('utf-8', { ignoreBOM: true });
	const body = text.decode(Buffer.concat(chunks).subarray(0, max), { stream: truncated });
	return failure === undefined ? { body, truncated } : { body, truncated, failure };
}

/** The headers of an answer. Several cookies stand on lines of their own: a comma would not tell them apart. */
export function headersOf({ headers }: Response): Record<string, string> {
	const cookies = headers.getSetCookie();
	return { ...Object.fromEntries(headers), ...(cookies.length === 0 ? {} : { 'set-cookie': cookies.join('\n') }) };
}
