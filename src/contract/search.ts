/**
 * The matching rule of the search parameter `q`. The server applies the rule to the list, the browser to pushed
 * calls. Without Zod, which browsers should not load.
 */
import { asciiDigit } from './characters.ts';

const digitsOf = (text: string): string => text.replace(/\D/g, '');
/** A folded term that consists of a number and its punctuation. */
const NUMBER = /^[\d\s()[\].+/-]*\d[\d\s()[\].+/-]*$/;
/** The trunk zero that people write in an international number. Stored numbers do not contain it. */
const TRUNK_ZERO = /^(\+.*)\(0\)/;
const START = '\n';
/** Shorter terms match only the beginning of a word (after its space) or of the number (after the line break). */
const SUBSTRING_FROM = 3;

/** Matches text that needs more than lower-casing. In ASCII, only the backtick and extra blanks do. */
const UNUSUAL = /[^ -_a-~]| {2}|^ | $/;
const BLANKS = /[\s\u0085\u115f\u1160\u2800\u3164\uffa0]+/g;
const IGNORABLE = /\p{Default_Ignorable_Code_Point}/gu;
/** Apostrophes that NFKD would decompose into a space and an accent. */
const SPACED_APOSTROPHES = /[\u00b4\u0384\u1fbd\u1fbf\u1ffd\u1ffe]/g;
const APOSTROPHES = /[`\u02b9\u02bb-\u02bf\u02c8\u055a\u05f3\u2018-\u201b\u2032\u2035\u2039\u203a\ua78c]/g;
const QUOTES = /[\u00ab\u00bb\u05f4\u201c-\u201f\u2033\u2036\u301d-\u301f]/g;
const DASHES = /[\p{Pd}\u2043\u2212]/gu;
const DIGITS = /\p{Nd}/gu;
/**
 * Accents that do not change the identity of a letter, in Latin, Greek, Cyrillic, Hebrew and Arabic. The breve of й and
 * the hamza of ؤ and ئ make another letter, as in Unicode's collation. The same holds for Indic vowel signs.
 */
const ACCENTS =
	// eslint-disable-next-line no-misleading-character-class -- the marks themselves are meant
	/(?<![иИ])\u0306|[\u0300-\u0305\u0307-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u0652\u0656-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u08d3-\u08e1\u08e3-\u08ff\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]|(?<=\u0627\p{M}*)[\u0653-\u0655]/gu;
/** Letters without a Unicode decomposition, as people type them on a keyboard that lacks them. */
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

/**
 * Folds text to one spelling: no case, accents, full-width forms or invisible characters. White space becomes one
 * blank, and apostrophes, quotes and dashes become one form each. Folding is idempotent.
 */
function plain(text: string): string {
	if (!UNUSUAL.test(text)) return text.toLowerCase();
	return (
		text
			.replace(BLANKS, ' ')
			.replace(IGNORABLE, '')
			.replace(SPACED_APOSTROPHES, "'")
			.normalize('NFKD')
			.replace(ACCENTS, '')
			// Both directions, because a letter may have two lower-case forms, and some letters have a two-letter
			// capital.
			.toUpperCase()
			.toLowerCase()
			.replace(SPECIAL, (letter) => LETTERS[letter]!)
			.replace(APOSTROPHES, "'")
			.replace(QUOTES, '"')
			.replace(DASHES, '-')
			.replace(DIGITS, asciiDigit)
			.normalize('NFC')
			.replace(BLANKS, ' ')
			.trim()
	);
}

/** Whether a search contains only blanks and invisible characters. */
export const isBlankSearch = (q: string): boolean => plain(q) === '';

/**
 * Returns the text that a search looks at: a space, the folded name, a line break and the digits of the number.
 * Searches for the beginning of a word or of the number are therefore plain substring searches.
 */
export function foldedOf(customerName: string, phoneNumber: string): string {
	return ` ${plain(customerName)}${START}${digitsOf(phoneNumber)}`;
}

/** Returns the digits if the folded term is a number, otherwise null. */
const numberIn = (text: string): string | null => (NUMBER.test(text) ? digitsOf(text.replace(TRUNK_ZERO, '$1')) : null);

/**
 * For a term too short to match anywhere but at a beginning: how many characters or digits it has, and how many more it
 * needs. null if the term is long enough.
 */
export function shortOf(q: string): { has: number; lacks: number } | null {
	const text = plain(q);
	const has = Math.min([...text].length, numberIn(text)?.length ?? Infinity);
	return has < SUBSTRING_FROM ? { has, lacks: SUBSTRING_FROM - has } : null;
}

/**
 * Returns the substrings that `q` looks for in a folded text; any one of them matches. They are the folded text, and
 * the digits if `q` is a number. Terms under three characters match beginnings only. Empty if `q` is blank.
 */
export function searchTerms(q: string): string[] {
	const text = plain(q);
	if (text === '') return [];
	const terms = [...text].length < SUBSTRING_FROM ? [` ${text}`] : [text];
	const digits = numberIn(text);
	if (digits === null) return terms;
	return [...terms, digits.length < SUBSTRING_FROM ? `${START}${digits}` : digits];
}
