/**
 * Delays before the second, third, … attempt, in milliseconds at speed 1. After the last attempt the row is given up.
 */
export type Schedule = readonly number[];

/** Dispatch to the provider. */
export const DISPATCH_SCHEDULE: Schedule = [500, 1_000, 2_000, 4_000, 8_000];
/** Webhook deliveries. */
export const WEBHOOK_SCHEDULE: Schedule = [1_000, 5_000, 15_000, 60_000, 300_000];

/**
 * Returns the delay after `attempts` failed attempts, in whole milliseconds, rounded up. Returns null at the end of
 * the schedule. The delay is at least half of the scheduled delay and at most all of it, divided by `speed`. A
 * schedule therefore lasts at least half its nominal time. `chance` is in [0, 1).
 */
export function backoffMs(schedule: Schedule, attempts: number, speed: number, chance: number): number | null {
	const delay = schedule[attempts - 1];
	return delay === undefined ? null : Math.ceil((delay * (0.5 + chance / 2)) / speed);
}
