import { describe, expect, it } from 'vitest';
import { active, address, againOf, chosen } from './filters.ts';

describe('the address of the page', () => {
	const params = new URLSearchParams('state=dead&code=500&page=abc&%2Fcancel=');
	it('changes one filter, keeps the others and begins at the first page', () =>
		expect(address(params, { state: ['delivered'] })).toBe('/deliveries?code=500&state=delivered'));
	it('without filters is the page alone', () => expect(address(new URLSearchParams('code='), {})).toBe('/deliveries'));
});

it('a group is chosen when exactly its states are asked for', () => {
	expect(chosen({ state: ['retrying', 'pending'] })).toBe('pending');
	expect(chosen({ state: ['dead'] })).toBe('failed');
	expect(chosen({ state: ['dead', 'pending'] })).toBeNull();
	expect(chosen({})).toBeNull();
});

it('filters that are on are named in plain words, a call by its customer', () =>
	expect(active({ callId: 'c1', code: 500 }, { c1: 'Ada' }).map(({ words }) => words)).toEqual([
		'call: Ada',
		'response: 500',
	]));

it('what was never tried is not sent again with the others', () =>
	expect(againOf({ name: 'pending', states: ['pending', 'retrying'] }, { code: 503 })).toEqual({
		state: ['retrying'],
		code: 503,
	}));
