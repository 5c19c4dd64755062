import { navigating } from '$app/state';

/** Resolves once no navigation is under way: data that is loaded anew meanwhile would cancel it, and swallow a click. */
export async function navigated(): Promise<void> {
	let last: Promise<void> | undefined;
	while (navigating.complete && navigating.complete !== last) {
		last = navigating.complete;
		// One that fails or is overtaken has ended too.
		await last.catch(() => undefined);
	}
}
