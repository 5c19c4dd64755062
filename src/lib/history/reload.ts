import { goto } from '$app/navigation';
import { navigated } from '#lib/shell/navigated.ts';
import type { Board } from './board.svelte.ts';

/** Loads the list anew from where the reader is: the address in the window says it, the router's may be older. */
export async function reload(board: Board): Promise<void> {
	await navigated();
	board.again = true;
	// eslint-disable-next-line svelte/no-navigation-without-resolve -- the whole address of this very page
	await goto(location.href, { keepFocus: true, noScroll: true, replaceState: true, invalidate: ['app:calls'] });
}
