import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { expect, it } from 'vitest';
import { createConnections } from './connections.ts';

const from = (address: string, forwarded?: string): IncomingMessage =>
	Object.assign(new EventEmitter(), {
		socket: { remoteAddress: address },
		headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
	}) as unknown as IncomingMessage;

it('[F64] an address holds as many connections as allowed, and another one after a disconnect', () => {
	const connections = createConnections(2, false);
	const [one, two] = [connections.enter(from('192.0.2.1')), connections.enter(from('192.0.2.1'))];
	expect(connections.enter(from('192.0.2.1'))).toBeNull();
	expect(connections.enter(from('192.0.2.2'))).not.toBeNull();
	one!();
	one!(); // a second call has no effect
	expect(connections.enter(from('192.0.2.1'))).not.toBeNull();
	expect(connections.enter(from('192.0.2.1'))).toBeNull();
	two!();
});

it.each(['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1'])(
	'[F64] the loopback address %s holds any number of connections',
	(address) => {
		const connections = createConnections(1, false);
		for (let i = 0; i < 5; i++) expect(connections.enter(from(address))).not.toBeNull();
	},
);

it('[F64] behind a trusted proxy the client’s own address counts, and no other forwarded address', () => {
	const trusting = createConnections(1, 1);
	expect(trusting.enter(from('127.0.0.1', '192.0.2.1'))).not.toBeNull();
	expect(trusting.enter(from('127.0.0.1', '192.0.2.1'))).toBeNull();
	expect(trusting.enter(from('127.0.0.1', '192.0.2.2'))).not.toBeNull();
	const named = createConnections(1, 'loopback, 10.0.0.0/8');
	expect(named.enter(from('10.1.1.1', '192.0.2.1'))).not.toBeNull();
	expect(named.enter(from('10.1.1.2', '192.0.2.1'))).toBeNull();
	const wary = createConnections(1, false);
	expect(wary.enter(from('192.0.2.9', '192.0.2.1'))).not.toBeNull();
	expect(wary.enter(from('192.0.2.9', '192.0.2.2'))).toBeNull();
});
