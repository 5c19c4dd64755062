import { shownLength, typedFault, typedText } from '#contract/typed-text.ts';
import { NAME_MAX, RUN_MAX } from '#contract/words.ts';

/** From here on the field tells how long the name is. */
export const NAME_NEAR_MAX = 60;

/** How many characters of a text count, as it will be stored. */
export const charactersIn = (text: string): number => shownLength(typedText(text));

/** What is wrong with a name, with the cure; null when nothing is. The server's rule. */
export function checkName(text: string): string | null {
	const fault = typedFault(typedText(text), NAME_MAX);
	if (fault === 'missing') return 'Enter the customer’s name.';
	if (fault === 'too-long') return `Too long. ${NAME_MAX} characters at most, this is ${charactersIn(text)}.`;
	return unshown('name', text, NAME_MAX);
}

/** Why a name or a run cannot be shown in one line, with the cure; null when it can, or is empty. */
export function unshown(what: string, text: string, max = RUN_MAX): string | null {
	if (text.trim() === '') return null;
	const fault = typedFault(typedText(text), max);
	if (fault === 'missing') return `The ${what} shows nothing. Type it again.`;
	if (fault === 'padded') return `The ${what} holds too many invisible characters. Type it again.`;
	if (fault === 'line-break') return `The ${what} holds a line break. Write it on one line.`;
	return fault === 'unshown' ? `The ${what} holds a character that cannot be shown. Type it again.` : null;
}

/** What is wrong with a chosen time; `at` is what a datetime-local field holds. */
export function checkTime(at: string): string | null {
	if (at === '') return 'Choose a day and a time.';
	return Number.isNaN(Date.parse(at)) ? 'Not a time.' : null;
}
