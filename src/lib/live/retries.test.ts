import { expect, it } from 'vitest';
import { waitBefore, waitForSocket } from './retries.ts';

it('each connection attempt waits longer, up to 5 s, and half of the delay is random', () => {
	expect([0, 1, 2, 3, 4, 1_000].map((n) => waitBefore(n, 1))).toEqual([500, 1_000, 2_000, 4_000, 5_000, 5_000]);
	expect(waitBefore(0, 0)).toBe(250);
});

it('a tab on the event stream retries the socket after 15 to 30 s', () => {
	expect([0, 1].map(waitForSocket)).toEqual([15_000, 30_000]);
});
