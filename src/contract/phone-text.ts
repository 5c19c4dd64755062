/** The text rules of phone numbers, without Zod: every entrance applies them before the numbering plans. */
import { asciiDigit, BLANK, IGNORABLE, LINE_BREAK } from './characters.ts';

/** Why a text holds no phone number that can be dialed. */
export type PhoneFault = 'missing' | 'extension' | 'several' | 'decimal' | 'letters' | 'characters' | 'too-long';

export type PhoneText =
	| { text: string; fault?: never; error?: never; exact?: never }
	/**
	 * `error` says what is wrong and what to do, in a sentence for the person who typed it. `exact` is the number of a
	 * spreadsheet's decimal or grouped number, where its digits are certain.
	 */
	| { text?: never; fault: PhoneFault; error: string; exact?: string };

/** A number in E.164, or what is wrong with it and the cure: what an entrance makes of a text. */
export type ReadPhone = { e164: string; error?: never } | { e164?: never; error: string };

/** The longest phone number, in characters as it is written. */
export const PHONE_MAX = 40;
/** No text that holds a number is longer, whatever invisible characters are in it. */
const RAW_MAX = 1_000;

const E164 = /^\+\d{1,15}$/;
const NEXT_LINE = '\u0085';
const DASH = /^[\p{Pd}\u2043\u2212\u30fc\uff70]$/u;
const COUNTED = /^\p{No}$/u;
/** A number as people write it. Its + comes first, or behind an opening bracket. */
const NUMBER = /^[\s([]*\+?[\d\s()[\]./-]*$/;
/** The first character that belongs to no number, and all that follows it. */
const REST = /^[\s([]*\+?[\d\s()[\]./-]*/;

/** With fewer digits before it, what follows is part of a number in letters, such as 1-800-GO4IT. */
const DIGITS_BEFORE_EXTENSION = 5;
/** Digits behind anything else: `x12`, `;ext=12`, `#12`, `,,12`, `p12`, `доб. 12`, `内線 12`, in any language. */
const EXTENSION = /^[^\d+\p{Cc}\p{Cs}]+(?:\d[\s.-]*)+[^\d\p{L}]*$/u;
/** Behind a separator a whole number, of seven digits or more, or anything with a + of its own. */
const SEVERAL = /^\s*(?:[,;|&]|or|and)\s*\(?(?:\d[\s().-]*){7,}$|^[^\d]*\+/iu;
/** What follows the last decimal mark, and the text before it. */
const DECIMAL = /^(?<whole>.*\d)[)\]\s]*(?<mark>[.,٫])\s*(?<decimals>\d*)[)\]\s]*$/;
/** A whole number as a machine writes it. People would divide these digits into groups. */
const UNDIVIDED = /^\+?\d{6,}$|\d{7,}$/;
/** A machine's groups of three, and its decimals: `3.023.125.017,00`. */
const GROUPED =
	/^\(?(?<whole>\+?[1-9]\d{0,2}(?<mark>[.,٬'’ ])\d{3}(?:\k<mark>\d{3})+)(?:(?!\k<mark>)[.,٫](?<decimals>\d{1,2}))?\)?$/;
const SHORTENED = /^\+?\d+(?:[.,٫]\d*)?\s*E\s*[+-]?\s*\d{1,3}$/i;

const failed = (fault: PhoneFault, error: string): PhoneText => ({ fault, error });

/**
 * The number that a text holds, as `+` and ASCII digits, or as digits alone where it has no `+`; or why it holds none.
 * No digit disappears and none changes. The numbering plans are not asked: the result may still be too short.
 *
 * - Every Unicode space is a space, every dash a dash, every decimal digit its ASCII digit, every plus a `+`.
 * - A line break divides two numbers.
 * - Direction marks, zero-width characters, byte order marks and soft hyphens are ignored.
 * - `tel:` before the number is ignored. A leading `00` stays: only a country's plan knows what it means there.
 * - An extension, digits to be dialed after the answer, a second number and letters are refused, each with its cure.
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
 * The fault of a text that a spreadsheet took for a decimal, or null. Dots also divide the groups of people's numbers:
 * `01.42.68.53.00` is none. Where the zeros may be digits of the number, there is no `exact`.
 */
function decimalIn(written: string): PhoneText | null {
	const grouped = GROUPED.exec(written)?.groups;
	const { whole, mark = '', decimals = '' } = grouped ?? DECIMAL.exec(written)?.groups ?? {};
	// Dots and spaces without decimals are read as people's groups are: their digits are the same.
	if (whole === undefined || (decimals === '' && /[. ]/.test(mark))) return null;
	if (!grouped && !NUMBER.test(whole)) return null;
	const isMachine = grouped !== undefined || UNDIVIDED.test(whole);
	if (/[1-9]/.test(decimals)) {
		// People may write 202555.0100, and a comma may divide an extension from a number.
		const isTyped = !grouped && (mark !== '.' || (decimals.length > 3 && whole.length < 9));
		return isMachine && !isTyped
			? failed('decimal', 'A spreadsheet has changed this number. Format its column as text there.')
			: null;
	}
	if (!isMachine && decimals !== '0' && (decimals !== '00' || (mark === '.' && whole.includes('.')))) return null;
	const isExact = isMachine && decimals.length < 3 && /^\D*[1-9]/.test(whole);
	if (!isExact)
		return failed('decimal', 'A spreadsheet may have changed this number. Leave out the point, or what follows it.');
	const error =
		decimals === ''
			? `A spreadsheet has divided this number. Leave out “${mark}”.`
			: 'A spreadsheet took this number for a decimal. Leave out what follows the point.';
	return { fault: 'decimal', error, exact: digitsOf(whole) };
}

const several = failed('several', 'This holds more than one number. Give one.');
const tooLong = failed('too-long', `Too long for a phone number: at most ${PHONE_MAX} characters.`);

/** One spelling of what people type alike, on one line, without blanks at its ends. */
export function plainPhone(raw: string): string {
	let text = '';
	for (const character of raw) {
		if (BLANK.test(character) || character === NEXT_LINE) text += ' ';
		else if (DASH.test(character)) text += '-';
		// Superscript and circled digits are no digits of a number: they are left as they are, and refused.
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
	if (odd === undefined) return failed('characters', 'A phone number holds digits. Write it with its country code.');
	if (/[\p{Cc}\p{Cs}]/u.test(odd))
		return failed('characters', 'The phone number holds a character that cannot be shown. Type it again.');
	return failed('characters', `A phone number holds digits only. Leave out “${odd}”.`);
}

/**
 * Why a number must be written otherwise, although a numbering plan can read it; null for most. A plan may drop a trunk
 * prefix and nothing else: it also drops carrier codes, and moves or adds digits in a few countries, such as Argentina's 15.
 * `abroad` matches what the chosen country dials before a country code.
 */
export function changedDigits(text: string, e164: string, callingCode: string, abroad = ''): string | null {
	const code = text.startsWith('+') ? `\\+${callingCode}` : `(?:(?:${abroad})?${callingCode})?`;
	if (new RegExp(`^${code}(?:0|1|8|06|80)?${e164.slice(1 + callingCode.length)}$`).test(text)) return null;
	return `The numbering plan reads this as ${e164}. Write it like that if it is right.`;
}
