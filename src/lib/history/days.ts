import type { Call } from '#contract';
import type { Place } from '#lib/time/formats.ts';

const two = (n: number): string => String(n).padStart(2, '0');

/** Returns the local day of a time, in the format of a date field: `2026-10-01`. */
export function dayOf(at: string | number): string {
	const when = new Date(at);
	return `${String(when.getFullYear()).padStart(4, '0')}-${two(when.getMonth() + 1)}-${two(when.getDate())}`;
}

/** Returns the error text if the calls of a chosen day cannot be shown, otherwise null. */
export function missedDay(day: string, isPartial: boolean, today: string): string | null {
	if (isPartial) return 'The date is incomplete. Enter day, month and year.';
	if (day === '') return 'Choose a date.';
	const isLater = day.length > today.length || day > today;
	return isLater ? 'This date is in the future. Choose today or an earlier date.' : null;
}

/**
 * Returns the time at which a local day begins in the list, for `at` in the address. In newest-first order this is
 * the day's last millisecond, otherwise its first. The time is in UTC, so that a link leads to the same calls in
 * every zone.
 */
export function atOfDay(day: string, newestFirst: boolean): string {
	const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
	return new Date(newestFirst ? midnight(year, month, date + 1) - 1 : midnight(year, month, date)).toISOString();
}

/** Returns the time of a local midnight. Uses `setFullYear`, because `new Date(1, 0)` means the year 1901. */
const midnight = (year: number, month: number, date: number): number =>
	new Date(2000, 0).setFullYear(year, month - 1, date);

/**
 * Returns a note for a list that was opened at a day without calls. Empty if the day has calls, or the list is empty.
 */
export function noneOf(
	day: string,
	calls: readonly Pick<Call, 'createdAt'>[],
	newestFirst: boolean,
	{ locale }: Pick<Place, 'locale'>,
): string {
	const [first, last] = [calls[0], calls.at(-1)];
	const begins = first ? dayOf(first.createdAt) : day;
	if (!last || begins === day) return '';
	// Format in UTC, which has every day. A local zone may have skipped the day.
	const dates = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });
	const named = (one: string): string => dates.format(new Date(one));
	// If no call lies beyond the day, the server shows the last calls of the list.
	if (newestFirst && begins > day) return `No calls before ${named(dayOf(last.createdAt))}. These are the oldest.`;
	if (!newestFirst && begins < day) return `No calls after ${named(dayOf(last.createdAt))}. These are the newest.`;
	return `No calls on ${named(day)}. These are the calls ${newestFirst ? 'before' : 'after'} it.`;
}
