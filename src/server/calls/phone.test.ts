import fc from 'fast-check';
import { getCountryCallingCode, getCountries, parsePhoneNumberFromString } from 'libphonenumber-js/min';
import { expect, it } from 'vitest';
import { readPhone } from './phone.ts';

const codes = [...new Set(getCountries().map((country) => getCountryCallingCode(country)))];
const digits = (maxLength: number) => fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength });
/** Numbers of every calling code, short and long, with trunk prefixes and punctuation, and some without a code. */
const parts = fc.tuple(
	fc.constantFrom('+', '+', '+', '', '00', '(+'),
	fc.constantFrom(...codes, '999'),
	digits(4),
	digits(14),
);
const between = fc.constantFrom('', ' ', '-', ' (0) ', '.', '\u00a0', '\u2011', '\u200e');

it('[R79] a number is what the whole of the library’s metadata says that it is', () => {
	// Where the plan moves or adds digits the number is refused [TX4].
	const said = (text: string): string | undefined => {
		const number = parsePhoneNumberFromString(text, { extract: false });
		return number?.isPossible() && text.endsWith(number.nationalNumber) ? number.number : undefined;
	};
	let possible = 0;
	fc.assert(
		fc.property(parts, between, ([plus, code, area, rest], gap) => {
			const number = said(
				`${plus.replace('(', '')}${code}${gap.replace(/\D/g, '')}${area}${gap.replace(/\D/g, '')}${rest}`,
			);
			if (number !== undefined) possible++;
			expect(readPhone(`${plus}${code}${gap}${area}${gap}${rest}`).e164).toBe(number);
		}),
		{ numRuns: 2_000 },
	);
	expect(possible).toBeGreaterThan(50);
});

it('[TX4] an extension never becomes a number, and no digit disappears but a trunk prefix', () => {
	fc.assert(
		fc.property(
			parts,
			fc.constantFrom('x', ' ext. ', ';ext=', '#', ',', ';', 'p', '~', ' доб. '),
			([plus, code, area, rest], mark) => {
				expect(readPhone(`${plus}${code}${area}${rest}${mark}12`).e164).toBeUndefined();
			},
		),
		{ numRuns: 2_000 },
	);
	let read = 0;
	fc.assert(
		fc.property(parts, ([, code, area, rest]) => {
			const { e164 } = readPhone(`+${code}${area}${rest}`);
			if (e164 === undefined) return;
			read++;
			expect(e164.startsWith(`+${code}`)).toBe(true);
			expect(`${area}${rest}`.endsWith(e164.slice(code.length + 1))).toBe(true);
			expect(`${area}${rest}`.length - (e164.length - code.length - 1)).toBeLessThanOrEqual(4);
		}),
		{ numRuns: 2_000 },
	);
	expect(read).toBeGreaterThan(50);
});

it('[R79] a number is the same however often it is read', () => {
	const text = '6928133450;phone-context=+7';
	expect(Array.from({ length: 4 }, () => readPhone(text).e164)).toEqual(Array.from({ length: 4 }, () => undefined));
});

it('[TX5] without a country a leading 00 is refused with the cure', () =>
	expect(readPhone('0049 30 23125017').error).toBe(
		'Not a possible international number. Write + instead of 00, such as +12025550100.',
	));

it.each([
	['+54 11 15 2345-6789', '+5491123456789'],
	['+672 00000', '+672300000'],
])('[TX4] %s is not changed without a word', (typed, e164) =>
	expect(readPhone(typed).error).toBe(`The numbering plan reads this as ${e164}. Write it like that if it is right.`),
);
