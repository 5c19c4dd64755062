import { goto } from '$app/navigation';
import type { Board } from './board.svelte.ts';
import { address } from './filters.ts';

/**
 * Loads the list anew from what is read: the address in the window is that of the last rest, the router's may be older
 * still. What is read stays where it is on the screen.
 */
export function reload(board: Board): Promise<void> {
	const at = board.placeOf();
	board.again = true;
	const there = address(new URLSearchParams(location.search), at ? { at: [at] } : {});
	const href = at === undefined ? location.href : `${there}${location.hash}`;
	// eslint-disable-next-line svelte/no-navigation-without-resolve -- the whole address of this very page
	return goto(href, { keepFocus: true, noScroll: true, replaceState: true, invalidate: ['app:calls'] });
}
