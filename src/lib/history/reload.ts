import { goto } from '$app/navigation';
import { address } from './filters.ts';

/**
 * Reloads the list from the position `at`: null means the list's beginning, undefined the position in the address.
 * Uses `location`, because the list updates the address without the router, whose URL may be older.
 */
export async function reload(at: string | null | undefined): Promise<void> {
	const there = address(new URLSearchParams(location.search), at ? { at: [at] } : {});
	const href = at === undefined ? location.href : `${there}${location.hash}`;
	// eslint-disable-next-line svelte/no-navigation-without-resolve -- the whole address of this very page
	await goto(href, { keepFocus: true, noScroll: true, replaceState: true, invalidate: ['app:calls'] });
}
