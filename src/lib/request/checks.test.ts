import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { localTime } from '#lib/time/local-time.ts';
import { utcTime } from '#lib/time/wall-time.ts';
import { checkName, checkTime, timeHint } from './checks.ts';
import { dueAt } from './form.ts';

describe('checkName', () => {
	it.each(['Ada', '  Ada  ', 'أمينة بنعلي', '🙂'.repeat(80)])('accepts %s', (name) =>
		expect(checkName(name)).toBeNull(),
	);
	it.each([
		['', 'Enter the customer’s name.'],
		['   ', 'Enter the customer’s name.'],
		['x'.repeat(81), 'Too long: 81 characters. Use at most 80.'],
		['a\u0007b', 'The name contains a character that cannot be displayed. Type it again.'],
		['Ada\r\nBerg', 'The name contains a line break. Write it on one line.'],
	])('rejects %j', (name, words) => expect(checkName(name)).toBe(words));
});

describe('the time field', () => {
	const own = process.env.TZ;
	beforeEach(() => void (process.env.TZ = 'Europe/Berlin'));
	afterEach(() => {
		if (own === undefined) delete process.env.TZ;
		else process.env.TZ = own;
	});
	const place = { locale: 'en-GB', zone: 'Europe/Berlin' };
	const now = Date.parse('2026-10-01T12:00:00.000Z');
	const hint = (text: string): string => timeHint(text, localTime(text), now, place);

	it('rejects an incomplete time', () => {
		expect(checkTime('')).toBe('Choose a date and a time.');
		expect(checkTime('', { isPartial: true })).toBe('The time is incomplete. Enter day, month, year, hour and minute.');
		expect(checkTime('2026-11-22T15:30')).toBeNull();
		expect(checkTime('2026-02-30T15:30')).toBe('Not a valid time. Write it as 2026-11-22T15:30.');
	});
	it('[D70] rejects a time that the clocks skip, unless the field is in UTC', () => {
		const words = '02:30 does not exist that day: the clocks skip it. Choose another time.';
		expect(checkTime('2027-03-28T02:30')).toBe(words);
		expect(checkTime('2027-03-28T02:30', { read: utcTime })).toBeNull();
		expect(dueAt({ when: 'pick', scheduledAt: '2027-03-28T02:30' }, now)).toBeNull();
		expect(dueAt({ when: 'pick', scheduledAt: '2027-03-28T02:30' }, now, utcTime)).toBe('2027-03-28T02:30:00.000Z');
	});
	it('[D70] says which of two moments it uses when a time occurs twice', () => {
		expect(hint('2026-10-25T02:30')).toBe('02:30 occurs twice that day. The first one is used, UTC+2.');
		expect(hint('2026-10-25T03:00')).toBe('');
	});
	it('says that a call with a past time starts at once', () => {
		expect(hint('2026-10-01T13:59')).toBe('This time has passed. The call starts at once.');
		expect(hint('0202-10-01T13:59')).toBe('This time has passed. The call starts at once.');
		expect(hint('2026-10-01T14:01')).toBe('');
	});
	it('rejects times from the year 10000 on, in UTC', () => {
		expect(checkTime('9999-12-31T23:59')).toBeNull();
		expect(checkTime('12026-11-22T15:30')).toBe('Choose a time before the year 10000.');
		process.env.TZ = 'America/New_York';
		expect(checkTime('9999-12-31T23:59')).toBe('Choose a time before the year 10000.');
	});
});
