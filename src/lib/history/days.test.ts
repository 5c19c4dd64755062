import { expect, it } from 'vitest';
import { atOfDay, dayOf } from './days.ts';

it('a day of the reader is found again in what the address says, whichever way the list runs', () => {
	for (const day of ['2026-10-01', '2026-03-29', '2026-10-25', '2024-02-29', '2026-12-31'])
		for (const newestFirst of [true, false]) expect(dayOf(atOfDay(day, newestFirst))).toBe(day);
});

it('the newest call of a day is in front of its end, the oldest not in front of its beginning', () => {
	const [end, beginning] = [atOfDay('2026-10-01', true), atOfDay('2026-10-01', false)];
	expect(Date.parse(end) - Date.parse(beginning)).toBe(86_400_000 - 1);
});
