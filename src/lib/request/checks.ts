import { visibleLength, typedFault, typedText } from '#contract/typed-text.ts';
import { NAME_MAX, RUN_MAX } from '#contract/words.ts';
import type { Place } from '#lib/time/formats.ts';
import { localTime } from '#lib/time/local-time.ts';
import type { ReadTime } from '#lib/time/wall-time.ts';
import { offsetName } from '#lib/time/words.ts';

/** From this length on, the field shows the name's length. */
export const NAME_NEAR_MAX = 60;

/** Counts the characters of a text as it will be stored. */
export const charactersIn = (text: string): number => visibleLength(typedText(text));

/** Returns an error that names the problem and the fix, or null. Applies the server's rule. */
export function checkName(text: string): string | null {
	const fault = typedFault(typedText(text), NAME_MAX);
	if (fault === 'missing') return 'Enter the customer’s name.';
	if (fault === 'too-long') return `Too long: ${charactersIn(text)} characters. Use at most ${NAME_MAX}.`;
	return unshown('name', text, NAME_MAX);
}

/** Returns why a name or run cannot be shown on one line, and the fix. Returns null for a valid or empty text. */
export function unshown(what: string, text: string, max = RUN_MAX): string | null {
	if (text.trim() === '') return null;
	const fault = typedFault(typedText(text), max);
	if (fault === 'missing') return `The ${what} has no visible characters. Type it again.`;
	if (fault === 'padded') return `The ${what} contains too many invisible characters. Type it again.`;
	if (fault === 'line-break') return `The ${what} contains a line break. Write it on one line.`;
	return fault === 'unshown' ? `The ${what} contains a character that cannot be displayed. Type it again.` : null;
}

const YEAR_10000 = Date.UTC(10_000, 0);

/** Returns an error that names the problem and the fix, or null. `text` is the value of a datetime-local field. */
export function checkTime(
	text: string,
	{ read = localTime, isPartial = false }: { read?: (text: string) => ReadTime; isPartial?: boolean } = {},
): string | null {
	if (isPartial) return 'The time is incomplete. Enter day, month, year, hour and minute.';
	if (text === '') return 'Choose a date and a time.';
	const time = read(text);
	if (time && 'missing' in time)
		return `${hourOf(text)} does not exist that day: the clocks skip it. Choose another time.`;
	if (/^\d{5}/.test(text) || (time && time.at.getTime() >= YEAR_10000)) return 'Choose a time before the year 10000.';
	return time ? null : 'Not a valid time. Write it as 2026-11-22T15:30.';
}

/** Returns a note about a valid time, such as one in the past; empty for an ordinary time. */
export function timeHint(text: string, time: ReadTime, now: number, place: Place): string {
	if (!time || 'missing' in time) return '';
	if (time.twice) return `${hourOf(text)} occurs twice that day. The first one is used, ${offsetName(place, time.at)}.`;
	return time.at.getTime() <= now ? 'This time has passed. The call starts at once.' : '';
}

/** The time of day in a readable time, such as `02:30`. */
const hourOf = (text: string): string => text.slice(text.indexOf('T') + 1).slice(0, 5);
