import { validate, version } from 'uuid';
import { afterEach, expect, it, vi } from 'vitest';
import { newId } from './ids.ts';

afterEach(() => void vi.useRealTimers());

it('ids are distinct UUIDs of version 7 that rise, also within a millisecond and after the clock was set back', () => {
	vi.useFakeTimers({ now: Date.parse('2026-11-22T12:00:00Z') });
	const ids = Array.from({ length: 2_000 }, (_, i) => {
		if (i === 700) vi.advanceTimersByTime(3);
		if (i === 1_400) vi.setSystemTime(Date.parse('2026-11-22T11:00:00Z'));
		return newId();
	});
	expect(ids.every((id) => validate(id) && version(id) === 7)).toBe(true);
	expect(new Set(ids).size).toBe(2_000);
	expect(ids.toSorted()).toEqual(ids);
	// The part after the time and the counter is random.
	expect(new Set(ids.map((id) => id.slice(24))).size).toBe(2_000);
});
