/** What Unicode says of single characters, without Zod: names, phone numbers and searches share it. */

/** Shows nothing by itself: joiners, direction marks, variation selectors, tags, fillers. Tests one character. */
export const IGNORABLE = /^\p{Default_Ignorable_Code_Point}$/u;
/** Looks like a space: white space, the Hangul fillers, the empty braille pattern. Tests one character. */
export const BLANK = /^[\s\u115f\u1160\u2800\u3164\uffa0]$/u;
/** Ends a line, in any text. Tests one character, or divides a text. */
export const LINE_BREAK = /[\n\v\f\r\u0085\u2028\u2029]/;

const DIGIT = /^\p{Nd}$/u;

/** The ASCII digit for a decimal digit of any script; any other character as it is. */
export function asciiDigit(character: string): string {
	if (!DIGIT.test(character)) return character;
	const code = character.codePointAt(0)!;
	// Unicode keeps the ten digits of a script together, in order. Two such tens may touch.
	let first = code;
	while (DIGIT.test(String.fromCodePoint(first - 1))) first--;
	return String((code - first) % 10);
}
