import { describe, expect, it } from 'vitest';
import { timeOf } from './time.ts';

describe('the time of a cell', () => {
	it.each([
		['2099-01-01T10:00:00Z', '2099-01-01T10:00:00.000Z'],
		['2099-01-01t10:00z', '2099-01-01T10:00:00.000Z'],
		['2099-01-01 10:00:00.250+02:00', '2099-01-01T08:00:00.250Z'],
		['2099-01-01T10:00:00.1234567-0330', '2099-01-01T13:30:00.123Z'],
		['2099-01-01 10:00 +02:00', '2099-01-01T08:00:00.000Z'],
		['2099-01-01 10:00 UTC', '2099-01-01T10:00:00.000Z'],
		['2027-03-28T02:30:00+01:00', '2027-03-28T01:30:00.000Z'],
		['2027-10-31T02:30:00+02:00', '2027-10-31T00:30:00.000Z'],
		['2099-01-01T24:00:00Z', '2099-01-02T00:00:00.000Z'],
		['2099-01-01T10:00:00+01', '2099-01-01T09:00:00.000Z'],
		['2099-01-01T10:00:00−05:00', '2099-01-01T15:00:00.000Z'],
		['2099-01-01T10:00:00–05', '2099-01-01T15:00:00.000Z'],
		['2099-01-01\u00a010:00Z', '2099-01-01T10:00:00.000Z'],
		['2099-01-01\u202f10:00\u00a0+0200', '2099-01-01T08:00:00.000Z'],
		['2099-01-01  10:00  UTC', '2099-01-01T10:00:00.000Z'],
		['2099‑01‑01T10:00Z', '2099-01-01T10:00:00.000Z'],
		['\u200e2099-01-01T10:00Z\u200e', '2099-01-01T10:00:00.000Z'],
	])('[I37] %s is %s', (text, at) => expect(timeOf(text)).toEqual({ at }));

	it.each([
		['2027-03-28T02:30', 'The time zone is missing.'],
		['2027-03-28 02:30', 'The time zone is missing.'],
		['2027-03-28T02:30:00', 'The time zone is missing.'],
		['2027-03-28T02:30:00+01:00[Europe/Berlin]', "Leave out the zone's name in brackets."],
		['2027-03-28', 'Day, month or time zone is unclear.'],
		['28/03/2027 02:30', 'Day, month or time zone is unclear.'],
		['03/04/2027 2:30 PM', 'Day, month or time zone is unclear.'],
		['28.03.2027 02:30', 'Day, month or time zone is unclear.'],
		['46474.104166', 'A spreadsheet has turned this time into a number.'],
		['46474,104166', 'A spreadsheet has turned this time into a number.'],
		['46474', 'A spreadsheet has turned this time into a number.'],
		['1806201000', 'Give a time with its zone'],
		['2099-02-29T10:00:00Z', 'This time does not exist.'],
		['2099-13-01T10:00:00Z', 'This time does not exist.'],
		['2099-01-01T25:00:00Z', 'This time does not exist.'],
		['2099-01-01T10:00:00+25:00', 'This time does not exist.'],
		['2099-01-01T10:00:60Z', 'This time does not exist.'],
		['2099-01-01T10:60Z', 'This time does not exist.'],
		['2099-01-01T30:00Z', 'This time does not exist.'],
		['2099-01-01T10:00:00+01:60', 'This time does not exist.'],
		['2099-01-01T24:00:01Z', 'This time does not exist.'],
		['2099-01-01\u00a010:00', 'The time zone is missing.'],
		['2099-01-01T9:00Z', 'Give a time with its zone'],
		['2099-01-01 9:00 Z', 'Give a time with its zone'],
		['2099-01-01T10:00:00+1', 'Give a time with its zone'],
		['tomorrow', 'Give a time with its zone'],
	])('[I37] %s is rejected with the fix', (text, error) => {
		expect(timeOf(text).error).toContain(error);
		expect(timeOf(text).error).toContain('2026-11-22T15:30:00Z');
	});
});
