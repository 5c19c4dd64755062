import { expect, it } from 'vitest';
import type { CallQuery } from '#contract';
import { createAnchors } from '#server/calls/at.ts';
import { pageStartOf } from '#server/calls/page.ts';
import { startApp, problemOf, temporaryFolder } from '#tests/support/app.ts';
import { openTestDatabase } from '#tests/support/database.ts';
import { APART_MS, fillHistory, idOf, NEWEST_AT } from '#tests/support/history.ts';

const CALLS = 3_000;

it('[R19] the pages find a place in the list by day, time, call or share, and its end, in both orders', async () => {
	const url = `file:${await temporaryFolder()}/audena.db`;
	await fillHistory(url, CALLS);
	const places = createAnchors(await openTestDatabase(url));
	/** Returns the number of the first call at this place of the list: null for the beginning, 'end' for the end. */
	const first = async (at: string, order: CallQuery['order'] = 'newest'): Promise<number | null | 'end'> => {
		const token = await places.tokenAt({ order }, at);
		const place = token === null ? null : pageStartOf({ order, page: token });
		return place && (place.back ? 'end' : order === 'oldest' ? place.n + 1 : place.n - 1);
	};
	const time = (n: number, ms = 0): string => new Date(NEWEST_AT - (CALLS - n) * APART_MS + ms).toISOString();

	for (const [at, newest, oldest] of [
		['end', 'end', 'end'],
		[time(1_000), 1_000, 1_000],
		[time(1_000, 1), 1_000, 1_001],
		[time(1_000).replace('Z', '+00:00'), 1_000, 1_000],
		['2026-11-19', 2_279, 840],
		[idOf(1_000), 1_000, 1_000],
		['2020-01-01', 'end', null],
		['2030-01-01', null, 'end'],
		[idOf(CALLS), null, CALLS],
		['0', null, null],
		['0.5', 1_501, 1_501],
	] as const)
		expect([at, await first(at), await first(at, 'oldest')]).toEqual([at, newest, oldest]);
	// The id of a deleted call still has its creation time. This id is older than all calls.
	expect(await first('00000000-0000-7000-8000-000000000000')).toBe('end');
	for (const at of ['yesterday', '2026-13-01', '2026-02-30', '1.5', '2026-11-19T10:00:00'])
		await expect(places.tokenAt({}, at)).rejects.toThrow('The date is invalid.');

	const token = await places.tokenAt({}, idOf(1_500));
	expect(await places.shareBefore({ page: token! })).toBeCloseTo(0.5, 2);
	expect(await places.shareBefore({ page: token!, status: ['FAILED'] })).toBeNull();
});

it('[R19] the REST API has no `at` parameter', async () => {
	const app = await startApp();
	expect(problemOf(await app.api('GET', '/api/calls?at=end'))).toEqual([400, 'unknown_parameter']);
});
