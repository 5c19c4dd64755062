import { expect, it } from 'vitest';
import { countdown, moment, took } from './moments.ts';

const berlin = { locale: 'en-GB', zone: 'Europe/Berlin' };
const at = '2026-11-22T12:00:05.802Z';

it('moment shows seconds, and the day if it is not today', () => {
	expect(moment(at, Date.parse(at) + 60_000, berlin)).toBe('13:00:05');
	expect(moment(at, Date.parse(at) + 86_400_000, berlin)).toBe('22 Nov, 13:00:05');
});

it.each([
	[-5_000, '0:00'],
	[3_001, '0:04'],
	[702_000, '11:42'],
	[3_723_000, '1:02:03'],
])('with %d ms left the countdown shows %s', (ms, words) => expect(countdown(ms)).toBe(words));

it.each([
	[0, '0 ms'],
	[999, '999 ms'],
	[1_520, '1.52 s'],
])('%d ms are shown as %s', (ms, words) => expect(took(ms)).toBe(words));
