/** Unicode properties of single characters, shared by names, phone numbers and search. Free of Zod. */

/** Matches one character that is invisible by itself: joiners, direction marks, variation selectors, tags, fillers. */
export const IGNORABLE = /^\p{Default_Ignorable_Code_Point}$/u;
/** Matches one character that looks like a space: white space, the Hangul fillers, the empty braille pattern. */
export const BLANK = /^[\s\u115f\u1160\u2800\u3164\uffa0]$/u;
/** Matches one character that ends a line. Also used to split text into lines. */
export const LINE_BREAK = /[\n\v\f\r\u0085\u2028\u2029]/;

const DIGIT = /^\p{Nd}$/u;

/** Returns the ASCII digit for a decimal digit of any script, and any other character unchanged. */
export function asciiDigit(character: string): string {
	if (!DIGIT.test(character)) return character;
	const code = character.codePointAt(0)!;
	// Unicode keeps the ten digits of a script contiguous and in order. Two such blocks of ten may be adjacent.
	let first = code;
	while (DIGIT.test(String.fromCodePoint(first - 1))) first--;
	return String((code - first) % 10);
}
