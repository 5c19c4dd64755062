import { afterEach, expect, it, vi } from 'vitest';
import { AGAIN_MS, Going, SILENT_MS } from './going.svelte.ts';

afterEach(() => void vi.useRealTimers());

/**
 * Creates a `Going` without a feed connection. `answers` says whether the server responds over HTTP, `went` lists
 * the completed navigations, and `rise` connects the feed.
 */
function away(answers: boolean) {
	const around = { isUp: false };
	const went: string[] = [];
	const going = new Going({ isUp: () => around.isUp, answers: () => Promise.resolve(answers) });
	const go = (to: string, wish?: 'place'): Promise<void> =>
		going.go(() => {
			went.push(to);
			return Promise.resolve();
		}, wish);
	const rise = (): void => {
		around.isUp = true;
		going.up();
	};
	return { going, went, go, rise };
}

it('[D62] navigation waits while the server is away, then opens the list that was requested last', async () => {
	const { went, go, rise } = away(false);
	const [one, two] = [go('one'), go('two')];
	await one;
	expect(went).toEqual([]);
	rise();
	await two;
	expect(went).toEqual(['two']);
	await go('three');
	expect(went).toEqual(['two', 'three']);
});

it('[D62] a requested list wins over a place in the old list', async () => {
	const { went, go, rise } = away(false);
	const all = Promise.all([go('a place', 'place'), go('another', 'place'), go('a list')]);
	// The call that loses must not return at once, or its caller would retry in a loop.
	let isOver = false;
	const place = go('a place', 'place').then(() => (isOver = true));
	await new Promise((turn) => setTimeout(turn));
	expect(isOver).toBe(false);
	rise();
	await place;
	await all;
	expect(went).toEqual(['a list']);
	const alone = away(false);
	const both = Promise.all([alone.go('a place', 'place'), alone.go('another', 'place')]);
	alone.rise();
	await both;
	expect(alone.went).toEqual(['another']);
});

it('[D62] a followed link cancels the waiting navigation', async () => {
	const { going, went, go, rise } = away(false);
	const one = go('one');
	going.drop();
	rise();
	await one;
	expect(went).toEqual([]);
});

it('[D62] navigation runs at once if the server responds, even without a push connection', async () => {
	const { went, go } = away(true);
	await go('one');
	expect(went).toEqual(['one']);
});

it('[D62] waiting navigations run one after another, each in its own turn of the event loop', async () => {
	const { going, rise } = away(false);
	const told: string[] = [];
	const goes = async (who: string): Promise<void> => {
		await going.reached();
		told.push(`${who} goes`);
		// The router also runs some microtasks before it registers a navigation.
		for (let i = 0; i < 20; i++) await Promise.resolve();
		told.push(`${who} is on the way`);
	};
	const both = Promise.all([goes('one'), goes('two')]);
	// Let the first check of the server pass.
	await new Promise((turn) => setTimeout(turn));
	rise();
	await both;
	expect(told).toEqual(['one goes', 'one is on the way', 'two goes', 'two is on the way']);
});

it('[D62] a waiting navigation is shown after a moment', async () => {
	vi.useFakeTimers();
	const { going, go, rise } = away(false);
	const one = go('one');
	expect(going.waits).toBe(false);
	await vi.advanceTimersByTimeAsync(SILENT_MS);
	expect(going.waits).toBe(true);
	// The superseding navigation keeps waiting.
	const two = go('two');
	await one;
	expect(going.waits).toBe(true);
	rise();
	await vi.advanceTimersByTimeAsync(0);
	await two;
	expect(going.waits).toBe(false);

	const other = away(false);
	void other.go('three');
	await vi.advanceTimersByTimeAsync(SILENT_MS);
	other.going.drop();
	await vi.advanceTimersByTimeAsync(0);
	expect(other.going.waits).toBe(false);
});

it('[D62] the server is checked again and again while no push connection exists', async () => {
	vi.useFakeTimers();
	let asked = 0;
	const going = new Going({ isUp: () => false, answers: () => Promise.resolve(++asked === 3) });
	let went = false;
	const over = going.go(() => Promise.resolve(void (went = true)));
	await vi.advanceTimersByTimeAsync(2 * AGAIN_MS - 1);
	expect([asked, went]).toEqual([2, false]);
	await vi.advanceTimersByTimeAsync(2);
	await over;
	expect([asked, went]).toEqual([3, true]);
});
