import { afterNavigate, beforeNavigate } from '$app/navigation';

/**
 * Binds fields to the address: calls `follow` after a link or a history step, unless the user has typed since it began.
 * Report typing with `typed`. Navigations by `goto`, such as reloads and the fields' own, leave the fields alone.
 */
export function ledByAddress(follow: () => void): { typed(): void; readonly isTyped: boolean } {
	let isTyped = false;
	beforeNavigate(({ type }) => {
		if (type !== 'goto') isTyped = false;
	});
	afterNavigate(({ type }) => {
		if ((type === 'link' || type === 'popstate') && !isTyped) follow();
	});
	return {
		typed: () => void (isTyped = true),
		get isTyped() {
			return isTyped;
		},
	};
}
