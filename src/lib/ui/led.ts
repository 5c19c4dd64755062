import { afterNavigate, beforeNavigate } from '$app/navigation';

/**
 * Binds fields to the address: calls `follow` after a link or a history step, unless the user has typed since that
 * navigation began. Report typing with `typed`. A navigation by `goto` never calls `follow`: it is a reload, or
 * comes from the fields themselves.
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
