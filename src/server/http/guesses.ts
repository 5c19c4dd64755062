import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';
import { ProblemError } from '#contract';

export interface TokenLimiter {
	/**
	 * Returns whether the token is right, according to `isRight`. Throws `too_many_requests`, without checking the
	 * token, if the address has sent too many different wrong tokens in a minute. Also throws for a wrong token if
	 * the address has sent more than `most` wrong tokens in a minute. Right tokens do not count.
	 */
	check(request: IncomingMessage, token: string, most: number, isRight: (token: string) => boolean): boolean;
	close(): void;
}

export interface TokenLimiterDeps {
	/** The client's address, behind the trusted proxies. */
	addressOf(request: IncomingMessage): string | undefined;
	now(): number;
	warn(facts: object, message: string): void;
}

/** The wrong tokens of one address since `since`. */
interface WrongTokens {
	since: number;
	count: number;
	/** Hashes of the different wrong tokens, up to the limit. */
	tokens: Set<string>;
	/** Number of lines logged. */
	logged: number;
}

const WINDOW_MS = 60_000;
/**
 * Different wrong tokens per address and minute. A script that repeats one wrong token guesses nothing, so it does
 * not lock out the other clients of its address.
 */
const TOKENS_PER_ADDRESS = 20;
/** How many addresses are remembered. The address whose last wrong token is oldest is dropped first. */
const ADDRESSES = 10_000;
/** Lines logged per minute: for each address, and for all together. Beyond these only a count is logged. */
const [LINES, LINES_TOTAL] = [20, 200];

/** Limits and logs wrong tokens, wherever a token is accepted. */
export function createTokenLimiter({ addressOf, now, warn }: TokenLimiterDeps): TokenLimiter {
	const byAddress = new Map<string, WrongTokens>();
	let total = { since: now(), logged: 0 };
	const timer = setInterval(report, WINDOW_MS);

	/** Whether the minute of this count is over. A clock that was set back ends it too. */
	const isOver = ({ since }: { since: number }): boolean => now() - since >= WINDOW_MS || now() < since;

	function report(): void {
		for (const [address, entry] of byAddress) {
			if (!isOver(entry)) continue;
			byAddress.delete(address);
			if (entry.count > entry.logged) warn({ address, count: entry.count }, 'wrong tokens in a minute');
		}
	}

	function entryOf(address: string): WrongTokens {
		const entry = byAddress.get(address);
		if (entry && !isOver(entry)) return entry;
		if (entry) report();
		return { since: now(), count: 0, tokens: new Set(), logged: 0 };
	}

	function store(address: string, entry: WrongTokens): void {
		byAddress.delete(address);
		byAddress.set(address, entry);
		for (const oldest of byAddress.keys()) {
			if (byAddress.size <= ADDRESSES) break;
			byAddress.delete(oldest);
		}
	}

	const tooMany = ({ since }: WrongTokens): ProblemError =>
		new ProblemError('too_many_requests', 'Your IP address sent too many wrong tokens. Wait a minute.', {
			retryAfterSeconds: Math.max(1, Math.ceil((since + WINDOW_MS - now()) / 1_000)),
		});

	return {
		check(request, token, most, isRight) {
			const address = networkOf(addressOf(request));
			const entry = entryOf(address);
			if (entry.tokens.size >= TOKENS_PER_ADDRESS) {
				entry.count++;
				throw tooMany(entry);
			}
			if (isRight(token)) return true;
			entry.count++;
			store(address, entry);
			entry.tokens.add(createHash('sha256').update(token).digest('base64url'));
			if (isOver(total)) total = { since: now(), logged: 0 };
			if (entry.logged < LINES && total.logged < LINES_TOTAL) {
				entry.logged++;
				total.logged++;
				const isLimit = entry.tokens.size >= TOKENS_PER_ADDRESS || entry.count > most;
				const message = isLimit ? 'wrong token: the address is now limited' : 'wrong token';
				warn({ address, requestId: request.headers['x-request-id'] }, message);
			}
			if (entry.count > most) throw tooMany(entry);
			return false;
		},
		close() {
			clearInterval(timer);
		},
	};
}

/** The address, or the /64 network of an IPv6 address: one customer owns all of it. */
export function networkOf(address = ''): string {
	const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
	if (!isIPv6(plain)) return plain;
	const [head = '', tail] = new URL(`http://[${plain}]`).hostname.slice(1, -1).split('::');
	const [before, after] = [head, tail ?? ''].map((part) => (part === '' ? [] : part.split(':')));
	const zeros = Array.from({ length: 8 - before!.length - after!.length }, () => '0');
	const groups = tail === undefined ? before! : [...before!, ...zeros, ...after!];
	return `${groups.slice(0, 4).join(':')}::/64`;
}
