/**
 * Parses and formats phone numbers. This module imports the numbering plans, so the browser loads it only after
 * the page.
 */
import {
	AsYouType,
	getCountries,
	getCountryCallingCode,
	isSupportedCountry,
	Metadata,
	parsePhoneNumberFromString,
	validatePhoneNumberLength,
	type CountryCode,
	type PhoneNumber,
} from 'libphonenumber-js/min';
import { changedDigits, phoneTextOf } from '#contract/phone-text.ts';
import type { Composed, Country, FormattedNumber } from './types.ts';

export { phoneTextOf, plainPhone } from '#contract/phone-text.ts';
export { lostPlus } from './lost-plus.ts';

/** The default country for calling codes that several countries share. */
const MAIN: Readonly<Record<string, CountryCode>> = {
	'1': 'US',
	'7': 'RU',
	'39': 'IT',
	'44': 'GB',
	'47': 'NO',
	'61': 'AU',
};

const asCountry = (code: string): CountryCode | undefined => (isSupportedCountry(code) ? code : undefined);

const countryOf = (number: PhoneNumber): CountryCode | undefined =>
	number.country ??
	MAIN[number.countryCallingCode] ??
	getCountries().find((country) => getCountryCallingCode(country) === number.countryCallingCode);

function planOf(country: CountryCode): Metadata['numberingPlan'] {
	const metadata = new Metadata();
	metadata.selectNumberingPlan(country);
	return metadata.numberingPlan;
}

/** Returns every country with its name and calling code, ordered by ISO code. */
export function countries(): Country[] {
	const names = new Intl.DisplayNames('en', { type: 'region' });
	return getCountries()
		.map((code) => ({ code, name: names.of(code) ?? code, callingCode: getCountryCallingCode(code) }))
		.sort((a, b) => a.code.localeCompare(b.code));
}

/** Returns a stored number as a row shows it: its country and the international format. */
export function formatNumber(e164: string): FormattedNumber {
	const number = parsePhoneNumberFromString(e164);
	return number
		? { country: number.country ?? MAIN[number.countryCallingCode] ?? null, text: number.formatInternational() }
		: { country: null, text: e164 };
}

/** The name as used in a sentence: `Germany`, `the United Kingdom`. */
function countryName(code: CountryCode): string {
	const name = new Intl.DisplayNames('en', { type: 'region' }).of(code) ?? code;
	return /^(United|Netherlands|Philippines|Bahamas|Maldives|Gambia|Dominican|Central|.* Islands$)/.test(name)
		? `the ${name}`
		: name;
}

/** Returns the typed number in E.164, or an error that names the problem and the fix. */
export function compose(typed: string, country: string): Composed {
	const { text, fault, error } = phoneTextOf(typed);
	if (error !== undefined) return { error: fault === 'missing' ? 'Enter a phone number.' : error };
	const home = asCountry(country);
	const number = parsePhoneNumberFromString(text, home ? { defaultCountry: home, extract: false } : { extract: false });
	if (number?.isPossible()) {
		const abroad = home && planOf(home)?.IDDPrefix();
		const changed = changedDigits(text, number.number, number.countryCallingCode, abroad);
		return changed === null ? { e164: number.number } : { error: changed };
	}

	// In many countries, 00 begins an international number. For other countries, the library reads 00 as digits of
	// a national number, so the error asks for a +.
	const isForeign =
		number !== undefined && home !== undefined && number.countryCallingCode !== getCountryCallingCode(home);
	if (text.startsWith('00') && !isForeign) return { error: 'Write + instead of 00 before the country code.' };
	const where = number ? (countryOf(number) ?? home) : home;
	const name = where ? countryName(where) : 'this country';
	const length = home ? validatePhoneNumberLength(text, home) : validatePhoneNumberLength(text);
	if (length === 'TOO_LONG') return { error: `Too long for ${name}.${count(number, where, 'long')}` };
	if (length === 'TOO_SHORT') return { error: `Too short for ${name}.${count(number, where, 'short')}` };
	return { error: `Not a possible number in ${name}.` };
}

const NUMERALS = ['No', 'One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight', 'Nine'];

/** Returns a question such as ` Two more digits?`, or an empty text if the difference is unknown or above nine. */
function count(number: PhoneNumber | undefined, country: CountryCode | undefined, fault: 'short' | 'long'): string {
	if (!number || !country) return '';
	const lengths = planOf(country)?.possibleLengths() ?? [];
	const has = number.nationalNumber.length;
	const off = fault === 'short' ? Math.min(...lengths) - has : has - Math.max(...lengths);
	const numeral = NUMERALS[off];
	if (off < 1 || numeral === undefined) return '';
	const digits = off === 1 ? 'digit' : 'digits';
	return fault === 'short' ? ` ${numeral} more ${digits}?` : ` ${numeral} ${digits} too many?`;
}

/**
 * Formats a number while it is typed. Text with anything else in it stays unchanged, so that no character disappears.
 */
export function group(typed: string, country: string): string {
	const { text } = phoneTextOf(typed);
	return text === undefined ? typed : new AsYouType(asCountry(country)).input(text);
}

/** Splits a complete number with a + into its country and the national format. Returns null for any other text. */
export function split(typed: string): { country: string; national: string } | null {
	const { text } = phoneTextOf(typed);
	if (!text?.startsWith('+')) return null;
	const number = parsePhoneNumberFromString(text, { extract: false });
	if (!number?.isPossible() || changedDigits(text, number.number, number.countryCallingCode) !== null) return null;
	const country = countryOf(number);
	if (!country) return null;
	const prefix = `+${number.countryCallingCode}`;
	return { country, national: number.formatInternational().slice(prefix.length).trim() };
}
