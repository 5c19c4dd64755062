import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import proxyAddr from 'proxy-addr';
import { ProblemError } from '#contract';

export interface Connections {
	/**
	 * Counts one more open connection of the client's address. Returns the function to call when the connection
	 * ends, or null if the address has too many.
	 */
	enter(request: IncomingMessage): (() => void) | null;
}

/** Express's `trust proxy`: every proxy, a number of hops, or a list of addresses. */
type Trust = boolean | number | string;

/**
 * Counts the open connections of each address: sockets, event streams and waits. Loopback is exempt, because tests,
 * scripts and an undeclared reverse proxy connect from there.
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

/** The client's address, behind the trusted proxies. */
export function clientAddress(trustProxy: Trust): (request: IncomingMessage) => string {
	const trust = trusted(trustProxy);
	return (request) => proxyAddr(request, trust);
}

export const tooMany = (): ProblemError =>
	new ProblemError(
		'too_many_requests',
		'Your IP address has too many open connections. Close some, or raise MAX_SOCKETS_PER_ADDRESS on the server.',
		{ retryAfterSeconds: 10 },
	);

function trusted(value: Trust): (address: string, hop: number) => boolean {
	if (typeof value === 'boolean') return () => value;
	if (typeof value === 'number') return (_address, hop) => hop < value;
	return proxyAddr.compile(value.split(',').map((one) => one.trim()));
}

/** Whether the address is loopback, also as IPv4 inside IPv6. A missing or malformed address is not loopback. */
function isLoopback(address: string | undefined): boolean {
	const plain = (address ?? '').replace(/^::ffff:/i, '');
	return isIP(plain) === 4 ? plain.startsWith('127.') : plain === '::1';
}
