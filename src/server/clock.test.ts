import { expect, it, onTestFinished, vi } from 'vitest';
import { STEADY_MS, uptimeBy, watchClock } from './clock.ts';

const DAY = 86_400_000;

/** A clock with readings set by the test, and a record of its callbacks. */
function start(breakMs = 60_000, isSteady = true) {
	const at = { now: 1_000 * DAY, uptime: 0 };
	const notified: string[] = [];
	const jumps: number[] = [];
	const clock = watchClock({
		now: () => at.now,
		uptime: () => at.uptime,
		breakMs,
		isSteady,
		onJump: (ms) => jumps.push(ms),
		onResume: () => notified.push('resumed'),
		onSetBack: (ms) => notified.push(`back by ${ms}`),
	});
	onTestFinished(() => clock.close());
	const pass = (ms: number, moved = 0): number => {
		at.uptime += ms;
		at.now += ms + moved;
		return clock.runningSince() - 1_000 * DAY;
	};
	return { pass, notified, jumps, isSteady: clock.isSteady };
}

it('[CK1] passing time is no break, however long the clock was not read', () => {
	const { pass, notified } = start();
	expect([pass(1_000), pass(DAY), pass(5)]).toEqual([0, 0, 0]);
	expect(notified).toEqual([]);
});

it('[CK1] a clock that was set forward, or a machine that slept, is a break', () => {
	const { pass, notified } = start();
	expect(pass(1_000, DAY)).toBe(DAY + 1_000);
	expect(pass(1_000)).toBe(DAY + 1_000);
	expect(notified).toEqual(['resumed']);
	pass(0, 59_999);
	expect(notified).toEqual(['resumed']);
});

it('[CK4] a clock that was set back reports by how much, and ignores a small step', () => {
	const { pass, notified } = start();
	expect(pass(1_000, -5_000)).toBe(0);
	expect(pass(1_000, -DAY)).toBe(2_000 - 5_000 - DAY);
	expect(notified).toEqual([`back by ${DAY}`]);
});

it('[CK1] a suspended process is a break', async () => {
	const notified = vi.fn();
	const now = (): number => performance.now();
	const clock = watchClock({
		now,
		uptime: now,
		breakMs: 200,
		isSteady: true,
		onJump: notified,
		onResume: notified,
		onSetBack: notified,
	});
	onTestFinished(() => clock.close());
	Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 250);
	const resumedAt = now();
	await expect.poll(() => notified.mock.calls.length).toBeGreaterThan(0);
	expect(clock.runningSince()).toBeGreaterThanOrEqual(resumedAt);
});

it('[RT8] a clock is steady once it has run for an hour without a jump, in either direction', () => {
	const { pass, jumps, isSteady } = start(60_000, false);
	expect(isSteady()).toBe(false);
	pass(STEADY_MS - 1);
	expect(isSteady()).toBe(false);
	pass(1);
	expect(isSteady()).toBe(true);
	for (const jump of [DAY, -DAY]) {
		pass(1_000, jump);
		expect(isSteady()).toBe(false);
		pass(STEADY_MS, 4_000); // a correction of a few seconds is no jump
		expect(isSteady()).toBe(true);
	}
	expect(jumps).toEqual([DAY, -DAY]);
});

it('[RT8] a clock that was right before the start is steady at once', () => {
	expect(start().isSteady()).toBe(true);
});

it('[CK4] the elapsed time never falls when the clock is moved', () => {
	let at = 100;
	const uptime = uptimeBy(() => at);
	const readings = [150, 50, 60].map((now) => {
		at = now;
		return uptime();
	});
	expect(readings).toEqual([50, 50, 60]);
});
