import { navigating } from '$app/state';

/**
 * Resolves once no navigation is under way. Reloading data during a navigation would cancel the navigation, so the
 * click on a link would have no effect.
 */
export async function navigated(): Promise<void> {
	let last: Promise<void> | undefined;
	while (navigating.complete && navigating.complete !== last) {
		last = navigating.complete;
		// A navigation that failed or was superseded has ended too.
		await last.catch(() => undefined);
	}
}
