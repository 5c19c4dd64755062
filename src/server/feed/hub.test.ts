import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HEAD_EVERY_MS, type Changes, type Head, type Sync } from '#contract';
import { callRow } from '#tests/support/call-row.ts';
import type { Committed } from '../calls/writer.ts';
import { createHub } from './hub.ts';

beforeEach(
	() =>
		void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] }),
);
afterEach(() => void vi.useRealTimers());

const commit = (previous: number, change: number): Committed => ({
	changes: [{ seq: change, type: 'updated', call: callRow({ id: `call-${change}`, seq: change }) }],
	previous,
	position: { seq: change, change, at: 0 },
	touched: [],
});

function opened() {
	let inDatabase = 10;
	let reads = 0;
	/** Runs when a delta was read but not yet delivered. */
	let afterRead = (): void => undefined;
	const errors: unknown[] = [];
	const hub = createHub({
		position: { epoch: 'a', seq: 10, change: 10, at: 0, prunedSeq: 0, indexedTo: 0 },
		positionNow: () => Promise.resolve({ change: inDatabase }),
		syncFrom: () => {
			const cursor = `a.${(reads++, inDatabase)}`;
			afterRead();
			return Promise.resolve({ mode: 'delta', cursor, changes: [] });
		},
		version: 'test',
		now: () => 0,
		onError: (error: unknown) => errors.push(error),
	});
	const [frames, heads]: [Changes[], Head[]] = [[], []];
	const resets: Sync[] = [];
	hub.open({
		changes: (frame) => frames.push(frame),
		head: (head) => heads.push(head),
		reset: (sync) => resets.push(sync),
	});
	return {
		hub,
		frames,
		heads,
		resets,
		errors,
		reads: () => reads,
		afterRead: (then: () => void) => (afterRead = then),
		committed: (previous: number, change: number, publish = true) => {
			inDatabase = change;
			if (publish) hub.publish(commit(previous, change));
		},
		async beat() {
			await vi.advanceTimersByTimeAsync(HEAD_EVERY_MS);
			await new Promise(setImmediate);
			await new Promise(setImmediate);
		},
	};
}
const placesOf = (frames: readonly Changes[]): string[] =>
	frames.map(({ previous, cursor }) => `${previous} ${cursor}`);

describe('the hub', () => {
	it('[F11] a client whose delta is overtaken by a commit gets a newer delta', async () => {
		const { hub, committed, afterRead, frames, reads } = opened();
		afterRead(() => {
			if (reads() === 1) committed(10, 11);
		});
		const syncs: string[] = [];
		await hub.withSync(
			'a.1',
			() => true,
			({ cursor }) => syncs.push(cursor),
		);
		// The frame was sent to the transports that were already open.
		expect([syncs, placesOf(frames)]).toEqual([['a.11'], ['a.10 a.11']]);
		hub.close();
	});

	it('[F11] a client that joins gets no gathered change a second time: the changes leave before its sync', async () => {
		const { hub, committed, frames } = opened();
		committed(10, 11);
		committed(11, 12); // gathered, because the first frame is just out
		const framesBefore: string[][] = [];
		await hub.withSync(
			'a.1',
			() => true,
			({ cursor }) => framesBefore.push([cursor, ...placesOf(frames)]),
		);
		expect(framesBefore).toEqual([['a.12', 'a.10 a.11', 'a.11 a.12']]);
		await vi.advanceTimersByTimeAsync(1_000);
		expect(frames).toHaveLength(2);
		hub.close();
	});

	it('[F81] starts a new frame if another process committed between two commits', () => {
		const { hub, frames } = opened();
		hub.publish(commit(10, 11));
		hub.publish(commit(11, 12));
		hub.publish(commit(12, 13));
		hub.publish(commit(15, 16));
		hub.close();
		expect(placesOf(frames)).toEqual(['a.10 a.11', 'a.11 a.13', 'a.15 a.16']);
	});

	it('[F82] sends a head with the position of the database, even if another process wrote the last change', async () => {
		const { heads, committed, beat, hub, reads } = opened();
		committed(10, 11);
		await beat();
		await hub.withSync(
			'a.1',
			() => true,
			() => undefined,
		);
		committed(11, 14, false);
		await beat();
		await hub.withSync(
			'a.1',
			() => true,
			() => undefined,
		);
		expect(heads.map(({ cursor }) => cursor)).toEqual(['a.11', 'a.14']);
		expect(reads()).toBe(2);
		hub.close();
	});

	it('[CL7] sends calls deleted without tombstones as one reset, together with the gathered changes', () => {
		const { hub, frames, resets } = opened();
		const purged: Committed = { ...commit(12, 13), changes: [{ seq: 13, type: 'purged', ids: ['a', 'b'] }] };
		hub.publish(commit(10, 11));
		hub.publish(commit(11, 12));
		hub.publish(purged);
		hub.publish(commit(13, 14));
		hub.close();
		expect(placesOf(frames)).toEqual(['a.10 a.11']);
		expect(resets).toEqual([{ mode: 'reset', cursor: 'a.14', changes: [], version: 'test' }]);
	});

	it('[CL7] sends at most one reset a second, always the last one, and holds other changes until then', async () => {
		const { hub, frames, heads, resets, beat } = opened();
		const purge = (change: number): void =>
			hub.publish({ ...commit(change - 1, change), changes: [{ seq: change, type: 'purged', ids: [] }] });
		const cursors = (): string[] => resets.map(({ cursor }) => cursor);
		purge(11);
		expect(cursors()).toEqual(['a.11']);
		for (let change = 12; change < 60; change++) {
			await vi.advanceTimersByTimeAsync(50);
			if (change % 10 === 0) hub.publish(commit(change - 1, change));
			else purge(change);
		}
		expect(cursors()).toEqual(['a.11', 'a.30', 'a.50']);
		expect(frames).toEqual([]);
		await beat();
		expect(cursors()).toEqual(['a.11', 'a.30', 'a.50', 'a.59']);
		expect(heads.map(({ cursor }) => cursor)).toEqual(['a.59']);
		hub.publish(commit(59, 60));
		expect(placesOf(frames)).toEqual(['a.59 a.60']);
		purge(61);
		purge(62);
		hub.close();
		expect(cursors().at(-1)).toBe('a.62');
	});

	it('[CL7] sends no head while a reset waits', async () => {
		const { hub, heads, resets, committed } = opened();
		const purge = (change: number): void =>
			hub.publish({ ...commit(change - 1, change), changes: [{ seq: change, type: 'purged', ids: [] }] });
		await vi.advanceTimersByTimeAsync(HEAD_EVERY_MS - 500);
		purge(11);
		purge(12);
		committed(12, 13);
		await vi.advanceTimersByTimeAsync(499);
		await vi.advanceTimersByTimeAsync(1);
		await new Promise(setImmediate);
		await new Promise(setImmediate);
		expect([heads, resets.length]).toEqual([[], 1]);
		await vi.advanceTimersByTimeAsync(600);
		expect(resets.map(({ cursor }) => cursor)).toEqual(['a.11', 'a.13']);
		hub.close();
	});

	it('[F83] sends a frame to the other transports if one fails', () => {
		const { hub, errors } = opened();
		const later: Changes[] = [];
		hub.open({
			changes: () => {
				throw new Error('broken');
			},
			head: () => undefined,
			reset: () => undefined,
		});
		hub.open({ changes: (frame) => later.push(frame), head: () => undefined, reset: () => undefined });
		hub.publish(commit(10, 11));
		expect([placesOf(later), errors.length]).toEqual([['a.10 a.11'], 1]);
		hub.close();
	});
});
