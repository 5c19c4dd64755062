import { parsePhoneNumberFromString } from 'libphonenumber-js/core/es6';
import metadata from 'libphonenumber-js/min/metadata';
import { changedDigits, phoneTextOf, type ReadPhone } from '#contract/phone-text.ts';

/**
 * Reads an international number: with +, a country code and a length that the country allows. Returns the number in
 * E.164, or the error. Unassigned numbers are accepted, because a simulator needs fictional ones.
 */
export function readPhone(raw: string): ReadPhone {
	const { text, error } = phoneTextOf(raw);
	if (error !== undefined) return { error };
	const number = parsePhoneNumberFromString(text, { extract: false }, metadata);
	if (number?.isPossible()) {
		const changed = changedDigits(text, number.number, number.countryCallingCode);
		return changed === null ? { e164: number.number } : { error: changed };
	}
	const cure = text.startsWith('00')
		? 'Write + instead of 00, such as +12025550100.'
		: 'Give it with + and its country code, such as +12025550100.';
	return { error: `Not a possible international number. ${cure}` };
}
