import { expect, it } from 'vitest';
import { createSteadyClock, STEADY_MS } from './steady-clock.ts';

const DAY = 86_400_000;

/** A clock at 1,000 days, with the last record so long ago. */
function start(restedMs: number) {
	const at = { now: 1_000 * DAY, up: 0 };
	const look = createSteadyClock(
		() => at.now,
		() => at.up,
		at.now - restedMs,
	);
	const pass = (ms: number, jumped = 0): number => {
		at.up += ms;
		at.now += ms + jumped;
		return look() - 1_000 * DAY;
	};
	return pass;
}

it('[RT8] time goes on from what was recorded, until the clock has gone evenly for an hour', () => {
	const pass = start(40 * DAY);
	expect(pass(60_000)).toBe(60_000 - 40 * DAY);
	expect(pass(STEADY_MS - 60_001)).toBe(STEADY_MS - 1 - 40 * DAY);
	expect(pass(1)).toBe(STEADY_MS);
});

it('[RT8] each jump begins the hour anew', () => {
	const pass = start(0);
	pass(STEADY_MS);
	expect(pass(1_000, 365 * DAY)).toBe(STEADY_MS + 1_000);
	pass(STEADY_MS - 10);
	expect(pass(5, 365 * DAY)).toBe(2 * STEADY_MS + 995);
	expect(pass(STEADY_MS - 1)).toBe(3 * STEADY_MS + 994);
	expect(pass(1)).toBe(3 * STEADY_MS + 995 + 730 * DAY);
});

it('[RT8] never ahead of the clock, which may be set back', () => {
	const pass = start(-10 * DAY); // what was recorded lies in the future
	expect(pass(0)).toBe(0);
	expect(pass(1_000, -DAY)).toBe(1_000 - DAY);
	expect(pass(1_000)).toBe(2_000 - DAY);
	expect(pass(1_000, DAY)).toBe(3_000 - DAY);
});
