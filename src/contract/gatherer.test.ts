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

describe('the gatherer', () => {
	it('[F60] sends a lone item at once', () => {
		const { gatherer, sent } = gathering(1);
		gatherer.add(1);
		expect(sent).toEqual([[1]]);
		vi.advanceTimersByTime(100);
		gatherer.add(2);
		expect(sent).toEqual([[1], [2]]);
	});

	it('[F60] sends the items of a burst together, after a pause three times as long as one send takes', () => {
		const { gatherer, sent } = gathering(4);
		for (const item of [1, 2, 3]) gatherer.add(item);
		expect(sent).toEqual([[1]]);
		vi.advanceTimersByTime(11);
		expect(sent).toEqual([[1]]);
		vi.advanceTimersByTime(1);
		expect(sent).toEqual([[1], [2, 3]]);
	});

	it('[F60] pauses 20 ms at most, however long one send takes', () => {
		const { gatherer, sent } = gathering(100);
		for (const item of [1, 2]) gatherer.add(item);
		vi.advanceTimersByTime(20);
		expect(sent).toEqual([[1], [2]]);
	});

	it('[F60] sends the waiting items when it is closed, and later items without a pause', () => {
		const { gatherer, sent } = gathering(4);
		for (const item of [1, 2]) gatherer.add(item);
		gatherer.close();
		gatherer.add(3);
		expect(sent).toEqual([[1], [2], [3]]);
	});

	it('[F60] sends the waiting items at once on a flush, and does not send them again', () => {
		const { gatherer, sent } = gathering(4);
		for (const item of [1, 2]) gatherer.add(item);
		gatherer.flush();
		expect(sent).toEqual([[1], [2]]);
		vi.advanceTimersByTime(100);
		gatherer.flush();
		expect(sent).toEqual([[1], [2]]);
	});

	it('[F60] continues the pause after a flush without waiting items', () => {
		const { gatherer, sent } = gathering(4);
		gatherer.add(1);
		gatherer.flush();
		gatherer.add(2);
		expect(sent).toEqual([[1]]);
		vi.advanceTimersByTime(12);
		expect(sent).toEqual([[1], [2]]);
	});

	it('[F60] sends later items without a pause after it was closed during one', () => {
		const { gatherer, sent } = gathering(4);
		gatherer.add(1);
		gatherer.close();
		gatherer.add(2);
		expect(sent).toEqual([[1], [2]]);
	});

	it('[F60] sends later items after a send that failed', () => {
		const { gatherer, sent, errors } = gathering(1);
		for (const item of [13, 2]) gatherer.add(item);
		vi.advanceTimersByTime(20);
		expect([sent, errors.length]).toEqual([[[2]], 1]);
	});

	it('[F60] sends every item at once if the longest pause is 0', () => {
		const { gatherer, sent } = gathering(4, { maxPauseMs: 0 });
		for (const item of [1, 2]) gatherer.add(item);
		expect(sent).toEqual([[1], [2]]);
	});
});
