const two = (n: number): string => String(n).padStart(2, '0');

/** The day of a time where the reader is, as a date field writes it: `2026-10-01`. */
export function dayOf(at: string | number): string {
	const when = new Date(at);
	return `${when.getFullYear()}-${two(when.getMonth() + 1)}-${two(when.getDate())}`;
}

/** Why no calls of such a day can be shown, as they are asked for by its field; null where they can. */
export function missedDay(day: string, isPartial: boolean, today: string): string | null {
	if (isPartial) return 'Not a whole date. Enter day, month and year.';
	if (day === '') return 'Choose a day.';
	return day > today ? 'That day is still to come. The last one is today.' : null;
}

/**
 * Where a day of the reader's begins in the list, as the address says it: its last millisecond where the list runs from
 * the newest call, else its first. A time with its zone, so that the link leads everybody to the same calls.
 */
export function atOfDay(day: string, newestFirst: boolean): string {
	const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
	return new Date(
		newestFirst ? new Date(year, month - 1, date + 1).getTime() - 1 : new Date(year, month - 1, date).getTime(),
	).toISOString();
}
