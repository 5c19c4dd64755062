import { NAME_MAX } from '#contract/words.ts';

/** From here on the field tells how long the name is. */
export const NAME_NEAR_MAX = 60;

export const charactersIn = (text: string): number => [...text.trim()].length;

/** What is wrong with a name, with the cure; null when nothing is. The server's rule. */
export function checkName(text: string): string | null {
	const length = charactersIn(text);
	if (length === 0) return 'Enter the customer’s name.';
	if (length > NAME_MAX) return `Too long. ${NAME_MAX} characters at most, this is ${length}.`;
	if (!text.isWellFormed() || /\p{Cc}/u.test(text.trim())) return 'The name holds a character that cannot be shown.';
	return null;
}

/** What is wrong with a chosen time; `at` is what a datetime-local field holds. */
export function checkTime(at: string): string | null {
	if (at === '') return 'Choose a day and a time.';
	return Number.isNaN(Date.parse(at)) ? 'Not a time.' : null;
}
