import {
	Metadata,
	parsePhoneNumberFromString,
	type CountryCode,
	type MetadataJson,
	type PhoneNumber,
} from 'libphonenumber-js/core/es6';
import whole from 'libphonenumber-js/min/metadata';
import { changedDigits, phoneTextOf, type ReadPhone } from '#contract/phone-text.ts';

/**
 * Several countries may share a calling code. Finding the right one takes as long as all the rest. It matters only if
 * they allow different lengths; otherwise the first country's rules serve.
 */
const BY_CODE: MetadataJson = {
	...whole,
	country_calling_codes: Object.fromEntries(
		Object.entries(whole.country_calling_codes).map(([code, countries]) => [code, countries.slice(0, 1)]),
	),
};

/** For each shared calling code: the lengths that all its countries allow. */
const COMMON_LENGTHS: ReadonlyMap<string, readonly number[]> = new Map(
	Object.entries(whole.country_calling_codes)
		.filter(([, countries]) => countries.length > 1)
		.map(([code, countries]) => {
			const [first = [], ...others] = countries.map(lengthsOf);
			return [code, first.filter((length) => others.every((lengths) => lengths.includes(length)))];
		}),
);

function lengthsOf(country: CountryCode): number[] {
	const metadata = new Metadata(whole);
	metadata.selectNumberingPlan(country);
	return metadata.numberingPlan?.possibleLengths() ?? [];
}

/**
 * Parses a number that has + and a country code, and a length that its country allows. Unassigned numbers are accepted:
 * a simulator needs fictional ones.
 */
export function readPhone(raw: string): ReadPhone {
	const { text, error } = phoneTextOf(raw);
	if (error !== undefined) return { error };
	const number = numberIn(text);
	if (number) {
		const changed = changedDigits(text, number.number, number.countryCallingCode);
		return changed === null ? { e164: number.number } : { error: changed };
	}
	const cure = text.startsWith('00')
		? 'Write + instead of 00, such as +12025550100.'
		: 'Give it with + and its country code, such as +12025550100.';
	return { error: `Not a possible international number. ${cure}` };
}

/** The number in a text, or null if it is impossible. */
function numberIn(text: string): PhoneNumber | null {
	let number = parsePhoneNumberFromString(text, { extract: false }, BY_CODE);
	if (!number) return null;
	const lengths = COMMON_LENGTHS.get(number.countryCallingCode);
	if (lengths && !lengths.includes(number.nationalNumber.length))
		number = parsePhoneNumberFromString(text, { extract: false }, whole);
	return number?.isPossible() ? number : null;
}
