/** Text rules for phone numbers. Every input applies them before the numbering plans. Free of Zod. */
import { asciiDigit, BLANK, IGNORABLE, LINE_BREAK } from './characters.ts';

/** Why a text is not a phone number that can be dialed. */
export type PhoneFault = 'missing' | 'extension' | 'several' | 'decimal' | 'letters' | 'characters' | 'too-long';

export type PhoneText =
	| { text: string; fault?: never; error?: never; exact?: never }
	/**
	 * `error` is a sentence for the user: what is wrong and how to fix it. `exact` is the number behind a spreadsheet's
	 * decimal or grouped format, present only if its digits are certain.
	 */
	| { text?: never; fault: PhoneFault; error: string; exact?: string };

/** What an input reads from a text: a number in E.164, or a sentence that says what is wrong and how to fix it. */
export type ReadPhone = { e164: string; error?: never } | { e164?: never; error: string };

/** The maximum length of a phone number as written, in characters. */
export const PHONE_MAX = 40;
/** The maximum length of the raw text, which may contain invisible characters. */
const RAW_MAX = 1_000;

const E164 = /^\+\d{1,15}$/;
const NEXT_LINE = '\u0085';
const DASH = /^[\p{Pd}\u2043\u2212\u30fc\uff70]$/u;
const COUNTED = /^\p{No}$/u;
/** A number as people write it. Its + comes first, or follows an opening bracket. */
const NUMBER = /^[\s([]*\+?[\d\s()[\]./-]*$/;
/** The leading part of a text that can be a number. Used to find the first character after it. */
const REST = /^[\s([]*\+?[\d\s()[\]./-]*/;

/** After fewer digits, the rest is part of a vanity number such as 1-800-GO4IT, not an extension. */
const DIGITS_BEFORE_EXTENSION = 5;
/** Digits after any separator, in any language: `x12`, `;ext=12`, `#12`, `,,12`, `p12`, `доб. 12`, `内線 12`. */
const EXTENSION = /^[^\d+\p{Cc}\p{Cs}]+(?:\d[\s.-]*)+[^\d\p{L}]*$/u;
/** A separator followed by a whole number of seven digits or more, or anything with a + of its own. */
const SEVERAL = /^\s*(?:[,;|&]|or|and)\s*\(?(?:\d[\s().-]*){7,}$|^[^\d]*\+/iu;
/** The decimals after the last decimal mark, and the text before the mark. */
const DECIMAL = /^(?<whole>.*\d)[)\]\s]*(?<mark>[.,٫])\s*(?<decimals>\d*)[)\]\s]*$/;
/** An undivided number, as a machine writes it. People usually divide this many digits into groups. */
const UNDIVIDED = /^\+?\d{6,}$|\d{7,}$/;
/** Groups of three digits with optional decimals, as a spreadsheet formats them: `3.023.125.017,00`. */
const GROUPED =
	/^\(?(?<whole>\+?[1-9]\d{0,2}(?<mark>[.,٬'’ ])\d{3}(?:\k<mark>\d{3})+)(?:(?!\k<mark>)[.,٫](?<decimals>\d{1,2}))?\)?$/;
const SHORTENED = /^\+?\d+(?:[.,٫]\d*)?\s*E\s*[+-]?\s*\d{1,3}$/i;

const failed = (fault: PhoneFault, error: string): PhoneText => ({ fault, error });

/**
 * Returns the number in a text as ASCII digits, with a leading `+` if the text has one; otherwise the fault. Never
 * drops or changes a digit. The result may still be too short, because this function does not check numbering plans.
 *
 * - Every Unicode space counts as a space, every dash as a dash, every plus as `+`, every decimal digit as ASCII.
 * - A line break separates two numbers.
 * - Direction marks, zero-width characters, byte order marks and soft hyphens are ignored.
 * - A leading `tel:` is ignored. A leading `00` stays, because its meaning depends on the country's plan.
 * - Extensions, digits to dial after the answer, second numbers and letters are rejected, each with its fix.
 */
export function phoneTextOf(raw: string): PhoneText {
	if (E164.test(raw)) return { text: raw };
	if (raw.length > RAW_MAX) return tooLong;
	if (raw.split(LINE_BREAK).filter((line) => /\p{Nd}/u.test(line)).length > 1) return several;
	const written = plainPhone(raw).replace(/^tel:\s*/i, '');
	if (written === '') return failed('missing', 'The phone number is missing.');
	if (SHORTENED.test(written))
		return failed('decimal', 'A spreadsheet has shortened this number. Format its column as text there.');
	const decimal = decimalIn(written);
	if (decimal) return decimal;
	if (NUMBER.test(written) && /\d/.test(written))
		return written.length > PHONE_MAX ? tooLong : { text: digitsOf(written) };
	return faultIn(written);
}

const digitsOf = (written: string): string => `${written.includes('+') ? '+' : ''}${written.replace(/\D/g, '')}`;

/**
 * Returns the fault of a text that a spreadsheet turned into a decimal, or null. Dots also divide typed numbers:
 * `01.42.68.53.00` has no such fault. `exact` is absent if the zeros may be digits of the number.
 */
function decimalIn(written: string): PhoneText | null {
	const grouped = GROUPED.exec(written)?.groups;
	const { whole, mark = '', decimals = '' } = grouped ?? DECIMAL.exec(written)?.groups ?? {};
	// Dots and spaces without decimals divide groups, by hand or by machine. The digits are the same.
	if (whole === undefined || (decimals === '' && /[. ]/.test(mark))) return null;
	if (!grouped && !NUMBER.test(whole)) return null;
	const isMachine = grouped !== undefined || UNDIVIDED.test(whole);
	if (/[1-9]/.test(decimals)) {
		// People may type 202555.0100, and a comma may separate an extension from a number.
		const isTyped = !grouped && (mark !== '.' || (decimals.length > 3 && whole.length < 9));
		return isMachine && !isTyped
			? failed('decimal', 'A spreadsheet has changed this number. Format its column as text there.')
			: null;
	}
	if (!isMachine && decimals !== '0' && (decimals !== '00' || (mark === '.' && whole.includes('.')))) return null;
	const isExact = isMachine && decimals.length < 3 && /^\D*[1-9]/.test(whole);
	if (!isExact)
		return failed(
			'decimal',
			'A spreadsheet may have changed this number. Compare it with the original and enter only its digits.',
		);
	const error =
		decimals === ''
			? `A spreadsheet has divided this number. Leave out “${mark}”.`
			: 'A spreadsheet took this number for a decimal. Leave out what follows the point.';
	return { fault: 'decimal', error, exact: digitsOf(whole) };
}

const several = failed('several', 'This contains more than one number. Give one.');
const tooLong = failed('too-long', `Too long for a phone number: at most ${PHONE_MAX} characters.`);

/** Returns the normalized spelling of a number, on one line and trimmed. */
export function plainPhone(raw: string): string {
	let text = '';
	for (const character of raw) {
		if (BLANK.test(character) || character === NEXT_LINE) text += ' ';
		else if (DASH.test(character)) text += '-';
		// Superscript and circled digits are not digits of a number. This function keeps them, so that the text is
		// rejected.
		else if (!IGNORABLE.test(character))
			text += COUNTED.test(character) ? character : asciiDigit(character).normalize('NFKC');
	}
	return text.replace(/\s+/g, ' ').trim().normalize('NFC');
}

function faultIn(written: string): PhoneText {
	const number = REST.exec(written)?.[0] ?? '';
	const rest = written.slice(number.length);
	const digits = number.replace(/\D/g, '').length;
	if (digits > 0 && SEVERAL.test(rest)) return several;
	if (digits >= DIGITS_BEFORE_EXTENSION && EXTENSION.test(rest))
		return failed('extension', `Extensions cannot be dialed. Leave out “${rest.replace(/[\s)\]]+$/, '')}”.`);
	if (/\p{L}/u.test(written)) return failed('letters', 'Letters cannot be dialed. Write the number in digits only.');
	const odd = [...rest].find((character) => !/[\d\s()[\]./-]/.test(character));
	if (odd === undefined) return failed('characters', 'Write the number in digits, with its country code.');
	if (/[\p{Cc}\p{Cs}]/u.test(odd))
		return failed('characters', 'The phone number contains a character that cannot be shown. Type it again.');
	return failed('characters', `A phone number contains only digits. Leave out “${odd}”.`);
}

/**
 * Returns why a number must be written differently although a numbering plan can parse it, or null. The plan may
 * only drop a trunk prefix. Some plans do more: they drop carrier codes, or move and add digits, such as
 * Argentina's 15. `abroad` matches what the chosen country dials before a country code.
 */
export function changedDigits(text: string, e164: string, callingCode: string, abroad = ''): string | null {
	const code = text.startsWith('+') ? `\\+${callingCode}` : `(?:(?:${abroad})?${callingCode})?`;
	if (new RegExp(`^${code}(?:0|1|8|06|80)?${e164.slice(1 + callingCode.length)}$`).test(text)) return null;
	return `The numbering plan reads this as ${e164}. Write it like that if it is right.`;
}
