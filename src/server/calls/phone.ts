import { Metadata, parsePhoneNumberFromString, type CountryCode, type MetadataJson } from 'libphonenumber-js/core/es6';
import whole from 'libphonenumber-js/min/metadata';

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
 * The number in E.164, or null when it is not a possible international number: it needs its + and country code, and a
 * length that its country allows. Whether it is assigned is not asked: fictional numbers are what a simulator is for.
 */
export function normalisePhone(text: string): string | null {
	// The library takes the context of RFC 3966 for a country code every second time only.
	if (/;phone-context/i.test(text)) return null;
	let number = parsePhoneNumberFromString(text, { extract: false }, BY_CODE);
	if (!number) return null;
	const lengths = COMMON_LENGTHS.get(number.countryCallingCode);
	if (lengths && !lengths.includes(number.nationalNumber.length))
		number = parsePhoneNumberFromString(text, { extract: false }, whole);
	return number?.isPossible() ? number.number : null;
}
