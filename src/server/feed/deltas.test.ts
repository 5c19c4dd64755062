import { expect, it } from 'vitest';
import { createDeltas } from './deltas.ts';

const wanted = (): boolean => true;

function counting() {
	const reads: unknown[] = [];
	const deltas = createDeltas((cursor) => {
		reads.push(cursor);
		if (cursor === 'a.13') return Promise.reject(new Error('13'));
		return Promise.resolve({ mode: 'delta', cursor: 'a.99', changes: [] });
	});
	return { deltas, reads };
}

it('[F80] a place is read once for all that stand there, and gives all the same', async () => {
	const { deltas, reads } = counting();
	const found = await Promise.all(Array.from({ length: 1_000 }, (_, i) => deltas.of(`a.${i % 2}`, wanted)));
	expect(reads).toEqual(['a.0', 'a.1']);
	expect(new Set(found).size).toBe(2);
});

it('[F80] it is read anew after a commit', async () => {
	const { deltas, reads } = counting();
	await deltas.of('a.1', wanted);
	deltas.forget();
	await deltas.of('a.1', wanted);
	expect(reads).toEqual(['a.1', 'a.1']);
});

it('[F80] what is no cursor is one place', async () => {
	const { deltas, reads } = counting();
	await Promise.all([undefined, null, 'nonsense', 7, {}].map((cursor) => deltas.of(cursor, wanted)));
	expect(reads).toHaveLength(1);
});

it('[F80] a reading that failed is told to those who wait for it, and is made again for the next', async () => {
	const { deltas, reads } = counting();
	await expect(deltas.of('a.13', wanted)).rejects.toThrow('13');
	await expect(deltas.of('a.13', wanted)).rejects.toThrow('13');
	await deltas.of('a.1', wanted);
	expect(reads).toEqual(['a.13', 'a.13', 'a.1']);
});

it('[F80] few places are kept', async () => {
	const { deltas, reads } = counting();
	for (let i = 0; i < 20; i++) await deltas.of(`b.${i}`, wanted);
	await deltas.of('b.0', wanted);
	expect(reads).toHaveLength(21);
});

it('[F80] two places are not read in one turn of the event loop', async () => {
	const { deltas, reads } = counting();
	const [first, second] = [deltas.of('a.1', wanted), deltas.of('a.2', wanted)];
	await first;
	expect(reads).toEqual(['a.1']);
	await second;
});

it('[F80] is not read for who has gone meanwhile', async () => {
	const { deltas, reads } = counting();
	let there = true;
	const [first, gone] = [deltas.of('a.1', wanted), deltas.of('a.2', () => there)];
	there = false;
	expect(await gone).toBeNull();
	await first;
	expect(reads).toEqual(['a.1']);
	expect(await deltas.of('a.2', wanted)).not.toBeNull();
});

it('[F80] who has no place waits for none', async () => {
	let release!: () => void;
	const released = new Promise<void>((resolve) => (release = resolve));
	const deltas = createDeltas(async (cursor) => {
		if (cursor !== undefined) await released;
		return { mode: 'delta', cursor: 'a.99', changes: [] };
	});
	const slow = deltas.of('a.1', wanted);
	await deltas.of(undefined, wanted);
	release();
	await slow;
});
