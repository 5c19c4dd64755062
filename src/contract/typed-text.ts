/** The rules for names and other short typed text, shared by form, import and REST. Free of Zod. */
import { BLANK, IGNORABLE, LINE_BREAK } from './characters.ts';

export { LINE_BREAK };

const PLAIN = /^[ -~]*$/;
/**
 * Invisible characters that shape nothing: soft hyphen, zero-width space, word joiner, byte order mark, and all
 * direction marks, overrides and isolates. An override can disguise a name and the text beside it. The screens also
 * isolate each name.
 */
const REMOVED =
	/[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e001f}\u{e0080}-\u{e00ff}\u{e01f0}-\u{e0fff}]/gu;
/** Joiners shape the characters on both sides. At the end, only Indic scripts need one, after a virama. */
const JOINER = /^[\u034f\u200c\u200d]$/;
const MARK = /^\p{M}$/u;
const UNSHOWN = /[\p{Cc}\p{Noncharacter_Code_Point}]/u;

/**
 * Returns the text as stored: trimmed, and without invisible characters that shape nothing. Keeps joiners, variation
 * selectors and tags after a character, because emoji, Persian and Indic names need them.
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

/**
 * Counts the code points that count toward a limit: no invisible characters, and a letter with its marks as one where
 * Unicode composes them. A few ligatures have no composed form; they count as written.
 */
export const visibleLength = (text: string): number =>
	PLAIN.test(text) ? text.length : Math.min(visibleIn(text), visibleIn(text.normalize('NFC')));

const visibleIn = (text: string): number => [...text].filter((character) => !IGNORABLE.test(character)).length;

/** Why a text cannot be stored. `padded` means more invisible characters than any script needs. */
export type TypedFault = 'missing' | 'too-long' | 'padded' | 'line-break' | 'unshown';

/** Returns the fault of a text that `typedText` returned, or null. `max` limits its visible characters. */
export function typedFault(text: string, max: number): TypedFault | null {
	if (!hasVisible(text)) return 'missing';
	if (visibleLength(text) > max) return 'too-long';
	if ([...text.normalize('NFC')].length > 2 * max) return 'padded';
	if (LINE_BREAK.test(text)) return 'line-break';
	return !text.isWellFormed() || UNSHOWN.test(text) ? 'unshown' : null;
}

/** Whether any character is visible by itself. A combining mark alone is not. */
function hasVisible(text: string): boolean {
	for (const character of text)
		if (!BLANK.test(character) && !IGNORABLE.test(character) && !MARK.test(character)) return true;
	return false;
}
