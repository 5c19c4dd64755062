export interface Place {
	locale: string;
	zone: string;
}

interface Formats {
	isSameDay(one: string | number, other: string | number): boolean;
	isSameYear(one: string | number, other: string | number): boolean;
	hour: Intl.DateTimeFormat;
	dayAndHour: Intl.DateTimeFormat;
	dateAndHour: Intl.DateTimeFormat;
	second: Intl.DateTimeFormat;
	dayAndSecond: Intl.DateTimeFormat;
	exact: Intl.DateTimeFormat;
}

let kept: { of: string; formats: Formats } | null = null;

/** Returns the formatters for a place. Cached: every new row needs them, and creating them is slow. */
export function formatsOf({ locale, zone }: Place): Formats {
	const of = `${locale} ${zone}`;
	if (kept?.of !== of) kept = { of, formats: make(locale, zone) };
	return kept.formats;
}

function make(locale: string, timeZone: string): Formats {
	const hour = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone } as const;
	const second = { ...hour, second: '2-digit' } as const;
	const day = { day: 'numeric', month: 'short' } as const;
	const isoDate = new Intl.DateTimeFormat('en-CA', { dateStyle: 'short', timeZone });
	const dateOf = (at: string | number): string => isoDate.format(new Date(at));
	return {
		isSameDay: (one, other) => dateOf(one) === dateOf(other),
		isSameYear: (one, other) => dateOf(one).split('-')[0] === dateOf(other).split('-')[0],
		hour: new Intl.DateTimeFormat(locale, hour),
		dayAndHour: new Intl.DateTimeFormat(locale, { ...hour, ...day }),
		dateAndHour: new Intl.DateTimeFormat(locale, { ...hour, ...day, year: 'numeric' }),
		second: new Intl.DateTimeFormat(locale, second),
		dayAndSecond: new Intl.DateTimeFormat(locale, { ...second, ...day }),
		exact: new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'long', timeZone }),
	};
}
