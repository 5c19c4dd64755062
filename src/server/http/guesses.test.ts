import type { IncomingMessage } from 'node:http';
import { expect, it, onTestFinished } from 'vitest';
import type { ProblemError } from '#contract';
import { manualClock } from '#tests/support/clock.ts';
import { createTokenLimiter, networkOf } from './guesses.ts';

const isRight = (token: string): boolean => token === 'right';

function start() {
	const clock = manualClock();
	const lines: Record<string, unknown>[] = [];
	const tokenLimiter = createTokenLimiter({
		addressOf: ({ headers }) => headers.host,
		now: clock.now,
		warn: (facts, message) => lines.push({ ...facts, message }),
	});
	onTestFinished(() => tokenLimiter.close());
	const from = (host: string) => ({ headers: { host, 'x-request-id': 'req_1' } }) as unknown as IncomingMessage;
	/** Returns whether the token is right, or the seconds to wait if the address is limited. */
	function check(address: string, token: string, most = 200): boolean | number | undefined {
		try {
			return tokenLimiter.check(from(address), token, most, isRight);
		} catch (error) {
			return (error as ProblemError).retryAfterSeconds;
		}
	}
	return { clock, lines, check };
}

it('[A44] after twenty different wrong tokens in a minute an address is refused, even with the right token', () => {
	const { clock, check } = start();
	for (let i = 0; i < 20; i++) expect(check('192.0.2.1', `guess ${i}`)).toBe(false);
	expect(check('192.0.2.1', 'guess 20')).toBe(60);
	clock.advance(20_500);
	expect(check('192.0.2.1', 'right')).toBe(40);
	expect(check('192.0.2.2', 'right')).toBe(true);
	clock.advance(40_000);
	expect(check('192.0.2.1', 'right')).toBe(true);
});

it('[A44] a repeated wrong token is refused, and blocks no other token', () => {
	const { check } = start();
	for (let i = 0; i < 5; i++) expect(check('192.0.2.1', 'old', 5)).toBe(false);
	expect(check('192.0.2.1', 'old', 5)).toBe(60);
	expect(check('192.0.2.1', 'right', 5)).toBe(true);
	for (let i = 0; i < 3_000; i++) check('192.0.2.1', 'old', 5);
	expect(check('192.0.2.1', 'right', 5)).toBe(true);
});

it('[A44] a clock that is set back does not extend the refusal', () => {
	const { clock, check } = start();
	for (let i = 0; i < 21; i++) check('192.0.2.1', `guess ${i}`);
	clock.advance(-86_400_000);
	expect(check('192.0.2.1', 'right')).toBe(true);
});

it('[A45] a wrong token is logged with its address and request, at most twenty lines a minute, then a count', () => {
	const { clock, lines, check } = start();
	for (let i = 0; i < 3_000; i++) check('192.0.2.1', `guess ${i}`);
	expect(lines).toHaveLength(20);
	expect(lines[0]).toEqual({ address: '192.0.2.1', requestId: 'req_1', message: 'wrong token' });
	expect(lines[19]).toMatchObject({ message: 'wrong token: the address is now limited' });
	clock.advance(60_000);
	check('192.0.2.1', 'guess');
	expect(lines[20]).toEqual({ address: '192.0.2.1', count: 3_000, message: 'wrong tokens in a minute' });
	expect(lines).toHaveLength(22);
	expect(JSON.stringify(lines)).not.toContain('guess');
	for (let i = 0; i < 3_000; i++) check(`10.0.${i >> 8}.${i & 255}`, 'guess');
	expect(lines.length).toBeLessThan(300);
});

it.each([
	['192.0.2.7', '192.0.2.7'],
	['::ffff:192.0.2.7', '192.0.2.7'],
	['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
	['2001:db8:1:2::9', '2001:db8:1:2::/64'],
	['2001:DB8::1', '2001:db8:0:0::/64'],
	['fe80::1%eth0', 'fe80:0:0:0::/64'],
	['::1', '0:0:0:0::/64'],
	[undefined, ''],
])('[A44] the network of %s is %s', (address, network) => expect(networkOf(address)).toBe(network));
