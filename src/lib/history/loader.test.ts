import { expect, it } from 'vitest';
import type { CallPage } from '#contract';
import type { Reply } from '#lib/api/api.ts';
import { Board } from './board.svelte.ts';
import { exampleCalls, exampleView } from './example.ts';
import { Loader, type Needs } from './loader.svelte.ts';

const LIST = 50_000;
const further: CallPage = {
	calls: exampleCalls(LIST - 50, LIST - 349),
	nextPage: 'm',
	previousPage: 'p',
	cursor: `a.${LIST}`,
};
const ofAnotherLife: CallPage = { calls: [], nextPage: null, previousPage: null, cursor: 'b.1' };

/** Creates a loader whose reader sees the end of the first page. */
function reading(needs: Partial<Needs> & Pick<Needs, 'page'>): { board: Board; loader: Loader } {
	const board = new Board();
	board.show(exampleView(LIST));
	const loader = new Loader(board, {
		reload: () => Promise.resolve(),
		active: () => true,
		seen: () => [30, 50],
		down: () => true,
		speed: () => 0,
		kept: () => [],
		isNear: () => true,
		loaded: () => undefined,
		...needs,
	});
	return { board, loader };
}

it('[D58] the loader checks for missing pages again after the list was reloaded', async () => {
	const pages = [ofAnotherLife, further];
	const { board, loader } = reading({
		page: () => Promise.resolve({ ok: pages.shift()! }),
		async reload() {
			board.show(exampleView(LIST));
			// The page calls `load` for the new list, while the load that requested the reload is still under way.
			expect(await loader.load()).toBe(false);
		},
	});
	await loader.load();
	expect(board.count).toBe(350);
});

it('[D59] a page that arrives after the user left the list is ignored', async () => {
	const done: string[] = [];
	let active = true;
	let come = (reply: Reply<CallPage>): unknown => reply;
	const { board, loader } = reading({
		page: () => new Promise((resolve) => (come = resolve)),
		reload: () => Promise.resolve(done.push('reload')),
		active: () => active,
		isNear: () => done.push('looked') > 0,
		loaded: () => done.push('loaded'),
	});
	for (const page of [further, ofAnotherLife]) {
		active = true;
		const loading = loader.load();
		active = false;
		come({ ok: page });
		await loading;
	}
	expect([done, board.count, loader.failure]).toEqual([['looked', 'looked'], 50, null]);
});
