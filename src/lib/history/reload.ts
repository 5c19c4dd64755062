import { goto } from '$app/navigation';
import type { Board } from './board.svelte.ts';

/** Loads the list anew from where the reader is: the address in the window says it, the router's may be older. */
export function reload(board: Board): Promise<void> {
	board.again = true;
	// eslint-disable-next-line svelte/no-navigation-without-resolve -- the whole address of this very page
	return goto(location.href, { keepFocus: true, noScroll: true, replaceState: true, invalidate: ['app:calls'] });
}
