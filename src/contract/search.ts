/** The rule of `q`, without Zod: the server fills the list by it, the browser asks it of calls that arrive by push. */
import { asciiDigit } from './characters.ts';

const digitsOf = (text: string): string => text.replace(/\D/g, '');
/** A folded term that is nothing but a number and its punctuation. */
const NUMBER = /^[\d\s()[\].+/-]*\d[\d\s()[\].+/-]*$/;
/** A trunk zero that an international number is written with, but not stored with. */
const TRUNK_ZERO = /^(\+.*)\(0\)/;
const START = '\n';
/** Shorter terms match beginnings only: of a word, behind its space; of the number, behind the line break. */
const SUBSTRING_FROM = 3;

/** Text that needs more than lower case. ASCII alone is folded already, but for its backtick and its blanks. */
const UNUSUAL = /[^ -_a-~]| {2}|^ | $/;
const SPACE = 0x20;
const BLANKS_TO_FOLD = / {2}|^ | $/;
const BLANKS = /[\s\u0085\u115f\u1160\u2800\u3164\uffa0]+/g;
const IGNORABLE = /\p{Default_Ignorable_Code_Point}/gu;
/** Apostrophes that a decomposition would turn into a space and an accent. */
const SPACED_APOSTROPHES = /[\u00b4\u0384\u1fbd\u1fbf\u1ffd\u1ffe]/g;
const APOSTROPHES = /[`\u02b9\u02bb-\u02bf\u02c8\u055a\u05f3\u2018-\u201b\u2032\u2035\u2039\u203a\ua78c]/g;
const QUOTES = /[\u00ab\u00bb\u05f4\u201c-\u201f\u2033\u2036\u301d-\u301f]/g;
const DASHES = /[\p{Pd}\u2043\u2212]/gu;
const DIGITS = /\p{Nd}/gu;
/**
 * Accents and points of scripts in which they leave the letter the same: Latin, Greek, Cyrillic, Hebrew, Arabic. The breve
 * of й and the hamza of ؤ and ئ make another letter, as in Unicode's collation; so do the vowel signs of Indic scripts.
 */
const ACCENTS =
	// eslint-disable-next-line no-misleading-character-class -- the marks themselves are meant
	/(?<![иИ])\u0306|[\u0300-\u0305\u0307-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u0652\u0656-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u08d3-\u08e1\u08e3-\u08ff\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]|(?<=\u0627\p{M}*)[\u0653-\u0655]/gu;
/** Letters that Unicode does not decompose, as people write them who do not have them on their keyboard. */
const LETTERS: Readonly<Record<string, string>> = {
	ß: 'ss',
	æ: 'ae',
	œ: 'oe',
	ø: 'o',
	ł: 'l',
	đ: 'd',
	ð: 'd',
	þ: 'th',
	ħ: 'h',
	ŧ: 't',
	ŋ: 'n',
	ı: 'i',
	ς: 'σ',
	ɓ: 'b',
	ɖ: 'd',
	ɗ: 'd',
	ɨ: 'i',
	ƙ: 'k',
	ƴ: 'y',
	ǥ: 'g',
};
const SPECIAL = new RegExp(`[${Object.keys(LETTERS).join('')}]`, 'g');

/** What a character beside it may change: marks, conjoining jamo, half of a surrogate pair, blanks. */
const DEPENDENT = /[\s\p{M}\p{Cs}\u1100-\u11ff\ua960-\ua97c\ud7b0-\ud7fb]/u;
/** Folds of single UTF-16 units, kept because most names have no other; null where what is beside it counts. */
const ALONE = new Map<number, string | null>();

function foldAlone(code: number): string | null {
	const kept = ALONE.get(code);
	if (kept !== undefined) return kept;
	const folded = foldWhole(String.fromCharCode(code));
	const alone = folded === '' || DEPENDENT.test(folded) ? null : folded;
	ALONE.set(code, alone);
	return alone;
}

/**
 * One spelling of what people take for the same: no case, no accents, one blank for any white space, one apostrophe, one
 * dash, no full-width forms and no characters that show nothing. Folding twice changes nothing more.
 */
function plain(text: string): string {
	if (!UNUSUAL.test(text)) return text.toLowerCase();
	if (BLANKS_TO_FOLD.test(text)) return foldWhole(text);
	let folded = '';
	for (let i = 0; i < text.length; i++) {
		const code = text.charCodeAt(i);
		const one = code === SPACE ? ' ' : foldAlone(code);
		if (one === null) return foldWhole(text);
		folded += one;
	}
	return folded;
}

const foldWhole = (text: string): string =>
	text
		.replace(BLANKS, ' ')
		.replace(IGNORABLE, '')
		.replace(SPACED_APOSTROPHES, "'")
		.normalize('NFKD')
		.replace(ACCENTS, '')
		// Both ways: a letter may have two small forms, and a capital of two letters.
		.toUpperCase()
		.toLowerCase()
		.replace(SPECIAL, (letter) => LETTERS[letter]!)
		.replace(APOSTROPHES, "'")
		.replace(QUOTES, '"')
		.replace(DASHES, '-')
		.replace(DIGITS, asciiDigit)
		.normalize('NFC')
		.replace(BLANKS, ' ')
		.trim();

/** Whether a search has nothing to look for: nothing but blanks and characters that show nothing. */
export const isBlankSearch = (q: string): boolean => plain(q) === '';

/**
 * What a search looks at: a space and the folded name, then the number's digits behind a line break. So the beginnings of
 * words and of the number can be found as plain substrings.
 */
export function foldedOf(customerName: string, phoneNumber: string): string {
	return ` ${plain(customerName)}${START}${digitsOf(phoneNumber)}`;
}

/** The digits of a folded term that is a number; null where it is none. */
const numberIn = (text: string): string | null => (NUMBER.test(text) ? digitsOf(text.replace(TRUNK_ZERO, '$1')) : null);

/**
 * How many characters `q` has, or how many digits where it is a number, when they are too few to be found anywhere but at
 * a beginning, and how many more it takes; null where they are enough.
 */
export function shortOf(q: string): { has: number; lacks: number } | null {
	const text = plain(q);
	const has = Math.min([...text].length, numberIn(text)?.length ?? Infinity);
	return has < SUBSTRING_FROM ? { has, lacks: SUBSTRING_FROM - has } : null;
}

/**
 * The substrings of a folded text that `q` asks for, any of them: its folded text in the name, or its digits in the number,
 * ignoring punctuation. Terms under three characters match beginnings of words and of the number. None: `q` is blank.
 */
export function searchTerms(q: string): string[] {
	const text = plain(q);
	if (text === '') return [];
	const terms = [...text].length < SUBSTRING_FROM ? [` ${text}`] : [text];
	const digits = numberIn(text);
	if (digits === null) return terms;
	return [...terms, digits.length < SUBSTRING_FROM ? `${START}${digits}` : digits];
}
