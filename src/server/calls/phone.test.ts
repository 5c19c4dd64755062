import fc from 'fast-check';
import { getCountryCallingCode, getCountries, parsePhoneNumberFromString } from 'libphonenumber-js/min';
import { expect, it } from 'vitest';
import { phoneTextOf } from '#contract/phone-text.ts';
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

it('[R79] a number is read by the library’s complete metadata', () => {
	// A number is refused if its numbering plan moves, adds or drops digits other than a trunk prefix [TX4].
	const said = (text: string): string | undefined => {
		const number = parsePhoneNumberFromString(text, { extract: false });
		if (!number?.isPossible()) return undefined;
		const kept = ['', '0', '1', '8', '06'].map(
			(trunk) => `+${number.countryCallingCode}${trunk}${number.nationalNumber}`,
		);
		return kept.includes(text) ? number.number : undefined;
	};
	let possible = 0;
	fc.assert(
		fc.property(parts, between, ([plus, code, area, rest], gap) => {
			const number = said(
				`${plus.replace('(', '')}${code}${gap.replace(/\D/g, '')}${area}${gap.replace(/\D/g, '')}${rest}`,
			);
			const typed = `${plus}${code}${gap}${area}${gap}${rest}`;
			// A dot before the last digits may be the decimal point of a spreadsheet [TX3].
			if (phoneTextOf(typed).fault === 'decimal') return;
			if (number !== undefined) possible++;
			expect(readPhone(typed).e164).toBe(number);
		}),
		{ numRuns: 2_000 },
	);
	expect(possible).toBeGreaterThan(50);
});

it('[TX4] no extension becomes part of a number, and no digit except a trunk prefix disappears', () => {
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
			expect(`${area}${rest}`.length - (e164.length - code.length - 1)).toBeLessThanOrEqual(2);
		}),
		{ numRuns: 2_000 },
	);
	expect(read).toBeGreaterThan(50);
});

it('[R79] reading a stored number gives the same number', () => {
	const text = '6928133450;phone-context=+7';
	expect(Array.from({ length: 4 }, () => readPhone(text).e164)).toEqual(Array.from({ length: 4 }, () => undefined));
});

it('[TX5] a leading 00 without a country is refused with the cure', () =>
	expect(readPhone('0049 30 23125017').error).toBe(
		'Not a possible international number. Write + instead of 00, such as +12025550100.',
	));

it.each([
	['+54 11 15 2345-6789', '+5491123456789'],
	['+672 00000', '+672300000'],
	['+86 17900 13800138000', '+8613800138000'],
	['+55 015 11 96123-4567', '+5511961234567'],
	['+44 180020 20 7946 0112', '+442079460112'],
])('[TX4] %s is refused instead of changed', (typed, e164) =>
	expect(readPhone(typed).error).toBe(`The numbering plan reads this as ${e164}. Write it like that if it is right.`),
);

it.each([
	['+49 (0)30 23125017', '+493023125017'],
	['+1 1 202 555 0100', '+12025550100'],
	['+7 8 495 123-45-67', '+74951234567'],
	['+36 06 1 234 5678', '+3612345678'],
	['+54 0 11 2345-6789', '+541123456789'],
])('[TX4] a trunk prefix is left out: %s is %s', (typed, e164) => expect(readPhone(typed)).toEqual({ e164 }));

it('[TX4] Mexico’s former 1 before a mobile number is refused', () =>
	expect(readPhone('+52 1 55 1234 5678').error).toMatch(/^Not a possible international number\./));
