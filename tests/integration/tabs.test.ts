import { io } from 'socket.io-client';
import { expect, it, onTestFinished } from 'vitest';
import type { Call } from '#contract';
import { Board } from '#lib/history/board.svelte.ts';
import { loaded } from '#lib/history/extent.ts';
import { Feed } from '#lib/live/feed.svelte.ts';
import { startApp, type TestApp } from '#tests/support/app.ts';
import { SOON } from '#tests/support/soon.ts';

/** Opens a tab without a screen: the page's own feed and board over a real socket. Returns a reader of its rows. */
async function openBoard(app: TestApp): Promise<() => Call[]> {
	const board = new Board();
	const page = await app.list();
	const pending = page.calls.filter(({ status }) => status === 'PENDING').length;
	const at = new Date().toISOString();
	board.show({ page, query: {}, back: false, shareBefore: 0, total: page.calls.length, pending, at });
	const feed = new Feed(
		'',
		{
			apply: (changes) => void board.apply(changes),
			reload: (cursor) => expect.fail(`The list was to be reloaded at ${cursor}.`),
			heard: () => undefined,
			figures: (stats) => board.told(stats),
		},
		{
			socketIo: () => Promise.resolve((options) => io(app.url, { ...options, forceNew: true })),
			onWake: () => () => undefined,
			chance: Math.random,
		},
	);
	feed.adopt(page.cursor);
	onTestFinished(feed.start());
	return () => [...loaded(board.extent)].map(([, call]) => call);
}

it('[D12] ten tabs of one history have the same rows, whenever they were opened', async () => {
	const app = await startApp();
	const tabs: (() => Call[])[] = [];
	const names = ['Lena', 'Mira', 'Nils', 'Olga', 'Pia'];
	// Two tabs before each call, so that most tabs receive some calls with their list and the others by push.
	for (const customerName of names) {
		tabs.push(await openBoard(app), await openBoard(app));
		await app.create({ customerName });
	}
	for (const rows of tabs)
		await expect.poll(() => rows().map(({ status }) => status), SOON).toEqual(names.map(() => 'COMPLETED'));
	const { calls } = await app.list();
	expect(calls.map(({ customerName }) => customerName)).toEqual(names.toReversed());
	for (const rows of tabs) expect(rows()).toEqual(calls);
});
