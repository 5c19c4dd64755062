import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Stats } from '#contract';
import { createStatsBroadcast } from './figures.ts';

const statsWith = (pending: number): Stats => ({
	byStatus: { PENDING: pending, COMPLETED: 0, FAILED: 0 },
	byWorkflow: { SUPPORT: pending, SALES: 0, REMINDER: 0 },
	perMinute: [],
	timeToTerminalMs: null,
});

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('[F91] the stats are broadcast at most once a second, and only if they changed', async () => {
	let pending = 0;
	const broadcasts: [at: number, pending: number][] = [];
	const began = performance.now();
	const { committed, close } = createStatsBroadcast({
		stats: () => Promise.resolve(statsWith(pending)),
		toAll: ({ byStatus }) => broadcasts.push([performance.now() - began, byStatus.PENDING]),
		toOne: () => undefined,
		onError: (error) => {
			throw error;
		},
	});
	const change = { changes: [{ seq: 1, type: 'deleted' as const, id: 'a' }] };
	for (let i = 0; i < 25; i++) {
		pending++;
		committed(change);
		await vi.advanceTimersByTimeAsync(100);
	}
	await vi.advanceTimersByTimeAsync(1_000);
	expect(broadcasts).toEqual([
		[0, 1],
		[1_000, 10],
		[2_000, 20],
		[3_000, 25],
	]);
	committed(change);
	await vi.advanceTimersByTimeAsync(5_000);
	expect(broadcasts).toHaveLength(4);
	close();
	pending++;
	committed(change);
	await vi.advanceTimersByTimeAsync(120_000);
	expect(broadcasts).toHaveLength(4);
});
