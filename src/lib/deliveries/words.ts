import type { Attempt, Delivery, DeliveryGroup } from '#contract';
import { took } from '#lib/time/moments.ts';

export const GROUP_WORDS: Readonly<Record<DeliveryGroup['name'], string>> = {
	pending: 'Pending',
	failed: 'Failed',
	delivered: 'Delivered',
	canceled: 'Canceled',
};

/** The outcome of an attempt: its code, the meaning, and whether it is good, bad or an injected fault. */
export interface Result {
	code: string;
	words: string;
	tone: 'ok' | 'bad' | 'fault';
}

const MEANINGS: Readonly<Record<number, string>> = {
	400: 'Bad request',
	401: 'Unauthorized',
	403: 'Forbidden',
	404: 'Not found',
	405: 'Method not allowed',
	408: 'Request timed out',
	409: 'Conflict',
	410: 'Gone: not sent again',
	413: 'Too large',
	415: 'Unsupported media type',
	422: 'Unprocessable content',
	429: 'Too many requests',
	500: 'Server error',
	502: 'Bad gateway',
	503: 'Service unavailable',
	504: 'Gateway timed out',
};
/** Patterns for the errors of attempts without a response, with the short code and the words for each. */
const FAILURES: readonly (readonly [sign: RegExp, code: string, words: string])[] = [
	[/No response in time/, 'timeout', 'No response in time'],
	[/ECONNREFUSED/, 'refused', 'Connection refused'],
	[/ECONNRESET|other side closed/, 'cut', 'Connection closed'],
	[/ENOTFOUND|EAI_AGAIN/, 'dns', 'Host not found'],
	[/certificate|SSL|TLS/i, 'tls', 'No secure connection'],
];

export function resultOf({ response, error }: Pick<Attempt, 'response' | 'error'>): Result {
	if (response) {
		const { status } = response;
		const ok = status >= 200 && status < 300 && error === null;
		const words = ok || status >= 300 ? meaning(status) : 'Incomplete response';
		return { code: String(status), words, tone: ok ? 'ok' : 'bad' };
	}
	if (isLost(error)) return { code: 'lost', words: 'Lost on purpose', tone: 'fault' };
	const [, code, words] = FAILURES.find(([sign]) => sign.test(error ?? '')) ?? ['', 'failed', error || 'No response'];
	return { code, words, tone: 'bad' };
}

const isLost = (error: string | null): boolean => error?.startsWith('Lost on purpose') ?? false;

/**
 * Says how long an attempt took. Only an attempt that was lost on purpose was never sent: a sent attempt may also
 * take 0 ms.
 */
export const tookWords = ({ durationMs, error }: Pick<Attempt, 'durationMs' | 'error'>): string =>
	isLost(error) ? 'never sent' : took(durationMs);

function meaning(status: number): string {
	if (status >= 200 && status < 300) return 'OK';
	if (status >= 300 && status < 400) return 'Redirect, not followed';
	return MEANINGS[status] ?? (status < 500 ? 'Rejected' : 'Server error');
}

/** For example `127.0.0.1:4000`; the text itself if it is not a URL. */
export const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : url);

const encoder = new TextEncoder();
/** For example `318 B` or `4.1 kB`. */
export function size(text: string): string {
	const { length } = encoder.encode(text);
	return length < 1_000 ? `${length} B` : `${(length / 1_000).toFixed(1)} kB`;
}

/**
 * Returns the notice after a redelivery. `after` is the delivery as the reloaded list shows it; undefined if the
 * list no longer has it.
 */
export function outcome(before: Delivery, after: Delivery | undefined): string {
	const last = after?.attempts.at(-1);
	if (after && last && last.number > before.attempts.length) {
		const { code, words, tone } = resultOf(last);
		return tone === 'ok'
			? `${before.type} redelivered. ${hostOf(before.url)} returned ${code}.`
			: `${before.type} not delivered: ${last.response ? `${code}, ` : ''}${words.toLowerCase()}.`;
	}
	return after
		? `${before.type} sent again. No response yet.`
		: `${before.type} sent again. It is no longer in this list.`;
}
