import { onTestFinished, vi } from 'vitest';

/** Replaces `Date.now`, so that a test can set the wall clock forward or back. Monotonic time does not change. */
export function settableClock(): { set(byMs: number): void } {
	const real = Date.now.bind(Date);
	let offset = 0;
	const spy = vi.spyOn(Date, 'now').mockImplementation(() => real() + offset);
	onTestFinished(() => spy.mockRestore());
	return {
		set(byMs) {
			offset += byMs;
		},
	};
}
