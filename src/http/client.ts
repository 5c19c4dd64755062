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
	// fetch hides the system's reason behind its own words.
	return error instanceof TypeError && cause instanceof Error
		? cause.message || ((cause as { code?: string }).code ?? error.message)
		: error.message;
}

/** The first `max` bytes of a body as text, and whether there was more. The rest is not read. */
export async function readUpTo(response: Response, max: number): Promise<{ body: string; truncated: boolean }> {
	const chunks: Uint8Array[] = [];
	let size = 0;
	const reader = response.body?.getReader();
	while (reader && size <= max) {
		const { value, done } = await reader.read();
		if (done) break;
		chunks.push(value);
		size += value.length;
	}
	await reader?.cancel();
	return { body: Buffer.concat(chunks).subarray(0, max).toString('utf8'), truncated: size > max };
}
