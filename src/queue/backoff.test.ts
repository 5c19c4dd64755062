import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffMs, DISPATCH_SCHEDULE, WEBHOOK_SCHEDULE } from './backoff.ts';

const ALMOST_ONE = 1 - Number.EPSILON;

describe('backoff', () => {
	it.each([
		['dispatch', DISPATCH_SCHEDULE, [500, 1_000, 2_000, 4_000, 8_000]],
		['webhooks', WEBHOOK_SCHEDULE, [1_000, 5_000, 15_000, 60_000, 300_000]],
	])('[B1] %s waits at most as long as the schedule says, then gives up', (_what, schedule, most) => {
		const failures = [1, 2, 3, 4, 5, 6];
		expect(failures.map((attempts) => backoffMs(schedule, attempts, 1, ALMOST_ONE))).toEqual([...most, null]);
	});

	it('[B2] jitter makes each wait between half and the whole, in proportion to chance', () => {
		expect([0, 0.25, 0.5].map((chance) => backoffMs(DISPATCH_SCHEDULE, 3, 1, chance))).toEqual([1_000, 1_250, 1_500]);
	});

	const chance = fc.double({ min: 0, max: ALMOST_ONE, noNaN: true });
	const speed = fc.double({ min: 1, max: 1_000, noNaN: true });
	const schedule = fc.constantFrom(DISPATCH_SCHEDULE, WEBHOOK_SCHEDULE);

	it('[B3] speed divides each wait, which is a whole number between half and the whole', () => {
		expect(backoffMs(WEBHOOK_SCHEDULE, 5, 1_000, 0.5)).toBe(225);
		fc.assert(
			fc.property(schedule, fc.integer({ min: 1, max: 5 }), speed, chance, (schedule, attempts, speed, chance) => {
				const ms = backoffMs(schedule, attempts, speed, chance)!;
				const whole = schedule[attempts - 1]! / speed;
				expect(Number.isInteger(ms)).toBe(true);
				expect(ms).toBeGreaterThanOrEqual(whole / 2);
				expect(ms).toBeLessThanOrEqual(Math.ceil(whole));
			}),
		);
	});

	it('[B4] all waits together last at least half of the schedule, for any chance', () => {
		const chances = fc.array(chance, { minLength: 5, maxLength: 5 });
		fc.assert(
			fc.property(schedule, speed, chances, (schedule, speed, chances) => {
				const waits = chances.map((chance, i) => backoffMs(schedule, i + 1, speed, chance)!);
				const sum = (all: readonly number[]): number => all.reduce((sum, ms) => sum + ms, 0);
				expect(sum(waits)).toBeGreaterThanOrEqual(sum(schedule) / speed / 2);
			}),
		);
	});
});
