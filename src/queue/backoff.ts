/** Delays before the second, third, … try, in milliseconds at speed 1. After the last one the row is given up. */
export type Schedule = readonly number[];

/** Dispatch to the provider. */
export const DISPATCH_SCHEDULE: Schedule = [500, 1_000, 2_000, 4_000, 8_000];
/** Webhook deliveries. */
export const WEBHOOK_SCHEDULE: Schedule = [1_000, 5_000, 15_000, 60_000, 300_000];

/**
 * How long to wait after `attempts` failed tries: between half and the whole of the schedule's delay, divided by `speed`.
 * Half is the least, so that a schedule always lasts at least half as long as it says. `chance` is in [0, 1). Returns
 * whole milliseconds, rounded up; null when the schedule is used up.
 */
export function backoffMs(schedule: Schedule, attempts: number, speed: number, chance: number): number | null {
	const most = schedule[attempts - 1];
	return most === undefined ? null : Math.ceil((most * (0.5 + chance / 2)) / speed);
}
