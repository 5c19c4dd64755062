import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Change } from '#contract';
import { Arrivals } from './arrivals.ts';

const changes = (first: number, count = 1): Change[] =>
	Array.from({ length: count }, (_, i) => ({ seq: first + i, type: 'deleted', id: `${first + i}` }));

let drawn: number[][];
let lost: unknown[];
let arrivals: Arrivals;

beforeEach(() => {
	vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
	[drawn, lost] = [[], []];
	arrivals = new Arrivals({
		apply(told) {
			vi.advanceTimersByTime(10); // applying takes 10 ms
			if (told.some(({ seq }) => seq === 13)) throw new Error('13');
			drawn.push(told.map(({ seq }) => seq));
		},
		lost: (error) => lost.push(error),
	});
});
afterEach(() => void vi.useRealTimers());

describe('arriving changes', () => {
	it('[F60] render at once if alone, and together in a burst', () => {
		for (const seq of [1, 2, 3]) arrivals.add(changes(seq));
		expect(drawn).toEqual([[1]]);
		vi.advanceTimersByTime(30);
		expect(drawn).toEqual([[1], [2, 3]]);
	});
	it('[F60] render before a flush returns', () => {
		for (const seq of [1, 2]) arrivals.add(changes(seq));
		arrivals.flush();
		expect(drawn).toEqual([[1], [2]]);
	});
	it('[F60] do not pile up by the thousand while no timer runs', () => {
		for (let seq = 1; seq <= 5_000; seq += 100) arrivals.add(changes(seq, 100));
		expect(drawn.flat().length).toBeGreaterThan(3_900);
		expect(Math.max(...drawn.map(({ length }) => length))).toBe(1_100);
	});
	it('[F60] that cannot be applied are reported, and later ones still render', () => {
		for (const seq of [13, 14]) arrivals.add(changes(seq));
		vi.advanceTimersByTime(30);
		expect([lost.length, drawn]).toEqual([1, [[14]]]);
	});
	it('[F60] are dropped after the page has stopped', () => {
		for (const seq of [1, 2]) arrivals.add(changes(seq));
		arrivals.stop();
		vi.advanceTimersByTime(1_000);
		expect(drawn).toEqual([[1]]);
	});
});
