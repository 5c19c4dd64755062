import { onTestFinished, vi } from 'vitest';

/** Sets the clock of this process, as somebody sets a machine's: the time that passes stays as it is. */
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
