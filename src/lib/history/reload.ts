import { goto } from '$app/navigation';
import { navigated } from '#lib/shell/navigated.ts';
import type { Board } from './board.svelte.ts';
import { address } from './filters.ts';

/**
 * Loads the list anew from what is read: the address in the window is that of the last rest, the router's may be older
 * still. What is read stays where it is on the screen. A reader who leaves the list meanwhile is not brought back.
 */
export async function reload(board: Board): Promise<void> {
	const { pathname } = location;
	await navigated();
	if (location.pathname !== pathname) return;
	const at = board.placeOf();
	board.again = true;
	const there = address(new URLSearchParams(location.search), at ? { at: [at] } : {});
	const href = at === undefined ? location.href : `${there}${location.hash}`;
	// eslint-disable-next-line svelte/no-navigation-without-resolve -- the whole address of this very page
	await goto(href, { keepFocus: true, noScroll: true, replaceState: true, invalidate: ['app:calls'] });
}
