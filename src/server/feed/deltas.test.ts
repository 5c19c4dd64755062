import { expect, it } from 'vitest';
import { createSyncCache } from './deltas.ts';

const wanted = (): boolean => true;

function counting() {
	const reads: unknown[] = [];
	const syncCache = createSyncCache((cursor) => {
		reads.push(cursor);
		if (cursor === 'a.13') return Promise.reject(new Error('13'));
		return Promise.resolve({ mode: 'delta', cursor: 'a.99', changes: [] });
	});
	return { syncCache, reads };
}

it('[F80] a delta is read once for all clients at the same cursor', async () => {
	const { syncCache, reads } = counting();
	const found = await Promise.all(Array.from({ length: 1_000 }, (_, i) => syncCache.of(`a.${i % 2}`, wanted)));
	expect(reads).toEqual(['a.0', 'a.1']);
	expect(new Set(found).size).toBe(2);
});

it('[F80] a delta is read again after a commit', async () => {
	const { syncCache, reads } = counting();
	await syncCache.of('a.1', wanted);
	syncCache.invalidate();
	await syncCache.of('a.1', wanted);
	expect(reads).toEqual(['a.1', 'a.1']);
});

it('[F80] all malformed cursors share one delta', async () => {
	const { syncCache, reads } = counting();
	await Promise.all([undefined, null, 'nonsense', 7, {}].map((cursor) => syncCache.of(cursor, wanted)));
	expect(reads).toHaveLength(1);
});

it('[F80] a failed read rejects every client that waits for it, and the next client reads again', async () => {
	const { syncCache, reads } = counting();
	await expect(syncCache.of('a.13', wanted)).rejects.toThrow('13');
	await expect(syncCache.of('a.13', wanted)).rejects.toThrow('13');
	await syncCache.of('a.1', wanted);
	expect(reads).toEqual(['a.13', 'a.13', 'a.1']);
});

it('[F80] only a few deltas are kept', async () => {
	const { syncCache, reads } = counting();
	for (let i = 0; i < 20; i++) await syncCache.of(`b.${i}`, wanted);
	await syncCache.of('b.0', wanted);
	expect(reads).toHaveLength(21);
});

it('[F80] the deltas of two cursors are read in two turns of the event loop', async () => {
	const { syncCache, reads } = counting();
	const [first, second] = [syncCache.of('a.1', wanted), syncCache.of('a.2', wanted)];
	await first;
	expect(reads).toEqual(['a.1']);
	await second;
});

it('[F80] no delta is read for a client that has disconnected', async () => {
	const { syncCache, reads } = counting();
	let there = true;
	const [first, gone] = [syncCache.of('a.1', wanted), syncCache.of('a.2', () => there)];
	there = false;
	expect(await gone).toBeNull();
	await first;
	expect(reads).toEqual(['a.1']);
	expect(await syncCache.of('a.2', wanted)).not.toBeNull();
});

it('[F80] a client without a cursor does not wait for a read', async () => {
	let release!: () => void;
	const released = new Promise<void>((resolve) => (release = resolve));
	const syncCache = createSyncCache(async (cursor) => {
		if (cursor !== undefined) await released;
		return { mode: 'delta', cursor: 'a.99', changes: [] };
	});
	const slow = syncCache.of('a.1', wanted);
	await syncCache.of(undefined, wanted);
	release();
	await slow;
});
