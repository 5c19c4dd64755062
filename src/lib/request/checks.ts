import { shownLength, typedFault, typedText } from '#contract/typed-text.ts';
import { NAME_MAX, RUN_MAX } from '#contract/words.ts';
import type { Place } from '#lib/time/formats.ts';
import { localTime } from '#lib/time/local-time.ts';
import type { ReadTime } from '#lib/time/wall-time.ts';
import { offsetName } from '#lib/time/words.ts';

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

const YEAR_10000 = Date.UTC(10_000, 0);

/** What is wrong with a chosen time, with the cure; null when nothing is. `text` is what a datetime-local field holds. */
export function checkTime(
	text: string,
	{ read = localTime, isPartial = false }: { read?: (text: string) => ReadTime; isPartial?: boolean } = {},
): string | null {
	if (isPartial) return 'Not a whole time. Enter day, month, year, hour and minute.';
	if (text === '') return 'Choose a day and a time.';
	const time = read(text);
	if (time && 'missing' in time)
		return `${hourOf(text)} does not exist that day: the clocks skip it. Choose another time.`;
	if (/^\d{5}/.test(text) || (time && time.at.getTime() >= YEAR_10000)) return 'Choose a time before the year 10000.';
	return time ? null : 'Not a time. Write it as 2026-11-22T15:30.';
}

/** What the reader should know about a chosen time that is right; empty for an ordinary one. */
export function timeHint(text: string, time: ReadTime, now: number, place: Place): string {
	if (!time || 'missing' in time) return '';
	if (time.twice) return `${hourOf(text)} comes twice that day. This is the first, ${offsetName(place, time.at)}.`;
	return time.at.getTime() <= now ? 'That time has passed. The call starts at once.' : '';
}

/** The hour of a time that can be read: `02:30`. */
const hourOf = (text: string): string => text.slice(text.indexOf('T') + 1).slice(0, 5);
