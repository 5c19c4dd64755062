import { goto } from '$app/navigation';
import { address } from './filters.ts';

/**
 * Loads the list from `at`, or from the address if `at` is undefined. Uses `location`, which holds the last resting
 * place, because the router's URL may be older.
 */
export async function reload(at: string | null | undefined): Promise<void> {
	const there = address(new URLSearchParams(location.search), at ? { at: [at] } : {});
	const href = at === undefined ? location.href : `${there}${location.hash}`;
	// eslint-disable-next-line svelte/no-navigation-without-resolve -- the whole address of this very page
	await goto(href, { keepFocus: true, noScroll: true, replaceState: true, invalidate: ['app:calls'] });
}
