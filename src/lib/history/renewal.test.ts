import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Board } from './board.svelte.ts';
import { exampleView } from './example.ts';
import { Renewal } from './renewal.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Shows a list whose loads take 300 ms and fail if `comes` is false. `began` records when each load began. */
function shown() {
	const board = new Board();
	board.show(exampleView(1_000));
	const start = Date.now();
	const began: number[] = [];
	const around = { comes: true, shows: true, following: Promise.resolve() };
	const renewal = new Renewal(board, {
		reached: () => Promise.resolve(),
		navigated: () => around.following,
		shows: () => around.shows,
		async load() {
			began.push(Date.now() - start);
			await new Promise((done) => setTimeout(done, 300));
			if (around.comes) board.show(exampleView(1_000));
		},
	});
	return { board, around, renewal, began };
}

it('[D60] one load runs at a time, and requests during it share one more load after a pause', async () => {
	const { renewal, began } = shown();
	const first = renewal.ask();
	await vi.advanceTimersByTimeAsync(100);
	const all = Array.from({ length: 300 }, () => renewal.ask());
	await vi.advanceTimersByTimeAsync(10_000);
	expect(began).toEqual([0, 2_000]);
	expect(await Promise.all([first, ...all])).toEqual(Array.from({ length: 301 }, () => true));
});

it('[D59] a list that the user leaves by a link is not loaded, and the caller learns it', async () => {
	const { around, renewal, board, began } = shown();
	let arrive = (): void => undefined;
	around.following = new Promise((resolve) => (arrive = resolve));
	const asked = renewal.ask();
	await vi.advanceTimersByTimeAsync(100);
	around.shows = false;
	arrive();
	expect(await asked).toBe(false);
	expect([began, board.again]).toEqual([[], false]);
});

it('[D59] the caller of a load that a link overtakes learns that the list was left', async () => {
	const { around, renewal } = shown();
	around.comes = false;
	const told: boolean[] = [];
	void renewal.ask().then((isHere) => told.push(isHere));
	await vi.advanceTimersByTimeAsync(100);
	let arrive = (): void => undefined;
	around.following = new Promise((resolve) => (arrive = resolve));
	await vi.advanceTimersByTimeAsync(1_000);
	expect(told).toEqual([]);
	around.shows = false;
	arrive();
	await vi.advanceTimersByTimeAsync(0);
	expect(told).toEqual([false]);
});

it('[D58] a failed load leaves no mark that makes the next list look like a reload', async () => {
	const { around, renewal, board } = shown();
	const asked = renewal.ask();
	await vi.advanceTimersByTimeAsync(100);
	expect(board.again).toBe(true);
	await vi.advanceTimersByTimeAsync(300);
	// `again` says that the new list is a reload. The scroller resets `again` when it shows the list.
	expect([await asked, board.again]).toEqual([true, true]);
	board.again = around.comes = false;
	void renewal.ask();
	await vi.advanceTimersByTimeAsync(10_000);
	expect(board.again).toBe(false);
});

it('nothing loads after stop, and no caller waits', async () => {
	const { renewal, began } = shown();
	const asked = renewal.ask();
	renewal.stop();
	await vi.advanceTimersByTimeAsync(5_000);
	expect([await asked, await renewal.ask(), began]).toEqual([false, false, []]);
});
