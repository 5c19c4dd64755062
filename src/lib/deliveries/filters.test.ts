import { describe, expect, it } from 'vitest';
import { active, address, againOf, chosen } from './filters.ts';

describe('the address of the deliveries page', () => {
	const params = new URLSearchParams('state=dead&code=500&page=abc&%2Fcancel=');
	it('changes one filter, keeps the others and starts at the first page', () =>
		expect(address(params, { state: ['delivered'] })).toBe('/deliveries?code=500&state=delivered'));
	it('has no query without filters', () => expect(address(new URLSearchParams('code='), {})).toBe('/deliveries'));
});

it('a group is selected only when exactly its states are requested', () => {
	expect(chosen({ state: ['retrying', 'pending'] })).toBe('pending');
	expect(chosen({ state: ['dead'] })).toBe('failed');
	expect(chosen({ state: ['dead', 'pending'] })).toBeNull();
	expect(chosen({})).toBeNull();
});

it('active filters are named in words, a call by its customer', () =>
	expect(active({ callId: 'c1', code: 500 }, { c1: 'Ada' }).map(({ words }) => words)).toEqual([
		'call: Ada',
		'response: 500',
	]));

it('a bulk redelivery leaves out deliveries that were never attempted', () =>
	expect(againOf({ name: 'pending', states: ['pending', 'retrying'] }, { code: 503 })).toEqual({
		state: ['retrying'],
		code: 503,
	}));
