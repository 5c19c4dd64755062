import { parsePhoneNumberFromString } from 'libphonenumber-js/min';

/**
 * The number in E.164, or null when it is not a possible international number: it needs its + and country code, and a
 * length that its country allows. Whether it is assigned is not asked: fictional numbers are what a simulator is for.
 */
export function normalisePhone(text: string): string | null {
	const number = parsePhoneNumberFromString(text, { extract: false });
	return number?.isPossible() ? number.number : null;
}
