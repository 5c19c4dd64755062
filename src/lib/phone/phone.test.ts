import { describe, expect, it } from 'vitest';
import { compose, countries, group, split, tellNumber } from './phone.ts';

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
	])('%s in %s is refused with the cure', (typed, country, error) =>
		expect(compose(typed, country)).toEqual({ error }),
	);

	it.each(['+12025550100 x123', '030 23125017 Durchwahl 12', '2025550100#1', '2025550100 доб. 12'])(
		'[TX3] %s is refused as an extension',
		(typed) => expect(compose(typed, 'US').error).toMatch(/^Extensions cannot be dialed\. Leave out “/),
	);

	it.each(['(202) 555-0100 x1', '2025550100#1', '202 call 5'])('[TX6] %s is not grouped: nothing disappears', (typed) =>
		expect(group(typed, 'US')).toBe(typed),
	);

	it('[TX6] a full-width + is kept while it is grouped', () => expect(group('＋４４２０７９', 'US')).toBe('+44 20 79'));

	it('is grouped for its country', () => expect(group('2025550100', 'US')).toBe('(202) 555-0100'));
});

describe('a pasted number', () => {
	it('brings its country', () =>
		expect(split('+44 20 7946 0112')).toEqual({ country: 'GB', national: '20 7946 0112' }));
	it('brings the main country of a shared calling code', () =>
		expect(split('+12025550100')).toEqual({ country: 'US', national: '202 555 0100' }));
	it('waits until it is possible', () => expect(split('+4420')).toBeNull());
	it('[TX6] is left alone where it holds more than a number', () => expect(split('+44 20 7946 0112 x5')).toBeNull());
	it('is left alone without a plus', () => expect(split('20 7946 0112')).toBeNull());
});

describe('a stored number', () => {
	it('is told in its international grouping', () =>
		expect(tellNumber('+34910550138')).toEqual({ country: 'ES', text: '+34 910 55 01 38' }));
	it('of no country has no tag', () => expect(tellNumber('+80012345678').country).toBeNull());
});

it('the countries carry names and calling codes', () =>
	expect(countries()).toContainEqual({ code: 'DE', name: 'Germany', callingCode: '49' }));
