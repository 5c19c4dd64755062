import { describe, expect, it } from 'vitest';
import { ago, dated, exact, hour, lasted, until, zoneName } from './words.ts';

const at = '2026-11-22T12:00:00.000Z';
const later = (ms: number): number => Date.parse(at) + ms;
const berlin = { locale: 'en-GB', zone: 'Europe/Berlin' };

describe('relative times', () => {
	it.each([
		[-500, 'now'],
		[999, 'now'],
		[9_000, '9 s ago'],
		[60_000, '1 min ago'],
		[3_599_000, '59 min ago'],
		[7_200_000, '2 h ago'],
		[172_800_000, '2 d ago'],
		[90_000_000_000, '1,041 d ago'],
	])('%d ms after it: %s', (ms, words) => expect(ago(at, later(ms), 'en')).toBe(words));

	it.each([
		[100, 'now'],
		[40_000, 'in 40 s'],
		[720_000, 'in 12 min'],
		[4_920_000, 'in 1 h 22 min'],
		[259_200_000, 'in 3 d'],
		[2_275_430_400_000, 'in 26,336 d'],
	])('%d ms before it: %s', (ms, words) => expect(until(at, later(-ms), 'en')).toBe(words));
});

describe('durations', () => {
	it.each([
		[0, '0.00 s'],
		[1_529, '1.52 s'],
		[59_999, '59.99 s'],
		[64_000, '1 min 04 s'],
		[3_720_000, '1 h 02 min'],
	])('%d ms are shown as %s', (ms, words) => expect(lasted(ms)).toBe(words));
});

describe('times of the day', () => {
	it('have the day if it is not today, and the year if it is not this year', () => {
		expect(hour(at, later(60_000), berlin)).toBe('13:00');
		expect(hour(at, later(86_400_000), berlin)).toBe('22 Nov, 13:00');
		expect(hour(at, later(-365 * 86_400_000), berlin)).toBe('22 Nov 2026, 13:00');
	});
	it('of scheduled calls have their year', () =>
		expect(dated('2099-12-24T15:30:00Z', berlin)).toBe('24 Dec 2099, 16:30'));
	it('are exact in local time and in UTC', () => {
		expect(exact(at, berlin)).toContain('13:00:00');
		expect(exact(at, berlin)).toContain(at);
		expect(exact(at, { locale: 'en', zone: 'UTC' })).toBe(at);
	});
	it('name the zone and its UTC offset', () => {
		expect(zoneName(berlin, Date.parse(at))).toBe('Europe/Berlin, UTC+1');
	});
});
