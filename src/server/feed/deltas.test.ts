import { expect, it } from 'vitest';
import { createDeltas } from './deltas.ts';

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
	const found = await Promise.all(Array.from({ length: 1_000 }, (_, i) => deltas.of(`a.${i % 2}`)));
	expect(reads).toEqual(['a.0', 'a.1']);
	expect(new Set(found).size).toBe(2);
});

it('[F80] it is read anew after a commit', async () => {
	const { deltas, reads } = counting();
	await deltas.of('a.1');
	deltas.forget();
	await deltas.of('a.1');
	expect(reads).toEqual(['a.1', 'a.1']);
});

it('[F80] what is no cursor is one place', async () => {
	const { deltas, reads } = counting();
	await Promise.all([undefined, null, 'nonsense', 7, {}].map((cursor) => deltas.of(cursor)));
	expect(reads).toHaveLength(1);
});

it('[F80] a reading that failed is told to those who wait for it, and is made again for the next', async () => {
	const { deltas, reads } = counting();
	await expect(deltas.of('a.13')).rejects.toThrow('13');
	await expect(deltas.of('a.13')).rejects.toThrow('13');
	await deltas.of('a.1');
	expect(reads).toEqual(['a.13', 'a.13', 'a.1']);
});

it('[F80] few places are kept', async () => {
	const { deltas, reads } = counting();
	for (let i = 0; i < 20; i++) await deltas.of(`b.${i}`);
	await deltas.of('b.0');
	expect(reads).toHaveLength(21);
});

it('[F80] two places are not read in one turn of the event loop', async () => {
	const { deltas, reads } = counting();
	const [first, second] = [deltas.of('a.1'), deltas.of('a.2')];
	await first;
	expect(reads).toEqual(['a.1']);
	await second;
});
