import { describe, expect, it } from 'vitest';
import { exampleCall } from '#lib/line/example.ts';
import { found, matches } from './matches.ts';

const call = exampleCall({ customerName: 'Jean-Baptiste Lefèvre', phoneNumber: '+33199005501', run: 'ci-7' });

describe('a search', () => {
	it.each(['baptiste', 'LEFÈVRE', 'tiste l', '+33 1 99', '(199) 00-55', '9900', 'je', 'le', '33'])('finds %s', (q) =>
		expect(found(call, q)).toBe(true),
	);
	it.each(['aptistx', 'ba', '99', '0000', 'lefèvre j'])('does not find %s', (q) => expect(found(call, q)).toBe(false));
});

describe('a search for other spellings', () => {
	it.each([
		['ΒΑΣ', 'Βασίλης'],
		['istanbul', 'İstanbul Şahin'],
		['ana nbsp', 'Ana\u00a0Nbsp'],
		['anna double', 'Anna  Double'],
		['sorensen', 'Sørensen'],
		['LEFEVRE', 'Lefèvre'],
		['o’brien', "O'Brien"],
	])('[TX20] finds a call that arrives by push: %s, %s', (q, customerName) =>
		expect(found({ customerName, phoneNumber: '+12025550150' }, q)).toBe(true),
	);
});

describe('a filter of a pushed call', () => {
	it('that is not set matches every call', () => expect(matches(call, {})).toBe(true));
	it('with several values matches any of them', () => {
		expect(matches(call, { status: ['FAILED', 'PENDING'] })).toBe(true);
		expect(matches(call, { status: ['FAILED', 'COMPLETED'] })).toBe(false);
	});
	it('combined with another one requires both', () => {
		expect(matches(call, { workflow: ['SUPPORT'], run: ['ci-7'] })).toBe(true);
		expect(matches(call, { workflow: ['SUPPORT'], run: ['ci-8'] })).toBe(false);
		expect(matches(call, { outcome: ['busy'] })).toBe(false);
	});
	it('by time includes its start and excludes its end', () => {
		expect(matches(call, { from: call.createdAt })).toBe(true);
		expect(matches(call, { to: call.createdAt })).toBe(false);
		expect(matches(call, { from: '2026-11-22T13:00:00+01:00', to: '2026-11-22T13:00:01+01:00' })).toBe(true);
	});
});
