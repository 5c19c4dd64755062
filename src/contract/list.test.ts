import { describe, expect, it } from 'vitest';
import { CallQuery, DeliveryQuery, EventsQuery, ExportQuery, NewCall, parse, parseQuery } from './index.ts';
import { ProblemError, WaitQuery } from './index.ts';

const errorsOf = (schema: Parameters<typeof parse>[0], value: unknown): Record<string, string> =>
	refused(() => parse(schema, value));
const refused = (work: () => unknown): Record<string, string> => {
	try {
		work();
	} catch (error) {
		if (error instanceof ProblemError)
			return Object.fromEntries((error.errors ?? []).map(({ path, message }) => [path, message]));
		throw error;
	}
	return {};
};

describe('the query of the list', () => {
	it('[L1] an empty parameter counts as absent, alone or among other values', () => {
		const empty = Object.fromEntries(Object.keys(CallQuery.shape).map((name) => [name, '']));
		expect(parse(CallQuery, empty)).toEqual(parse(CallQuery, {}));
		expect(parse(CallQuery, { status: ['', 'PENDING', ''], q: ['', 'ada'] })).toEqual({
			status: ['PENDING'],
			q: 'ada',
		});
		expect(parse(CallQuery, { q: ' \u3000\t' })).toEqual(parse(CallQuery, {}));
	});

	it('[L2] a filter may repeat, and any other parameter occurs once', () => {
		expect(parse(CallQuery, { status: ['PENDING', 'FAILED'], run: 'a' })).toEqual({
			status: ['PENDING', 'FAILED'],
			run: ['a'],
		});
		for (const name of ['q', 'from', 'to', 'limit', 'page', 'order'])
			expect(errorsOf(CallQuery, { [name]: ['1', '2'] })).toEqual({ [name]: `${name} may appear only once.` });
	});

	it('[L8] the path of a single value is the parameter’s name; of several values it adds the position', () => {
		const paths = (query: Record<string, unknown>) => Object.keys(refused(() => parseQuery(CallQuery, query)));
		expect(paths({ status: 'DONE' })).toEqual(['status']);
		expect(paths({ status: ['DONE'] })).toEqual(['status']);
		expect(paths({ status: ['', 'DONE'] })).toEqual(['status']);
		expect(paths({ status: ['FAILED', 'DONE'], limit: 'no' })).toEqual(['status.1', 'limit']);
	});

	it('[L9] the errors of a query use the product’s wording and do not say that nothing was changed', () => {
		for (const schema of [CallQuery, ExportQuery, DeliveryQuery, EventsQuery, WaitQuery])
			for (const name of Object.keys(schema.shape))
				for (const value of ['\u0007'.repeat(600), ['1', '2'], Array.from({ length: 21 }, () => '1')])
					for (const message of Object.values(refused(() => parseQuery(schema, { [name]: value }))))
						expect(message, name).not.toMatch(/invalid|expected|too big|too small/i);
		expect(() => parseQuery(CallQuery, { limit: 'no' })).toThrow(
			'The query is invalid. Its errors say what to change.',
		);
	});

	it.each([
		['limit', '0'],
		['limit', '201'],
		['limit', '1.5'],
		['limit', 'many'],
		['limit', '-1'],
		['order', 'sideways'],
		['from', '2026-11-22'],
		['from', '2026-11-22T10:00:00'],
		['to', 'yesterday'],
		['to', '2026-02-30T00:00:00Z'],
		['q', 'x'.repeat(101)],
		['status', 'pending'],
		['workflow', 'OTHER'],
		['outcome', 'fine'],
		['run', 'x'.repeat(65)],
	])('[L3] the error of %s=%s has the name of the parameter', (name, value) => {
		const paths = Object.keys(errorsOf(CallQuery, { [name]: value }));
		expect(paths.every((path) => path === name || path.startsWith(`${name}.`))).toBe(true);
		expect(paths).not.toEqual([]);
	});

	it('[L4] a valid limit and times with any zone are accepted', () => {
		expect(parse(CallQuery, { limit: '200', from: '2026-11-22T10:00:00+02:00' })).toEqual({
			limit: 200,
			from: '2026-11-22T10:00:00+02:00',
		});
	});
});

describe('a new call', () => {
	it('[L5] all invalid fields are reported at once, each under its path', () => {
		const wrong = {
			customerName: ' ',
			phoneNumber: 7,
			workflow: 'OTHER',
			scenario: 'x',
			scheduledAt: 'now',
			run: '',
			extra: 1,
		};
		expect(Object.keys(errorsOf(NewCall, wrong)).toSorted()).toEqual(Object.keys(wrong).toSorted());
	});

	it('[L6] the length of a name counts characters, not UTF-16 units', () => {
		const call = { phoneNumber: '+12025550100', workflow: 'SALES' };
		expect(errorsOf(NewCall, { ...call, customerName: '😀'.repeat(80) })).toEqual({});
		expect(Object.keys(errorsOf(NewCall, { ...call, customerName: '😀'.repeat(81) }))).toEqual(['customerName']);
		// A ligature that Unicode decomposes counts once
		expect(errorsOf(NewCall, { ...call, customerName: '\ufb1f'.repeat(80) })).toEqual({});
		// `e` and a combining acute accent, as macOS writes names
		expect(errorsOf(NewCall, { ...call, customerName: 'e\u0301'.repeat(80) })).toEqual({});
		expect(Object.keys(errorsOf(NewCall, { ...call, customerName: 'e\u0301'.repeat(81) }))).toEqual(['customerName']);
	});
});
