import fc from 'fast-check';
import { getCountryCallingCode, getCountries, parsePhoneNumberFromString } from 'libphonenumber-js/min';
import { expect, it } from 'vitest';
import { normalisePhone } from './phone.ts';

const codes = [...new Set(getCountries().map((country) => getCountryCallingCode(country)))];
const digits = (maxLength: number) => fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength });
/** Numbers of every calling code, short and long, with trunk prefixes and punctuation, and some without a code. */
const texts = fc
	.tuple(fc.constantFrom('+', '+', '+', '', '00', '(+'), fc.constantFrom(...codes, '999'), digits(4), digits(14))
	.chain(([plus, code, area, rest]) =>
		fc
			.constantFrom('', ' ', '-', ' (0) ', '.', ';ext=', 'x')
			.map((between) => `${plus}${code}${between}${area}${between}${rest}`),
	);

it('[R79] a number is what the whole of the library’s metadata says that it is', () => {
	const said = (text: string): string | null => {
		const number = parsePhoneNumberFromString(text, { extract: false });
		return number?.isPossible() ? number.number : null;
	};
	let possible = 0;
	fc.assert(
		fc.property(texts, (text) => {
			const number = said(text);
			if (number !== null) possible++;
			expect(normalisePhone(text)).toBe(number);
		}),
		{ numRuns: 5_000 },
	);
	expect(possible).toBeGreaterThan(200);
});

it('[R79] a number is the same however often it is read', () => {
	const text = '6928133450;phone-context=+7';
	expect(Array.from({ length: 4 }, () => normalisePhone(text))).toEqual([null, null, null, null]);
});
