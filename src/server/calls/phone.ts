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
 * Countries may share a calling code. To find out which of them a number belongs to takes as long as all the rest, and
 * matters only where they allow different lengths: else a number is read as one of the first country's.
 */
const BY_CODE: MetadataJson = {
	...whole,
	country_calling_codes: Object.fromEntries(
		Object.entries(whole.country_calling_codes).map(([code, countries]) => [code, countries.slice(0, 1)]),
	),
};

/** Of each calling code that is shared: the lengths that all its countries allow. */
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
 * Reads a number that needs its + and country code, and a length that its country allows. Whether it is assigned is not
 * asked: fictional numbers are what a simulator is for.
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

/** The number of a text, where it is possible. */
function numberIn(text: string): PhoneNumber | null {
	let number = parsePhoneNumberFromString(text, { extract: false }, BY_CODE);
	if (!number) return null;
	const lengths = COMMON_LENGTHS.get(number.countryCallingCode);
	if (lengths && !lengths.includes(number.nationalNumber.length))
		number = parsePhoneNumberFromString(text, { extract: false }, whole);
	return number?.isPossible() ? number : null;
}
