import type { Random } from './random.ts';

const HOUR_MS = 3_600_000;
/** The relative load of each UTC hour of a working day: noon in Asia, the day in Europe, then America. */
const HOURS = [2, 2, 3, 3, 3, 4, 5, 8, 13, 16, 17, 15, 13, 15, 18, 18, 16, 14, 11, 9, 7, 5, 3, 2];
/** The load of each day relative to the busiest, beginning with Sunday. */
const DAYS = [0.18, 1, 0.97, 0.95, 0.93, 0.86, 0.32];

const busyness = (hour: number): number => {
	const at = new Date(hour * HOUR_MS);
	return HOURS[at.getUTCHours()]! * DAYS[at.getUTCDay()]!;
};

/** Yields `count` times in [from, to) in ascending order: more by day than by night, fewer on weekends. */
export function* momentsOf(count: number, from: number, to: number, random: Random): Generator<number> {
	const [first, last] = [Math.floor(from / HOUR_MS), Math.floor((to - 1) / HOUR_MS)];
	const partOf = (hour: number): [begins: number, length: number] => {
		const begins = Math.max(from, hour * HOUR_MS);
		return [begins, Math.min(to, (hour + 1) * HOUR_MS) - begins];
	};
	const weightOf = (hour: number): number => busyness(hour) * partOf(hour)[1];
	let all = 0;
	for (let hour = first; hour <= last; hour++) all += weightOf(hour);
	let [hour, passed] = [first, 0];
	for (let i = 0; i < count; i++) {
		// Each time is drawn from its own slice of the total, so the times ascend and none has to be stored.
		const place = ((i + random.next()) / count) * all;
		while (hour < last && passed + weightOf(hour) <= place) passed += weightOf(hour++);
		const [begins, length] = partOf(hour);
		yield begins + Math.min(length - 1, Math.floor(((place - passed) / weightOf(hour)) * length));
	}
}
