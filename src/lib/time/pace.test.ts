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

it('the first request runs at once, requests during it share one run a second later', async () => {
	const { pace, began } = slow(1_000);
	pace.ask();
	await vi.advanceTimersByTimeAsync(100);
	for (let i = 0; i < 50; i++) pace.ask();
	await vi.advanceTimersByTimeAsync(5_000);
	expect(began).toEqual([0, 1_000]);
});

it('a request during a run causes another run, because the first may have read older data', async () => {
	const { pace, began } = slow(200);
	pace.ask();
	await vi.advanceTimersByTimeAsync(100);
	pace.ask();
	await vi.advanceTimersByTimeAsync(1_000);
	expect(began).toEqual([0, expect.closeTo(300, -1)]);
});

it('nothing runs after stop', async () => {
	const { pace, began } = slow(1_000);
	pace.ask();
	await vi.advanceTimersByTimeAsync(0);
	pace.ask();
	pace.stop();
	await vi.advanceTimersByTimeAsync(5_000);
	expect(began).toEqual([0]);
});

it('a clock that is set back does not delay a run', async () => {
	const { pace, began } = slow(1_000);
	pace.ask();
	await vi.advanceTimersByTimeAsync(5_000);
	vi.setSystemTime(Date.now() - 3_600_000);
	pace.ask();
	await vi.advanceTimersByTimeAsync(1_000);
	expect(began).toHaveLength(2);
});
