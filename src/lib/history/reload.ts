import { goto } from '$app/navigation';

/** Loads the list anew from where the reader is: the address in the window says it, the router's may be older. */
export const reload = (): Promise<void> =>
	// eslint-disable-next-line svelte/no-navigation-without-resolve -- the whole address of this very page
	goto(location.href, { keepFocus: true, noScroll: true, replaceState: true, invalidate: ['app:calls'] });
