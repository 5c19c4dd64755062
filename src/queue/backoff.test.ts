import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffMs, DISPATCH_SCHEDULE, WEBHOOK_SCHEDULE } from './backoff.ts';

const ALMOST_ONE = 1 - Number.EPSILON;

describe('backoff', () => {
	it.each([
		['dispatch', DISPATCH_SCHEDULE, [500, 1_000, 2_000, 4_000, 8_000]],
		['webhooks', WEBHOOK_SCHEDULE, [1_000, 5_000, 15_000, 60_000, 300_000]],
	])('[B1] %s waits up to what the spec says, then gives up', (_what, schedule, most) => {
		const tries = [1, 2, 3, 4, 5, 6];
		expect(tries.map((attempts) => backoffMs(schedule, attempts, 1, ALMOST_ONE))).toEqual([...most, null]);
	});

	it('[B2] full jitter: the whole range down to nothing, in proportion to chance', () => {
		expect([0, 0.25, 0.5].map((chance) => backoffMs(DISPATCH_SCHEDULE, 3, 1, chance))).toEqual([0, 500, 1_000]);
	});

	it('[B3] speed divides it, and it is always a whole number within its bounds', () => {
		expect(backoffMs(WEBHOOK_SCHEDULE, 5, 1_000, 0.5)).toBe(150);
		const chance = fc.double({ min: 0, max: ALMOST_ONE, noNaN: true });
		const attempts = fc.integer({ min: 1, max: 5 });
		fc.assert(
			fc.property(attempts, fc.double({ min: 1, max: 1_000, noNaN: true }), chance, (attempts, speed, chance) => {
				const ms = backoffMs(WEBHOOK_SCHEDULE, attempts, speed, chance)!;
				expect(Number.isInteger(ms)).toBe(true);
				expect(ms).toBeGreaterThanOrEqual(0);
				expect(ms).toBeLessThanOrEqual(Math.round(WEBHOOK_SCHEDULE[attempts - 1]! / speed));
			}),
		);
	});
});
