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
import type { Composed, Country, Told } from './types.ts';

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
	const text = typed.trim();
	if (text === '') return { error: 'Enter a phone number.' };
	const home = asCountry(country);
	const number = parsePhoneNumberFromString(text, home);
	if (number?.isPossible()) return { e164: number.number };

	const where = number ? (countryOf(number) ?? home) : home;
	const name = where ? countryName(where) : 'this country';
	const fault = home ? validatePhoneNumberLength(text, home) : validatePhoneNumberLength(text);
	if (!/\d/.test(text) || /[^\d\s()+./-]/.test(text)) return { error: 'A phone number holds digits only.' };
	if (fault === 'TOO_LONG') return { error: `Too long for ${name}.${count(number, where, 'long')}` };
	if (fault === 'TOO_SHORT') return { error: `Too short for ${name}.${count(number, where, 'short')}` };
	return { error: `Not a possible number in ${name}.` };
}

const NUMERALS = ['No', 'One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight', 'Nine'];

/** ` Two more digits?`, where the numbering plan can tell. */
function count(number: PhoneNumber | undefined, country: CountryCode | undefined, fault: 'short' | 'long'): string {
	if (!number || !country) return '';
	const plan = new Metadata();
	plan.selectNumberingPlan(country);
	const lengths = plan.numberingPlan?.possibleLengths() ?? [];
	const has = number.nationalNumber.length;
	const off = fault === 'short' ? Math.min(...lengths) - has : has - Math.max(...lengths);
	const numeral = NUMERALS[off];
	if (off < 1 || numeral === undefined) return '';
	const digits = off === 1 ? 'digit' : 'digits';
	return fault === 'short' ? ` ${numeral} more ${digits}?` : ` ${numeral} ${digits} too many?`;
}

/** Groups a national number while it is typed. One that starts with + stays international. */
export const group = (typed: string, country: string): string => new AsYouType(asCountry(country)).input(typed);

/** A whole number with its + : its country, and the rest as that country writes it. */
export function split(typed: string): { country: string; national: string } | null {
	if (!typed.trim().startsWith('+')) return null;
	const number = parsePhoneNumberFromString(typed);
	if (!number?.isPossible()) return null;
	const country = countryOf(number);
	if (!country) return null;
	const prefix = `+${number.countryCallingCode}`;
	return { country, national: number.formatInternational().slice(prefix.length).trim() };
}
