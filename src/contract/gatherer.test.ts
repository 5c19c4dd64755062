import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createGatherer } from './gatherer.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

/** A gatherer whose `send` takes `costMs` milliseconds. */
function gathering(costMs: number, options: { maxPauseMs?: number } = {}) {
	const sent: number[][] = [];
	const errors: unknown[] = [];
	const gatherer = createGatherer<number>({
		send(items) {
			vi.advanceTimersByTime(costMs);
			if (items.includes(13)) throw new Error('13');
			sent.push([...items]);
		},
		onError: (error) => errors.push(error),
		...options,
	});
	return { gatherer, sent, errors };
}

describe('a gatherer', () => {
	it('[F60] sends a lone item at once', () => {
		const { gatherer, sent } = gathering(1);
		gatherer.add(1);
		expect(sent).toEqual([[1]]);
		vi.advanceTimersByTime(100);
		gatherer.add(2);
		expect(sent).toEqual([[1], [2]]);
	});

	it('[F60] sends what comes in a burst together, after a pause three times as long as a sending', () => {
		const { gatherer, sent } = gathering(4);
		for (const item of [1, 2, 3]) gatherer.add(item);
		expect(sent).toEqual([[1]]);
		vi.advanceTimersByTime(11);
		expect(sent).toEqual([[1]]);
		vi.advanceTimersByTime(1);
		expect(sent).toEqual([[1], [2, 3]]);
	});

	it('[F60] pauses 20 ms at most, however long a sending takes', () => {
		const { gatherer, sent } = gathering(100);
		for (const item of [1, 2]) gatherer.add(item);
		vi.advanceTimersByTime(20);
		expect(sent).toEqual([[1], [2]]);
	});

	it('[F60] sends what waits when it is closed, and pauses no more', () => {
		const { gatherer, sent } = gathering(4);
		for (const item of [1, 2]) gatherer.add(item);
		gatherer.close();
		gatherer.add(3);
		expect(sent).toEqual([[1], [2], [3]]);
	});

	it('[F60] sends what waits when it is told to, once', () => {
		const { gatherer, sent } = gathering(4);
		for (const item of [1, 2]) gatherer.add(item);
		gatherer.flush();
		expect(sent).toEqual([[1], [2]]);
		vi.advanceTimersByTime(100);
		gatherer.flush();
		expect(sent).toEqual([[1], [2]]);
	});

	it('[F60] goes on after a sending that failed', () => {
		const { gatherer, sent, errors } = gathering(1);
		for (const item of [13, 2]) gatherer.add(item);
		vi.advanceTimersByTime(20);
		expect([sent, errors.length]).toEqual([[[2]], 1]);
	});

	it('[F60] never gathers where no pause is allowed', () => {
		const { gatherer, sent } = gathering(4, { maxPauseMs: 0 });
		for (const item of [1, 2]) gatherer.add(item);
		expect(sent).toEqual([[1], [2]]);
	});
});
