import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Pace } from './pace.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Starts a `Pace` whose work takes 300 ms, and records when each run begins. */
function slow(everyMs: number): { pace: Pace; began: number[] } {
	const began: number[] = [];
	const start = Date.now();
	const work = (): Promise<void> => {
		began.push(Date.now() - start);
		return new Promise((done) => setTimeout(done, 300));
	};
	return { pace: new Pace(work, () => everyMs), began };
}

it('the first is done at once, those that come meanwhile together a second later', async () => {
	const { pace, began } = slow(1_000);
	pace.ask();
	await vi.advanceTimersByTimeAsync(100);
	for (let i = 0; i < 50; i++) pace.ask();
	await vi.advanceTimersByTimeAsync(5_000);
	expect(began).toEqual([0, 1_000]);
});

it('what is asked while it works is done again: its answer may be older', async () => {
	const { pace, began } = slow(200);
	pace.ask();
	await vi.advanceTimersByTimeAsync(100);
	pace.ask();
	await vi.advanceTimersByTimeAsync(1_000);
	expect(began).toEqual([0, expect.closeTo(300, -1)]);
});

it('once stopped it does nothing more', async () => {
	const { pace, began } = slow(1_000);
	pace.ask();
	await vi.advanceTimersByTimeAsync(0);
	pace.ask();
	pace.stop();
	await vi.advanceTimersByTimeAsync(5_000);
	expect(began).toEqual([0]);
});

it('a clock that is set back does not hold it up', async () => {
	const { pace, began } = slow(1_000);
	pace.ask();
	await vi.advanceTimersByTimeAsync(5_000);
	vi.setSystemTime(Date.now() - 3_600_000);
	pace.ask();
	await vi.advanceTimersByTimeAsync(1_000);
	expect(began).toHaveLength(2);
});
