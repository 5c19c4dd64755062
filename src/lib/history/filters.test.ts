import { describe, expect, it } from 'vitest';
import { active, address, asked, shortSearch } from './filters.ts';

describe('the address of a list', () => {
	const params = new URLSearchParams('status=FAILED&status=PENDING&q=ada&page=abc&order=oldest&%2Fcreate=');
	it('changes one filter and keeps the others', () =>
		expect(address(params, { status: ['COMPLETED'] })).toBe('/?q=ada&order=oldest&status=COMPLETED'));
	it('starts at the first page when a filter changes', () => expect(address(params, { q: [] })).not.toContain('page'));
	it('keeps the filters when the page changes', () =>
		expect(address(params, { page: ['xyz'] })).toBe('/?status=FAILED&status=PENDING&q=ada&order=oldest&page=xyz'));
	it('is the root without filters', () => expect(address(new URLSearchParams('q='), {})).toBe('/'));
});

it('[D61] active filters are named in the words of the page', () =>
	expect(active({ q: 'ada', status: ['FAILED', 'PENDING'], run: ['ci-7'] }).map(({ words }) => words)).toEqual([
		'search: “ada”',
		'status: Failed, Pending',
		'run: ci-7',
	]));

it('[D61] filters of an address are named, too, and have a short form', () => {
	const filters = active(asked(new URLSearchParams('status=FAILED&q=&outcome=no-answer&outcome=odd&run=a&run=b')));
	expect(filters.map(({ words }) => words)).toEqual(['status: Failed', 'outcome: No answer, odd', 'run: a, b']);
	expect(filters.map(({ short }) => short)).toEqual(['Failed', 'No answer, odd', 'run a, b']);
});

it.each([
	['6', 'One character matches only the beginnings of words and numbers. Type two more.'],
	['68', 'Two characters match only the beginnings of words and numbers. Type one more.'],
	['6-8', 'Two characters match only the beginnings of words and numbers. Type one more.'],
	['é̀', 'One character matches only the beginnings of words and numbers. Type two more.'],
	['683', ''],
	['ada', ''],
	[undefined, ''],
])('[D63] the note on a short search for %j', (q, words) => expect(shortSearch(q)).toBe(words));
