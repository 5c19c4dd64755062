/** The moment that a cell means, or why it cannot be known. */
export type CellTime = { at: string; error?: never } | { at?: never; error: string };

const EXAMPLE = '2026-11-22T15:30:00Z';
const ISO = /^(\d{4}-\d\d-\d\d)[T ]([0-2]\d:[0-5]\d(?::[0-5]\d(?:\.\d+)?)?) ?(Z|UTC|GMT|([+-])(\d\d):?([0-5]\d))$/i;

const isDay = (day: string): boolean => !Number.isNaN(Date.parse(day)) && new Date(day).toISOString().startsWith(day);

/** Reads a time with its zone. Every other time could be another hour than the reader means, so it is refused. */
export function timeOf(text: string): CellTime {
	const [, day, time, zone, sign, hours, minutes] = ISO.exec(text) ?? [];
	if (day === undefined || time === undefined || zone === undefined) return { error: whyNot(text) };
	// `Date.parse` takes the 30th of February for the 2nd of March.
	const ms = isDay(day) ? Date.parse(`${day}T${time}${sign ? `${sign}${hours}:${minutes}` : 'Z'}`) : Number.NaN;
	if (Number.isNaN(ms)) return { error: `There is no such time. Write it like ${EXAMPLE}.` };
	return { at: new Date(ms).toISOString() };
}

function whyNot(text: string): string {
	if (/^\d{4}-\d\d-\d\d[T ]\d/.test(text)) return `The time zone is missing. Write it like ${EXAMPLE}.`;
	if (/^\d{1,5}([.,]\d+)?$/.test(text))
		return `A spreadsheet has turned this time into a number. Format its column as text, like ${EXAMPLE}.`;
	if (/^\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\b/.test(text))
		return `Day, month or time zone is unclear. Write it like ${EXAMPLE}.`;
	return `Give a time with its zone, such as ${EXAMPLE}.`;
}
