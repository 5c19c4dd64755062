import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compose, countries, formatNumber, group, lostPlus, phoneTextOf, split } from './phone.ts';

describe('a typed number', () => {
	it.each([
		['030 23125017', 'DE', '+493023125017'],
		['30 23125017', 'DE', '+493023125017'],
		['(202) 555-0100', 'US', '+12025550100'],
		['+44 20 7946 0112', 'DE', '+442079460112'],
		['(+44) (0)20 7946 0112', 'DE', '+442079460112'],
		['٠٣٠ ٢٣١٢٥٠١٧', 'DE', '+493023125017'],
		['０９０－１２３４－５６７８', 'JP', '+819012345678'],
		['0033612345678', 'DE', '+33612345678'],
	])('%s in %s becomes %s', (typed, country, e164) => expect(compose(typed, country)).toEqual({ e164 }));

	it.each([
		['', 'DE', 'Enter a phone number.'],
		['202 555 01', 'US', 'Too short for the United States. Two more digits?'],
		['202 555 01000', 'US', 'Too long for the United States. One digit too many?'],
		['call me', 'DE', 'Letters cannot be dialed. Write the number in digits only.'],
		['0033612345678', 'US', 'Write + instead of 00 before the country code.'],
	])('%s in %s is rejected with the fix', (typed, country, error) =>
		expect(compose(typed, country)).toEqual({ error }),
	);

	it.each([
		['015 11 96123-4567', 'BR', '+5511961234567'],
		['+55 015 11 96123-4567', 'DE', '+5511961234567'],
		['17900 13800138000', 'CN', '+8613800138000'],
		['11286 13800138000', 'CN', '+8613800138000'],
		['011 15 2345-6789', 'AR', '+5491123456789'],
	])('[TX4] %s in %s is not changed silently', (typed, country, e164) =>
		expect(compose(typed, country).error).toBe(
			`The numbering plan reads this as ${e164}. Write it like that if it is right.`,
		),
	);

	it.each([
		['0 11 96123-4567', 'BR', '+5511961234567'],
		['8 (495) 123-45-67', 'RU', '+74951234567'],
		['06 1 234 5678', 'HU', '+3612345678'],
		['80 29 491-19-11', 'BY', '+375294911911'],
		['1 202 555 0100', 'US', '+12025550100'],
		['02 1234 5678', 'IT', '+390212345678'],
		// With a country code: after the country's international prefix, or without any prefix.
		['0033 (0)6 12 34 56 78', 'DE', '+33612345678'],
		['011 44 20 7946 0112', 'US', '+442079460112'],
		['8 10 44 20 7946 0112', 'RU', '+442079460112'],
		['0015 44 20 7946 0112', 'BR', '+442079460112'],
		['44 (0)20 7946 0112', 'GB', '+442079460112'],
	])('[TX4] %s in %s is %s: only a dialing prefix is removed', (typed, country, e164) =>
		expect(compose(typed, country)).toEqual({ e164 }),
	);

	it.each(['+12025550100 x123', '030 23125017 Durchwahl 12', '2025550100#1', '2025550100 доб. 12'])(
		'[TX3] %s is rejected as an extension',
		(typed) => expect(compose(typed, 'US').error).toMatch(/^Extensions cannot be dialed\. Leave out “/),
	);

	it.each(['(202) 555-0100 x1', '2025550100#1', '202 call 5'])(
		'[TX6] %s is not grouped, and no character disappears',
		(typed) => expect(group(typed, 'US')).toBe(typed),
	);

	it('[TX6] grouping keeps a full-width +', () => expect(group('＋４４２０７９', 'US')).toBe('+44 20 79'));

	it('is grouped for its country', () => expect(group('2025550100', 'US')).toBe('(202) 555-0100'));
});

it('[I36] a missing + is treated alike in every spelling of the same digits', () => {
	const spelling = fc.record({
		digits: fc.constantFrom(
			'447911123456',
			'12025550100',
			'4915123456789',
			'3023125017',
			'0447911123456',
			'+12025550100',
		),
		separator: fc.constantFrom('', ' ', '-', '–', '\u2011', '−', '/', '.', '\u00a0', '\u200e', ') ('),
		at: fc.integer({ min: 2, max: 5 }),
		prefix: fc.constantFrom('', 'tel:', ' ', '[', '(', '\u202a'),
		behind: fc.constantFrom('', ' ', ']', ')', '\u202c'),
		zero: fc.constantFrom(...'0٠۰०０'),
		country: fc.constantFrom('DE', 'AT', 'US', 'GB'),
	});
	let asked = 0;
	fc.assert(
		fc.property(spelling, ({ digits, separator, at, prefix, behind, zero, country }) => {
			const typed = `${prefix}${digits.slice(0, at)}${separator}${digits.slice(at)}${behind}`.replace(/\d/g, (digit) =>
				String.fromCodePoint(zero.codePointAt(0)! + Number(digit)),
			);
			expect(phoneTextOf(typed).text).toBe(digits);
			const lost = lostPlus(typed, country);
			expect(lost).toEqual(lostPlus(digits, country));
			if (lost) asked++;
		}),
		{ numRuns: 1_000 },
	);
	expect(asked).toBeGreaterThan(50);
});

describe('a pasted number', () => {
	it('sets its country', () => expect(split('+44 20 7946 0112')).toEqual({ country: 'GB', national: '20 7946 0112' }));
	it('sets the main country of a shared calling code', () =>
		expect(split('+12025550100')).toEqual({ country: 'US', national: '202 555 0100' }));
	it('is not split before it is possible', () => expect(split('+4420')).toBeNull());
	it('[TX6] stays unchanged if it contains more than a number', () => expect(split('+44 20 7946 0112 x5')).toBeNull());
	it('stays unchanged without a plus', () => expect(split('20 7946 0112')).toBeNull());
});

describe('a stored number', () => {
	it('is shown in the international format', () =>
		expect(formatNumber('+34910550138')).toEqual({ country: 'ES', text: '+34 910 55 01 38' }));
	it('has no country tag if it belongs to no country', () => expect(formatNumber('+80012345678').country).toBeNull());
});

it('countries have names and calling codes', () =>
	expect(countries()).toContainEqual({ code: 'DE', name: 'Germany', callingCode: '49' }));
