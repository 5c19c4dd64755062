import { formatsOf, type Place } from './formats.ts';

const two = (n: number): string => String(n).padStart(2, '0');

/** `14:02:05`; with the day where it is another one. */
export function moment(at: string, now: number, place: Place): string {
	const { isSameDay, second, dayAndSecond } = formatsOf(place);
	return (isSameDay(at, now) ? second : dayAndSecond).format(new Date(at));
}

/** What is left, counted down: `0:04`, `11:42`, `1:02:03`; at the end `0:00`. */
export function countdown(ms: number): string {
	const seconds = Math.max(0, Math.ceil(ms / 1_000));
	const [h, m, s] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
	return h === 0 ? `${m}:${two(s)}` : `${h}:${two(m)}:${two(s)}`;
}

/** How long an answer took: `14 ms`, from a second on `1.52 s`. */
export const took = (ms: number): string => (ms < 1_000 ? `${ms} ms` : `${(ms / 1_000).toFixed(2)} s`);
