/** What the product knows of phone numbers. It carries the numbering plans: the browser loads it after the page. */
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
import type { Composed, Country, Told } from './types.ts';

export { phoneTextOf, plainPhone } from '#contract/phone-text.ts';
export { lostPlus } from './lost-plus.ts';

/** Calling codes that several countries share, and the one that such a number is of when nothing else tells. */
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

/** Every country with its name and calling code, by its two letters. */
export function countries(): Country[] {
	const names = new Intl.DisplayNames('en', { type: 'region' });
	return getCountries()
		.map((code) => ({ code, name: names.of(code) ?? code, callingCode: getCountryCallingCode(code) }))
		.sort((a, b) => a.code.localeCompare(b.code));
}

/** A stored number as a row shows it: its country and the international grouping. */
export function tellNumber(e164: string): Told {
	const number = parsePhoneNumberFromString(e164);
	return number
		? { country: number.country ?? MAIN[number.countryCallingCode] ?? null, text: number.formatInternational() }
		: { country: null, text: e164 };
}

/** As it stands in a sentence: `Germany`, `the United Kingdom`. */
function countryName(code: CountryCode): string {
	const name = new Intl.DisplayNames('en', { type: 'region' }).of(code) ?? code;
	return /^(United|Netherlands|Philippines|Bahamas|Maldives|Gambia|Dominican|Central|.* Islands$)/.test(name)
		? `the ${name}`
		: name;
}

/** The number as it is stored, out of what was typed for a country; or what is wrong with it, and the cure. */
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

	// Many countries dial 00 before a foreign number, others do not: then it was read as part of a number at home.
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

/** ` Two more digits?`, where the numbering plan can tell. */
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

/** Groups a number while it is typed. Text that holds anything else stays as it is, so that nothing disappears. */
export function group(typed: string, country: string): string {
	const { text } = phoneTextOf(typed);
	return text === undefined ? typed : new AsYouType(asCountry(country)).input(text);
}

/** A whole number with its + : its country, and the rest as that country writes it; null for any other text. */
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
