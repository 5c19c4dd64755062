import { goto } from '$app/navigation';
import { address } from './filters.ts';

/**
 * Loads the list from `at`, or from where the address says: that in the window is of the last rest, the router's may be
 * older still.
 */
export async function reload(at: string | null | undefined): Promise<void> {
	const there = address(new URLSearchParams(location.search), at ? { at: [at] } : {});
	const href = at === undefined ? location.href : `${there}${location.hash}`;
	// eslint-disable-next-line svelte/no-navigation-without-resolve -- the whole address of this very page
	await goto(href, { keepFocus: true, noScroll: true, replaceState: true, invalidate: ['app:calls'] });
}
