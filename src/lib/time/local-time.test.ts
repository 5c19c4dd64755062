import { afterEach, describe, expect, it } from 'vitest';
import { localTime } from './local-time.ts';

const own = process.env.TZ;
afterEach(() => {
	if (own === undefined) delete process.env.TZ;
	else process.env.TZ = own;
});

/** Reads a text as a browser in this zone would. Node applies a changed `TZ` at once. */
function readIn(zone: string, text: string): string | null {
	process.env.TZ = zone;
	expect(Intl.DateTimeFormat().resolvedOptions().timeZone).toBe(zone);
	const read = localTime(text);
	if (read === null) return null;
	return 'missing' in read ? 'missing' : `${read.at.toISOString()}${read.twice ? ' twice' : ''}`;
}

describe('[D70] a local time', () => {
	it.each([
		['Europe/Berlin', '2027-03-28T01:59', '2027-03-28T00:59:00.000Z'],
		['Europe/Berlin', '2027-03-28T02:00', 'missing'],
		['Europe/Berlin', '2027-03-28T02:30', 'missing'],
		['Europe/Berlin', '2027-03-28T02:59', 'missing'],
		['Europe/Berlin', '2027-03-28T03:00', '2027-03-28T01:00:00.000Z'],
		['Europe/Berlin', '2026-10-25T02:30', '2026-10-25T00:30:00.000Z twice'],
		['Europe/Berlin', '2026-10-25T03:00', '2026-10-25T02:00:00.000Z'],
		['America/New_York', '2027-03-14T02:30', 'missing'],
		['America/New_York', '2027-11-07T01:30', '2027-11-07T05:30:00.000Z twice'],
		// The clocks skip an hour next to midnight, or show it twice.
		['America/Santiago', '2027-09-05T00:30', 'missing'],
		['America/Santiago', '2027-04-03T23:30', '2027-04-04T02:30:00.000Z twice'],
		['Africa/Cairo', '2027-04-30T00:30', 'missing'],
		['Asia/Beirut', '2027-03-28T00:30', 'missing'],
		['America/Sao_Paulo', '2018-11-04T00:00', 'missing'],
		['America/Havana', '2027-11-07T00:30', '2027-11-07T04:30:00.000Z twice'],
		// The clocks shift by half an hour.
		['Australia/Lord_Howe', '2027-10-03T02:15', 'missing'],
		['Australia/Lord_Howe', '2027-10-03T02:30', '2027-10-02T15:30:00.000Z'],
		['Australia/Lord_Howe', '2027-04-04T01:45', '2027-04-03T14:45:00.000Z twice'],
		// A zone that skips a whole day, zones that never shift, and years at the limits.
		['Pacific/Apia', '2011-12-30T12:00', 'missing'],
		['Asia/Tokyo', '2027-03-28T02:30', '2027-03-27T17:30:00.000Z'],
		['UTC', '2027-03-28T02:30', '2027-03-28T02:30:00.000Z'],
		['UTC', '0050-01-01T00:00', '0050-01-01T00:00:00.000Z'],
		['Europe/Berlin', '9999-12-31T23:59', '9999-12-31T22:59:00.000Z'],
	])('in %s %s is %s', (zone, text, moment) => expect(readIn(zone, text)).toBe(moment));

	it.each(['', 'soon', '2027-03-28', '2027-02-30T10:00', '2027-13-01T10:00', '2027-03-28T24:00', '12027-03-28T02:30'])(
		'%j is not a time',
		(text) => expect(readIn('Europe/Berlin', text)).toBeNull(),
	);
});
