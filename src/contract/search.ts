/** The rule of `q`, without Zod: the server fills the list by it, the browser asks it of calls that arrive by push. */

const digitsOf = (text: string): string => text.replace(/\D/g, '');
/** A term that is nothing but a number and its punctuation. */
const NUMBER = /^[\d\s().+/-]*\d[\d\s().+/-]*$/;
const START = '\n';
/** Shorter terms match beginnings only: of a word, behind its space; of the number, behind the line break. */
const SUBSTRING_FROM = 3;

/** One spelling of what looks the same: lower case, and one character for a letter with its accent. */
const plain = (text: string): string => text.normalize('NFC').toLowerCase();

/**
 * What a search looks at: a space and the name lower-cased, then the number's digits behind a line break.
 * So the beginnings of words and of the number can be found as plain substrings.
 */
export function foldedOf(customerName: string, phoneNumber: string): string {
	return ` ${plain(customerName)}${START}${digitsOf(phoneNumber)}`;
}

/**
 * How many characters `q` has, or how many digits where it is a number, when they are too few to be found anywhere but at
 * a beginning, and how many more it takes; null where they are enough.
 */
export function shortOf(q: string): { has: number; lacks: number } | null {
	const has = Math.min([...plain(q)].length, NUMBER.test(q) ? digitsOf(q).length : Infinity);
	return has < SUBSTRING_FROM ? { has, lacks: SUBSTRING_FROM - has } : null;
}

/**
 * The substrings of a folded text that `q` asks for, any of them: its text in the name, ignoring case, or its digits in
 * the number, ignoring punctuation. Terms under three characters match beginnings of words and of the number.
 */
export function searchTerms(q: string): string[] {
	const text = plain(q);
	const terms = [...text].length < SUBSTRING_FROM ? [` ${text}`] : [text];
	if (!NUMBER.test(q)) return terms;
	const digits = digitsOf(q);
	return [...terms, digits.length < SUBSTRING_FROM ? `${START}${digits}` : digits];
}
