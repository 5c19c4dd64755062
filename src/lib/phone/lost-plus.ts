/**
 * Interprets digits without a +. This module imports the numbering plans, so the browser loads it only after the
 * page.
 */
import {
	isSupportedCountry,
	Metadata,
	parsePhoneNumberFromString,
	type CountryCode,
	type PhoneNumber,
} from 'libphonenumber-js/min';
import { phoneTextOf } from '#contract/phone-text.ts';

/** A number as it is stored (E.164) and as it is shown. */
export interface Reading {
	e164: string;
	text: string;
}

/** Digits that begin with a country code and may have lost their +. */
export interface LostPlus {
	digits: string;
	/** The number with a + before the digits. */
	abroad: Reading;
	/** The digits as a number of the chosen country; null if they cannot be one. */
	home: Reading | null;
}

const reading = (number: PhoneNumber): Reading => ({ e164: number.number, text: number.formatInternational() });

function hasOneLength(country: CountryCode): boolean {
	const plan = new Metadata();
	plan.selectNumberingPlan(country);
	return plan.numberingPlan?.possibleLengths().length === 1;
}

/**
 * Returns both readings of a text without a +, because spreadsheets drop the +. Returns null for a text that
 * begins with + or zero, and for digits that are no valid number after a +. Also returns null if there is no
 * doubt: both readings are the same number, or the digits are a valid number of a country whose numbers all have
 * one length.
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
