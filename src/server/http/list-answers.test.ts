import { expect, it } from 'vitest';
import type { CallPage, CallQuery } from '#contract';
import { createListCache } from './list-answers.ts';

/** A list cache over a fake that counts its reads in `state.reads`. `state.fails` makes reads fail. */
function lists() {
	const state = { change: 1, indexedTo: 0, reads: 0, fails: false };
	const answers = createListCache({
		position: () => {
			const { change, indexedTo } = state;
			return Promise.resolve({ epoch: 'a', seq: 9, change, at: 0, prunedSeq: 0, indexedTo });
		},
		list: () => {
			state.reads++;
			if (state.fails) return Promise.reject(new Error('locked'));
			const page: CallPage = { calls: [], nextPage: null, previousPage: null, cursor: `a.${state.change}` };
			return Promise.resolve(page);
		},
	});
	return { state, answers };
}

it('[R76] a list is read again only after a change', async () => {
	const { state, answers } = lists();
	const query: CallQuery = { status: ['FAILED'], limit: 5 };
	const first = await answers(query);
	expect(await answers({ limit: 5, status: ['FAILED'] })).toBe(first);
	expect(state.reads).toBe(1);
	state.change = 2;
	expect(String(await answers(query))).toContain('"cursor":"a.2"');
	expect(state.reads).toBe(2);
});

it('[TX25] a list is read again once the search index has folded more names', async () => {
	const { state, answers } = lists();
	await answers({ q: 'soren' });
	state.indexedTo = 1;
	await answers({ q: 'soren' });
	expect(state.reads).toBe(2);
});

it('[R76] a failed read is not remembered', async () => {
	const { state, answers } = lists();
	state.fails = true;
	await expect(answers({})).rejects.toThrow('locked');
	state.fails = false;
	expect(String(await answers({}))).toContain('"cursor":"a.1"');
});

it('[R76] only the last used lists are remembered', async () => {
	const { state, answers } = lists();
	for (let limit = 1; limit <= 100; limit++) {
		await answers({ limit });
		await answers({ limit: 1 });
	}
	expect(state.reads).toBe(100);
	await answers({ limit: 50 });
	expect(state.reads).toBe(101);
});
