import { afterNavigate, beforeNavigate } from '$app/navigation';

/**
 * Fields that the address leads: `follow` sets them after a link and the way back, unless they were typed into since that
 * was followed, of which `typed` tells. What the page loads of itself, and what they themselves ask for, leaves them alone.
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
