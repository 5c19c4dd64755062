/** The rule for names and other short text that a person types, without Zod: form, import and REST share it. */
import { BLANK, IGNORABLE, LINE_BREAK } from './characters.ts';

export { LINE_BREAK };

const PLAIN = /^[ -~]*$/;
/**
 * Shows nothing and shapes nothing: soft hyphen, zero-width space, word joiner, byte order mark, and all direction marks,
 * overrides and isolates. An override can disguise a name and the text beside it. The screens isolate each name anyway.
 */
const REMOVED =
	/[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e001f}\u{e0080}-\u{e00ff}\u{e01f0}-\u{e0fff}]/gu;
/** The joiners shape the characters on both sides. At the end only Indic scripts need one, behind a virama. */
const JOINER = /^[\u034f\u200c\u200d]$/;
const MARK = /^\p{M}$/u;
const UNSHOWN = /[\p{Cc}\p{Noncharacter_Code_Point}]/u;

/**
 * The text as it is stored: without characters that show nothing and shape nothing, and without blanks at its ends.
 * Keeps joiners, variation selectors and tags behind a character, as emoji, Persian and Indic names need them.
 */
export function typedText(text: string): string {
	if (PLAIN.test(text)) return text.trim();
	const characters = [...text.replace(REMOVED, '')];
	const isBlank = (i: number): boolean => BLANK.test(characters[i]!);
	const isIgnorable = (i: number): boolean => IGNORABLE.test(characters[i]!);
	let start = 0;
	while (start < characters.length && (isBlank(start) || isIgnorable(start))) start++;
	let end = characters.length;
	for (let i = end - 1; i >= start && (isBlank(i) || isIgnorable(i)); i--) if (isBlank(i)) end = i;
	while (end > start && JOINER.test(characters[end - 1]!) && !MARK.test(characters[end - 2] ?? '')) end--;
	return characters.slice(start, end).join('');
}

/** How many characters (code points) of the text count toward a limit: all but those that show nothing. */
export const shownLength = (text: string): number =>
	PLAIN.test(text) ? text.length : [...text].filter((character) => !IGNORABLE.test(character)).length;

/** Why a text cannot be stored. `padded`: it holds more invisible characters than any script needs. */
export type TypedFault = 'missing' | 'too-long' | 'padded' | 'line-break' | 'unshown';

/** What is wrong with a text that `typedText` returned and that may have `max` characters; null when nothing is. */
export function typedFault(text: string, max: number): TypedFault | null {
	if (!hasShown(text)) return 'missing';
	if (shownLength(text) > max) return 'too-long';
	if ([...text].length > 2 * max) return 'padded';
	if (LINE_BREAK.test(text)) return 'line-break';
	return !text.isWellFormed() || UNSHOWN.test(text) ? 'unshown' : null;
}

/** Whether a character is visible by itself. A combining mark alone is not. */
function hasShown(text: string): boolean {
	for (const character of text)
		if (!BLANK.test(character) && !IGNORABLE.test(character) && !MARK.test(character)) return true;
	return false;
}
