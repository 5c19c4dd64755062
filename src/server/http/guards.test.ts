import { describe, expect, it } from 'vitest';
import { ProblemError } from '#contract';
import { checkHost, checkOrigin, type GuardRules } from './guards.ts';

const RULES: GuardRules = {
	appUrl: 'https://calls.example',
	allowedHosts: ['box.lan', 'Big.Lan'],
	ownHost: 'simulator.local',
};

const codeOf = (check: () => void): string => {
	try {
		check();
	} catch (error) {
		if (error instanceof ProblemError) return error.code;
		throw error;
	}
	return 'passes';
};
const host = (name: string | undefined): string =>
	codeOf(() => checkHost(name === undefined ? {} : { host: name }, RULES));
const origin = (from: string | undefined, to = 'localhost:3000', rules: GuardRules = RULES): string =>
	codeOf(() => checkOrigin({ host: to, ...(from === undefined ? {} : { origin: from }) }, rules));

describe('the host guard', () => {
	it.each([
		...['localhost', 'localhost:3000', 'LOCALHOST:3000', '127.0.0.1:3000', '192.168.1.7', '[::1]', '[::1]:3000'],
		...['[fe80::1]:80', 'calls.example', 'CALLS.example:443', 'box.lan', 'box.lan:3000', 'big.lan'],
	])('[H1] lets the host %s pass', (name) => {
		expect(host(name)).toBe('passes');
	});

	it.each([
		...['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', 'evil.example:3000', 'xbox.lan', 'lan'],
		...['calls.example.evil.example', '', ' ', 'a b', undefined],
	])('[H2] refuses the host %s', (name) => {
		expect(host(name)).toBe('host_not_allowed');
	});
});

describe('the origin guard', () => {
	it('[H3] lets a request pass without an Origin, with its own host, and with APP_URL', () => {
		expect(origin(undefined)).toBe('passes');
		expect(origin('http://localhost:3000')).toBe('passes');
		expect(origin('http://localhost', 'localhost')).toBe('passes');
		expect(origin('https://calls.example')).toBe('passes');
		expect(origin('http://[::1]:3000', '[::1]:3000')).toBe('passes');
		expect(origin('https://box.lan', 'box.lan')).toBe('passes'); // a proxy in front of the server terminates https
	});

	it.each([
		...['null', 'http://evil.example', 'http://localhost', 'http://localhost:3001', 'http://127.0.0.1:3000'],
		...[
			'http://calls.example',
			'https://calls.example.evil.example',
			'https://calls.example:444',
			'localhost:3000',
			'',
		],
	])('[H4] refuses the origin %s', (from) => {
		expect(origin(from)).toBe('origin_not_allowed');
	});
});
