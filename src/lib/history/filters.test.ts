import { describe, expect, it } from 'vitest';
import { active, address } from './filters.ts';

describe('the address of a list', () => {
	const params = new URLSearchParams('status=FAILED&status=PENDING&q=ada&page=abc&order=oldest&%2Fcreate=');
	it('changes one filter and keeps the others', () =>
		expect(address(params, { status: ['COMPLETED'] })).toBe('/?q=ada&order=oldest&status=COMPLETED'));
	it('begins at the first page when a filter changes', () => expect(address(params, { q: [] })).not.toContain('page'));
	it('keeps the filters when the page changes', () =>
		expect(address(params, { page: ['xyz'] })).toBe('/?status=FAILED&status=PENDING&q=ada&order=oldest&page=xyz'));
	it('without filters is the root', () => expect(address(new URLSearchParams('q='), {})).toBe('/'));
});

it('filters that are on are named in plain words', () =>
	expect(
		active({ q: 'ada', status: ['FAILED', 'PENDING'], run: ['ci-7'], order: 'oldest' }).map(({ words }) => words),
	).toEqual(['search: “ada”', 'status: failed, pending', 'run: ci-7']));
