/** What digits without + may mean. It carries the numbering plans: the browser loads it after the page. */
import {
	isSupportedCountry,
	Metadata,
	parsePhoneNumberFromString,
	type CountryCode,
	type PhoneNumber,
} from 'libphonenumber-js/min';
import { phoneTextOf } from '#contract/phone-text.ts';

/** A number as it is stored, and as it is shown. */
export interface Reading {
	e164: string;
	text: string;
}

/** Digits that begin with a country code whose + may be lost. */
export interface LostPlus {
	digits: string;
	/** With the + before them. */
	abroad: Reading;
	/** As a number of the chosen country; null: they cannot be one. */
	home: Reading | null;
}

const reading = (number: PhoneNumber): Reading => ({ e164: number.number, text: number.formatInternational() });

function hasOneLength(country: CountryCode): boolean {
	const plan = new Metadata();
	plan.selectNumberingPlan(country);
	return plan.numberingPlan?.possibleLengths().length === 1;
}

/**
 * Both numbers that a text without + may mean, because spreadsheets drop a +. Null: it has a + or a zero before it, it
 * is no valid number with +, or nothing is unclear: the country's numbers all have the length of this one.
 */
export function lostPlus(typed: string, country: string): LostPlus | null {
	const { text: digits } = phoneTextOf(typed);
	if (digits === undefined || /^[+0]/.test(digits)) return null;
	const abroad = parsePhoneNumberFromString(`+${digits}`);
	if (!abroad?.isValid()) return null;
	const code = isSupportedCountry(country) ? country : undefined;
	const home = parsePhoneNumberFromString(digits, code);
	if (home?.number === abroad.number) return null;
	if (code && home?.isValid() && hasOneLength(code)) return null;
	return { digits, abroad: reading(abroad), home: home?.isPossible() ? reading(home) : null };
}
