import { formatsOf, type Place } from './formats.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const two = (n: number): string => String(n).padStart(2, '0');

/** For example `9 s ago`, `1 min ago`, `3 h ago` or `2 d ago`; `now` within the first second. */
export function ago(at: string, now: number, locale: string): string {
	const age = Math.max(0, now - Date.parse(at));
	if (age < 1_000) return 'now';
	if (age < MINUTE) return `${Math.floor(age / 1_000)} s ago`;
	if (age < HOUR) return `${Math.floor(age / MINUTE)} min ago`;
	if (age < DAY) return `${Math.floor(age / HOUR)} h ago`;
	return `${Math.floor(age / DAY).toLocaleString(locale)} d ago`;
}

/** For example `in 40 s`, `in 12 min`, `in 1 h 22 min` or `in 3 d`; `now` from one second before it. */
export function until(at: string, now: number, locale: string): string {
	const left = Date.parse(at) - now;
	if (left < 1_000) return 'now';
	if (left < MINUTE) return `in ${Math.floor(left / 1_000)} s`;
	if (left < HOUR) return `in ${Math.floor(left / MINUTE)} min`;
	if (left < DAY) return `in ${Math.floor(left / HOUR)} h ${two(Math.floor((left % HOUR) / MINUTE))} min`;
	return `in ${Math.floor(left / DAY).toLocaleString(locale)} d`;
}

/** A duration: `1.52 s`, from a minute on `1 min 04 s`, from an hour on `1 h 02 min`. */
export function lasted(ms: number): string {
	if (ms < MINUTE) return `${(Math.floor(ms / 10) / 100).toFixed(2)} s`;
	if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min ${two(Math.floor((ms % MINUTE) / 1_000))} s`;
	return `${Math.floor(ms / HOUR)} h ${two(Math.floor((ms % HOUR) / MINUTE))} min`;
}

/** For example `15:30`; with the day if it is not today, and with the year if it is not this one. */
export function hour(at: string | number, now: number, place: Place): string {
	const { isSameDay, isSameYear, hour, dayAndHour, dateAndHour } = formatsOf(place);
	if (isSameDay(at, now)) return hour.format(new Date(at));
	return (isSameYear(at, now) ? dayAndHour : dateAndHour).format(new Date(at));
}

/** For example `24 Dec 2099, 16:30`, for times that may be years ahead. */
export const dated = (at: string, place: Place): string => formatsOf(place).dateAndHour.format(new Date(at));

/** The tooltip text: the exact local time, and the same time in UTC. */
export function exact(at: string, place: Place): string {
	if (place.zone === 'UTC') return at;
	return `${formatsOf(place).exact.format(new Date(at))}\n${at}`;
}

/** For example `Europe/Berlin, UTC+1`. */
export const zoneName = (place: Place, at: number | Date): string =>
	place.zone === 'UTC' ? 'UTC' : `${place.zone}, ${offsetName(place, at)}`;

/** The UTC offset of a time zone at that moment, for example `UTC+1`. */
export function offsetName({ zone }: Place, at: number | Date): string {
	const parts = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'shortOffset' }).formatToParts(at);
	return (parts.find(({ type }) => type === 'timeZoneName')?.value ?? 'UTC').replace('GMT', 'UTC');
}
