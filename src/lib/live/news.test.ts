import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { exampleCall } from '#lib/line/example.ts';
import { sum } from './gathered.ts';
import { News } from './news.svelte.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('new and failed calls are announced as counts', () => {
	expect(sum(4, 1)).toBe('4 new calls, 1 failed');
	expect(sum(1, 0)).toBe('1 new call');
	expect(sum(0, 2)).toBe('2 calls failed');
});

it('the live region speaks at most every 5 s, and counts each call once', () => {
	const news = new News();
	news.add([{ seq: 1, type: 'created', call: exampleCall() }]);
	vi.advanceTimersByTime(1_000);
	expect(news.text).toBe('1 new call');
	const failed = exampleCall({ id: 'b', status: 'FAILED' });
	news.add([{ seq: 2, type: 'created', call: failed }]);
	news.add([{ seq: 3, type: 'updated', call: failed }]);
	vi.advanceTimersByTime(4_000);
	expect(news.text).toBe('');
	vi.advanceTimersByTime(1_000);
	expect(news.text).toBe('1 new call, 1 failed');
	news.stop();
});

it('a clock that is set back does not silence the live region', () => {
	const news = new News();
	news.add([{ seq: 1, type: 'created', call: exampleCall() }]);
	vi.advanceTimersByTime(1_000);
	vi.setSystemTime(Date.now() - 3_600_000);
	news.add([{ seq: 2, type: 'created', call: exampleCall({ id: 'b' }) }]);
	vi.advanceTimersByTime(5_000);
	expect(news.text).toBe('1 new call');
	news.stop();
});
