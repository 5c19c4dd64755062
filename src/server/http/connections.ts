import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import proxyAddr from 'proxy-addr';
import { ProblemError } from '#contract';

export interface Connections {
	/** Counts one more connection that stays open; null when its address has too many. Call what it answers at its end. */
	enter(request: IncomingMessage): (() => void) | null;
}

/** As Express understands `trust proxy`: everybody, the first so many hops, or these addresses. */
type Trust = boolean | number | string;

/**
 * Counts the connections that each address holds open: sockets, event streams and waits. Loopback is exempt: there are
 * tests, scripts and a reverse proxy that nobody declared.
 */
export function createConnections(most: number, trustProxy: Trust): Connections {
	const open = new Map<string, number>();
	const addressOf = clientAddress(trustProxy);
	return {
		enter(request) {
			const address = addressOf(request);
			if (isLoopback(address)) return () => undefined;
			const count = open.get(address) ?? 0;
			if (count >= most) return null;
			open.set(address, count + 1);
			let left = false;
			return () => {
				if (left) return;
				left = true;
				const now = (open.get(address) ?? 1) - 1;
				if (now === 0) open.delete(address);
				else open.set(address, now);
			};
		},
	};
}

/** The client's address, behind the proxies that are trusted. */
export function clientAddress(trustProxy: Trust): (request: IncomingMessage) => string {
	const trust = trusted(trustProxy);
	return (request) => proxyAddr(request, trust);
}

export const tooMany = (): ProblemError =>
	new ProblemError(
		'too_many_requests',
		'This address holds too many connections open. Close some, or raise MAX_SOCKETS_PER_ADDRESS.',
		{ retryAfterSeconds: 10 },
	);

function trusted(value: Trust): (address: string, hop: number) => boolean {
	if (typeof value === 'boolean') return () => value;
	if (typeof value === 'number') return (_address, hop) => hop < value;
	return proxyAddr.compile(value.split(',').map((one) => one.trim()));
}

/** Also as IPv4 inside IPv6. What is no address at all is nobody's loopback. */
function isLoopback(address: string | undefined): boolean {
	const plain = (address ?? '').replace(/^::ffff:/i, '');
	return isIP(plain) === 4 ? plain.startsWith('127.') : plain === '::1';
}
