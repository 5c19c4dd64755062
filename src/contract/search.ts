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
