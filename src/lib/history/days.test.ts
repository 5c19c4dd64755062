import { afterEach, expect, it } from 'vitest';
import { atOfDay, dayOf, missedDay, noneOf } from './days.ts';

const own = process.env.TZ;
afterEach(() => {
	if (own === undefined) delete process.env.TZ;
	else process.env.TZ = own;
});

it.each([
	// The clocks skip the hour after midnight, so the day begins at 1:00.
	['America/Santiago', '2027-09-05', '2027-09-05T04:00:00.000Z', 23],
	['Africa/Cairo', '2027-04-30', '2027-04-29T22:00:00.000Z', 23],
	['Asia/Beirut', '2027-03-28', '2027-03-27T22:00:00.000Z', 23],
	['America/Sao_Paulo', '2018-11-04', '2018-11-04T03:00:00.000Z', 23],
	// The hour before or after midnight occurs twice.
	['America/Santiago', '2027-04-03', '2027-04-03T03:00:00.000Z', 25],
	['America/Havana', '2027-11-07', '2027-11-07T04:00:00.000Z', 25],
	// The clocks change at another hour, or the zone skipped the day before.
	['Europe/Berlin', '2027-03-28', '2027-03-27T23:00:00.000Z', 23],
	['Australia/Lord_Howe', '2027-10-03', '2027-10-02T13:30:00.000Z', 23.5],
	['Pacific/Apia', '2011-12-31', '2011-12-30T10:00:00.000Z', 24],
])('[D72] in %s the day %s begins at %s and has %d hours', (zone, day, begins, hours) => {
	process.env.TZ = zone;
	const [first, last] = [atOfDay(day, false), atOfDay(day, true)];
	expect(first).toBe(begins);
	expect((Date.parse(last) + 1 - Date.parse(first)) / 3_600_000).toBe(hours);
	expect([dayOf(first), dayOf(last)]).toEqual([day, day]);
	expect(dayOf(Date.parse(first) - 1) < day).toBe(true);
});

it('[D72] a day that a zone skipped is named as requested', () => {
	process.env.TZ = 'Pacific/Apia';
	const place = { locale: 'en-GB', zone: 'Pacific/Apia' };
	const list = [{ createdAt: '2011-12-29T20:00:00.000Z' }];
	expect(noneOf('2011-12-30', list, true, place)).toBe('No calls on 30 Dec 2011. These are the calls before it.');
});

it('[D72] a year after 9999 is in the future, and the first possible date can be requested', () => {
	expect(missedDay('12026-10-01', false, '2026-10-01')).toBe(
		'This date is in the future. Choose today or an earlier date.',
	);
	expect(missedDay('0001-01-01', false, '2026-10-01')).toBeNull();
	for (const zone of ['Europe/Berlin', 'America/New_York']) {
		process.env.TZ = zone;
		for (const newestFirst of [true, false])
			expect(atOfDay('0001-01-01', newestFirst)).toMatch(
				/^0{3}[0-2]-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/,
			);
	}
});

it('the time in the address belongs to the chosen day, in both orders of the list', () => {
	for (const day of [
		'0001-01-02',
		'0099-12-31',
		'1970-01-01',
		'2026-10-01',
		'2026-03-29',
		'2026-10-25',
		'2024-02-29',
		'2026-12-31',
	])
		for (const newestFirst of [true, false]) expect(dayOf(atOfDay(day, newestFirst))).toBe(day);
});

it('a day ends one millisecond before the next one begins', () => {
	const [end, beginning] = [atOfDay('2026-10-01', true), atOfDay('2026-10-01', false)];
	expect(Date.parse(end) - Date.parse(beginning)).toBe(86_400_000 - 1);
});

it('[D55] the note for a day without calls says which calls are shown instead', () => {
	const place = { locale: 'en-GB', zone: 'UTC' };
	const list = (...days: string[]) => days.map((day) => ({ createdAt: `${day}T12:00:00.000Z` }));
	const newest = list('2026-10-03', '2026-10-01');
	expect(noneOf('1970-01-01', newest, true, place)).toBe('No calls before 1 Oct 2026. These are the oldest.');
	expect(noneOf('2026-10-03', newest, true, place)).toBe('');
	expect(noneOf('2026-10-04', newest, true, place)).toBe('No calls on 4 Oct 2026. These are the calls before it.');
	const oldest = list('2026-10-01', '2026-10-03');
	expect(noneOf('2026-10-09', oldest, false, place)).toBe('No calls after 3 Oct 2026. These are the newest.');
	expect(noneOf('2026-09-30', oldest, false, place)).toBe('No calls on 30 Sept 2026. These are the calls after it.');
	expect(noneOf('2026-10-01', [], true, place)).toBe('');
});
