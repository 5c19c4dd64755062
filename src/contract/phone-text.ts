/** The text rules of phone numbers, without Zod: every entrance applies them before the numbering plans. */
import { asciiDigit, BLANK, IGNORABLE } from './characters.ts';

/** Why a text holds no phone number that can be dialed. */
export type PhoneFault = 'missing' | 'extension' | 'several' | 'decimal' | 'letters' | 'characters' | 'too-long';

export type PhoneText =
	| { text: string; fault?: never; error?: never }
	/** `error` says what is wrong and what to do, in a sentence for the person who typed it. */
	| { text?: never; fault: PhoneFault; error: string };

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
/** As a spreadsheet writes a number that it took for a decimal. */
const DECIMAL = /^\+?\d{5,}[.,]0+$/;
const SHORTENED = /^\+?\d+(?:[.,]\d+)?E\+?\d+$/i;

const failed = (fault: PhoneFault, error: string): PhoneText => ({ fault, error });

/**
 * The number that a text holds, as `+` and ASCII digits, or as digits alone where it has no `+`; or why it holds none.
 * No digit disappears and none changes. The numbering plans are not asked: the result may still be too short.
 *
 * - Every Unicode space is a space, every dash a dash, every decimal digit its ASCII digit, every plus a `+`.
 * - Direction marks, zero-width characters, byte order marks and soft hyphens are ignored.
 * - `tel:` before the number is ignored. A leading `00` stays: only a country's plan knows what it means there.
 * - An extension, digits to be dialed after the answer, a second number and letters are refused, each with its cure.
 */
export function phoneTextOf(raw: string): PhoneText {
	if (E164.test(raw)) return { text: raw };
	if (raw.length > RAW_MAX) return tooLong;
	const written = plain(raw).replace(/^tel:\s*/i, '');
	if (written === '') return failed('missing', 'The phone number is missing.');
	if (DECIMAL.test(written))
		return failed('decimal', 'A spreadsheet took this number for a decimal. Leave out what follows the point.');
	if (SHORTENED.test(written))
		return failed('decimal', 'A spreadsheet has shortened this number. Format its column as text there.');
	if (NUMBER.test(written) && /\d/.test(written)) {
		if (written.length > PHONE_MAX) return tooLong;
		return { text: `${written.includes('+') ? '+' : ''}${written.replace(/\D/g, '')}` };
	}
	return faultIn(written);
}

const tooLong = failed('too-long', `Too long for a phone number: at most ${PHONE_MAX} characters.`);

/** One spelling of what people type alike, on one line, without blanks at its ends. */
function plain(raw: string): string {
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
	if (digits > 0 && SEVERAL.test(rest)) return failed('several', 'This holds more than one number. Give one.');
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
 * Why a number must be written otherwise, although a numbering plan can read it; null for most. Behind a + a plan may
 * drop a trunk prefix and nothing else: it also moves or adds digits in a few countries, such as Argentina's 15.
 */
export function changedDigits(text: string, e164: string, callingCode: string): string | null {
	const national = e164.slice(1 + callingCode.length);
	if (!text.startsWith('+') || text.slice(1 + callingCode.length).endsWith(national)) return null;
	return `The numbering plan reads this as ${e164}. Write it like that if it is right.`;
}
