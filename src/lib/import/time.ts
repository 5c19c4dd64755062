/** A cell's time, or why it is unknown. */
export type CellTime = { at: string; error?: never } | { at?: never; error: string };

const EXAMPLE = '2026-11-22T15:30:00Z';
const GIVE = `Give a time with its zone, such as ${EXAMPLE}.`;
const ISO = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?) ?(Z|UTC|GMT|([+-])(\d\d)(?::?(\d\d))?)$/i;

const isDay = (day: string): boolean => !Number.isNaN(Date.parse(day)) && new Date(day).toISOString().startsWith(day);

/** Reads a time with its zone. Rejects any other time, because it may mean another hour than the user expects. */
export function timeOf(typed: string): CellTime {
	const text = typed
		.replace(/\p{Cf}/gu, '')
		.replace(/[\p{Pd}−]/gu, '-')
		.replace(/\s+/g, ' ')
		.trim();
	const [, day, time, zone, sign, hours, minutes = '00'] = ISO.exec(text) ?? [];
	if (day === undefined || time === undefined || zone === undefined) return { error: whyNot(text) };
	// `Date.parse` reads February 30 as March 2.
	const ms = isDay(day) ? Date.parse(`${day}T${time}${sign ? `${sign}${hours}:${minutes}` : 'Z'}`) : Number.NaN;
	if (Number.isNaN(ms)) return { error: `This time does not exist. Write it like ${EXAMPLE}.` };
	return { at: new Date(ms).toISOString() };
}

function whyNot(text: string): string {
	if (/\[[\w/+-]+\]$/.test(text)) return `Leave out the zone's name in brackets. Write it like ${EXAMPLE}.`;
	const isMissing = !/(?:Z|[+-]\d+)$/i.test(text);
	if (/^\d{4}-\d\d-\d\d[T ]\d/.test(text))
		return isMissing ? `The time zone is missing. Write it like ${EXAMPLE}.` : GIVE;
	if (/^\d{1,5}([.,]\d+)?$/.test(text))
		return `A spreadsheet has turned this time into a number. Format its column as text, like ${EXAMPLE}.`;
	if (/^\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\b/.test(text))
		return `Day, month or time zone is unclear. Write it like ${EXAMPLE}.`;
	return GIVE;
}
