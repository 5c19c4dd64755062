import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';
import { ProblemError } from '#contract';

export interface Guesses {
	/**
	 * Whether the token is right, according to `isRight`. Throws `too_many_requests` without checking the token if its
	 * address has sent too many different wrong ones. Also throws it for a wrong token once the address has sent more
	 * than `most` of them in a minute. Right tokens do not count.
	 */
	check(request: IncomingMessage, token: string, most: number, isRight: (token: string) => boolean): boolean;
	close(): void;
}

export interface GuessesDeps {
	/** The client's address, behind the trusted proxies. */
	addressOf(request: IncomingMessage): string | undefined;
	now(): number;
	warn(facts: object, message: string): void;
}

/** The wrong tokens of one address since `since`. */
interface Wrong {
	since: number;
	count: number;
	/** Hashes of the different wrong tokens, up to the limit. */
	tokens: Set<string>;
	/** Number of lines logged. */
	logged: number;
}

const WINDOW_MS = 60_000;
/**
 * Different wrong tokens per minute. A script that repeats one wrong token guesses nothing and locks out no other
 * client.
 */
const PER_ADDRESS = 20;
/** How many addresses are remembered. The one without a wrong token for the longest time is dropped first. */
const ADDRESSES = 10_000;
/** Lines logged per minute: for each address, and for all together. Beyond these only a count is logged. */
const [LINES, LINES_TOGETHER] = [20, 200];

/** Limits and logs wrong tokens, wherever a token is accepted. */
export function createGuesses({ addressOf, now, warn }: GuessesDeps): Guesses {
	const wrong = new Map<string, Wrong>();
	let together = { since: now(), logged: 0 };
	const timer = setInterval(report, WINDOW_MS);

	/** A clock that was set back ends the minute too. */
	const isOver = ({ since }: { since: number }): boolean => now() - since >= WINDOW_MS || now() < since;

	function report(): void {
		for (const [address, its] of wrong) {
			if (!isOver(its)) continue;
			wrong.delete(address);
			if (its.count > its.logged) warn({ address, count: its.count }, 'wrong tokens in a minute');
		}
	}

	function of(address: string): Wrong {
		const its = wrong.get(address);
		if (its && !isOver(its)) return its;
		if (its) report();
		return { since: now(), count: 0, tokens: new Set(), logged: 0 };
	}

	function remember(address: string, its: Wrong): void {
		wrong.delete(address);
		wrong.set(address, its);
		for (const oldest of wrong.keys()) {
			if (wrong.size <= ADDRESSES) break;
			wrong.delete(oldest);
		}
	}

	const tooMany = ({ since }: Wrong): ProblemError =>
		new ProblemError('too_many_requests', 'This address sent too many wrong tokens. Wait a minute.', {
			retryAfterSeconds: Math.max(1, Math.ceil((since + WINDOW_MS - now()) / 1_000)),
		});

	return {
		check(request, token, most, isRight) {
			const address = networkOf(addressOf(request));
			const its = of(address);
			if (its.tokens.size >= PER_ADDRESS) {
				its.count++;
				throw tooMany(its);
			}
			if (isRight(token)) return true;
			its.count++;
			remember(address, its);
			its.tokens.add(createHash('sha256').update(token).digest('base64url'));
			if (isOver(together)) together = { since: now(), logged: 0 };
			if (its.logged < LINES && together.logged < LINES_TOGETHER) {
				its.logged++;
				together.logged++;
				const isLimit = its.tokens.size >= PER_ADDRESS || its.count > most;
				const message = isLimit ? 'wrong token: the address is now limited' : 'wrong token';
				warn({ address, requestId: request.headers['x-request-id'] }, message);
			}
			if (its.count > most) throw tooMany(its);
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
