import { formatsOf, type Place } from './formats.ts';

const two = (n: number): string => String(n).padStart(2, '0');

/** For example `14:02:05`; with the day if it is not today. */
export function moment(at: string, now: number, place: Place): string {
	const { isSameDay, second, dayAndSecond } = formatsOf(place);
	return (isSameDay(at, now) ? second : dayAndSecond).format(new Date(at));
}

/** The remaining time, counting down: `0:04`, `11:42`, `1:02:03`; `0:00` at the end. */
export function countdown(ms: number): string {
	const seconds = Math.max(0, Math.ceil(ms / 1_000));
	const [h, m, s] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
	return h === 0 ? `${m}:${two(s)}` : `${h}:${two(m)}:${two(s)}`;
}

/** A response time: `14 ms`, or `1.52 s` from one second on. */
export const took = (ms: number): string => (ms < 1_000 ? `${ms} ms` : `${(ms / 1_000).toFixed(2)} s`);
