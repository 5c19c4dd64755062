const FORM = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,3})?)?$/;

/**
 * A parsed time. With `twice`, the clocks show this time twice, and `at` is the first moment. With `missing`, the
 * clocks skip this time. Null means that the text is not a time.
 */
export type ReadTime = { at: Date; twice: boolean } | { missing: true } | null;

/**
 * Parses a wall clock time as if it were in UTC: `2027-03-28T02:30`, seconds allowed. Returns milliseconds, or null for
 * a text that is no date, such as February 30.
 */
export function wallTime(text: string): number | null {
	const parts = FORM.exec(text);
	if (!parts) return null;
	const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
		.slice(1)
		.map((part: string | undefined) => Number(part ?? 0));
	if (hour > 23 || minute > 59 || second > 59) return null;
	const date = new Date(0);
	// `Date.UTC` maps years below 100 to the 20th century.
	date.setUTCFullYear(year, month - 1, day);
	if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
	return date.setUTCHours(hour, minute, second);
}

/** Reads a wall clock time as UTC, where clocks never skip or repeat a time. */
export function utcTime(text: string): ReadTime {
	const at = wallTime(text);
	return at === null ? null : { at: new Date(at), twice: false };
}
