import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';
import { ProblemError } from '#contract';

export interface Guesses {
	/**
	 * Whether the token is right, as `isRight` says. Throws `too_many_requests`, without a look at the token, where its
	 * address has tried too many different ones; a wrong token is refused so, too, once the address has sent `most` wrong
	 * ones in a minute. Right tokens do not count.
	 */
	check(request: IncomingMessage, token: string, most: number, isRight: (token: string) => boolean): boolean;
	close(): void;
}

export interface GuessesDeps {
	/** The client's address, behind the proxies that are trusted. */
	addressOf(request: IncomingMessage): string | undefined;
	now(): number;
	warn(facts: object, message: string): void;
}

/** The wrong tokens of one address since `since`. */
interface Wrong {
	since: number;
	count: number;
	/** Hashes of different ones, no more than the limit. */
	tokens: Set<string>;
	/** Lines in the log. */
	logged: number;
}

const WINDOW_MS = 60_000;
/** Different wrong tokens in a minute. A script that repeats one wrong token guesses nothing, and locks out no other. */
const PER_ADDRESS = 20;
/** How many addresses are remembered. The one that was silent longest is forgotten first. */
const ADDRESSES = 10_000;
/** Lines in the log for each address in a minute, and for all together; then only a count. */
const [LINES, LINES_TOGETHER] = [20, 200];

/** Limits and logs wrong tokens, at every door that takes one. */
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
		new ProblemError('too_many_requests', 'Too many wrong tokens came from this address. Wait a minute.', {
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
				const message = isLimit ? 'wrong token: its address is limited now' : 'wrong token';
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

/** The address, or the network of an IPv6 one (/64): one customer has all of it. */
export function networkOf(address = ''): string {
	const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
	if (!isIPv6(plain)) return plain;
	const [head = '', tail] = new URL(`http://[${plain}]`).hostname.slice(1, -1).split('::');
	const [before, after] = [head, tail ?? ''].map((part) => (part === '' ? [] : part.split(':')));
	const zeros = Array.from({ length: 8 - before!.length - after!.length }, () => '0');
	const groups = tail === undefined ? before! : [...before!, ...zeros, ...after!];
	return `${groups.slice(0, 4).join(':')}::/64`;
}
