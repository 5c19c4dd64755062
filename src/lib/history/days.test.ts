import { expect, it } from 'vitest';
import { atOfDay, dayOf, noneOf } from './days.ts';

it('a day of the reader is found again in what the address says, whichever way the list runs', () => {
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

it('the newest call of a day is in front of its end, the oldest not in front of its beginning', () => {
	const [end, beginning] = [atOfDay('2026-10-01', true), atOfDay('2026-10-01', false)];
	expect(Date.parse(end) - Date.parse(beginning)).toBe(86_400_000 - 1);
});

it('[D55] a day that has no calls is said, with what is shown instead', () => {
	const place = { locale: 'en-GB', zone: 'UTC' };
	const list = (...days: string[]) => days.map((day) => ({ createdAt: `${day}T12:00:00.000Z` }));
	const newest = list('2026-10-03', '2026-10-01');
	expect(noneOf('1970-01-01', newest, true, place)).toBe('Nothing before 1 Oct 2026. These are the oldest.');
	expect(noneOf('2026-10-03', newest, true, place)).toBe('');
	expect(noneOf('2026-10-04', newest, true, place)).toBe('Nothing on 4 Oct 2026. These came before it.');
	const oldest = list('2026-10-01', '2026-10-03');
	expect(noneOf('2026-10-09', oldest, false, place)).toBe('Nothing after 3 Oct 2026. These are the newest.');
	expect(noneOf('2026-09-30', oldest, false, place)).toBe('Nothing on 30 Sept 2026. These came after it.');
	expect(noneOf('2026-10-01', [], true, place)).toBe('');
});
