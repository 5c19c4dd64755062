import type { Call } from '#contract';
import type { Place } from '#lib/time/formats.ts';

const two = (n: number): string => String(n).padStart(2, '0');

/** The day of a time where the reader is, as a date field writes it: `2026-10-01`. */
export function dayOf(at: string | number): string {
	const when = new Date(at);
	return `${String(when.getFullYear()).padStart(4, '0')}-${two(when.getMonth() + 1)}-${two(when.getDate())}`;
}

/** Why no calls of such a day can be shown, as they are asked for by its field; null where they can. */
export function missedDay(day: string, isPartial: boolean, today: string): string | null {
	if (isPartial) return 'Not a whole date. Enter day, month and year.';
	if (day === '') return 'Choose a day.';
	const isLater = day.length > today.length || day > today;
	return isLater ? 'That day is still to come. The last one is today.' : null;
}

/**
 * Where a day of the reader's begins in the list, as the address says it: its last millisecond where the list runs from
 * the newest call, else its first. A time with its zone, so that the link leads everybody to the same calls.
 */
export function atOfDay(day: string, newestFirst: boolean): string {
	const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
	return new Date(newestFirst ? midnight(year, month, date + 1) - 1 : midnight(year, month, date)).toISOString();
}

/** `new Date(1, 0)` would be in 1901. */
const midnight = (year: number, month: number, date: number): number =>
	new Date(2000, 0).setFullYear(year, month - 1, date);

/** What is to be said of a list that was gone to for a day and has none of it; empty where it has, or is empty. */
export function noneOf(
	day: string,
	calls: readonly Pick<Call, 'createdAt'>[],
	newestFirst: boolean,
	{ locale }: Pick<Place, 'locale'>,
): string {
	const [first, last] = [calls[0], calls.at(-1)];
	const begins = first ? dayOf(first.createdAt) : day;
	if (!last || begins === day) return '';
	// In UTC, where every day exists.
	const dates = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });
	const named = (one: string): string => dates.format(new Date(one));
	// Where the list has nothing from there on, its end is shown.
	if (newestFirst && begins > day) return `Nothing before ${named(dayOf(last.createdAt))}. These are the oldest.`;
	if (!newestFirst && begins < day) return `Nothing after ${named(dayOf(last.createdAt))}. These are the newest.`;
	return `Nothing on ${named(day)}. These came ${newestFirst ? 'before' : 'after'} it.`;
}
