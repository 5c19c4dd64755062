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

describe('changes that arrive', () => {
	it('[F60] alone are drawn at once, in a burst together', () => {
		for (const seq of [1, 2, 3]) arrivals.add(changes(seq));
		expect(drawn).toEqual([[1]]);
		vi.advanceTimersByTime(30);
		expect(drawn).toEqual([[1], [2, 3]]);
	});
	it('[F60] are drawn before something that must not overtake them', () => {
		for (const seq of [1, 2]) arrivals.add(changes(seq));
		arrivals.flush();
		expect(drawn).toEqual([[1], [2]]);
	});
	it('[F60] never wait by the thousand, though no timer comes', () => {
		for (let seq = 1; seq <= 5_000; seq += 100) arrivals.add(changes(seq, 100));
		expect(drawn.flat().length).toBeGreaterThan(3_900);
		expect(Math.max(...drawn.map(({ length }) => length))).toBe(1_100);
	});
	it('[F60] that cannot be drawn are told of, and those behind them are drawn', () => {
		for (const seq of [13, 14]) arrivals.add(changes(seq));
		vi.advanceTimersByTime(30);
		expect([lost.length, drawn]).toEqual([1, [[14]]]);
	});
	it('[F60] are dropped where nobody looks any more', () => {
		for (const seq of [1, 2]) arrivals.add(changes(seq));
		arrivals.stop();
		vi.advanceTimersByTime(1_000);
		expect(drawn).toEqual([[1]]);
	});
});
