import { NAME_MAX } from '#contract/words.ts';

/** From here on the field tells how long the name is. */
export const NAME_NEAR_MAX = 60;

export const charactersIn = (text: string): number => [...text.trim()].length;

/** What is wrong with a name, with the cure; null when nothing is. The server's rule. */
export function checkName(text: string): string | null {
	const length = charactersIn(text);
	if (length === 0) return 'Enter the customer’s name.';
	if (length > NAME_MAX) return `Too long. ${NAME_MAX} characters at most, this is ${length}.`;
	return unshown('name', text);
}

/** Why a name or a run cannot stand in one line, with the cure; null when it can. */
export function unshown(what: string, text: string): string | null {
	if (/[\r\n]/.test(text.trim())) return `The ${what} holds a line break. Write it on one line.`;
	if (!text.isWellFormed() || /\p{Cc}/u.test(text.trim()))
		return `The ${what} holds a character that cannot be shown. Type it anew.`;
	return null;
}

/** What is wrong with a chosen time; `at` is what a datetime-local field holds. */
export function checkTime(at: string): string | null {
	if (at === '') return 'Choose a day and a time.';
	return Number.isNaN(Date.parse(at)) ? 'Not a time.' : null;
}
