import type { Page } from '@playwright/test';

/** The browser's requests for these paths wait until they are let go; `asked` resolves once one does. */
export async function hold(page: Page, paths: RegExp): Promise<{ asked: Promise<unknown>; letGo(): void }> {
	let letGo = (): void => undefined;
	const held = new Promise<void>((resolve) => (letGo = resolve));
	await page.route(
		(url) => paths.test(url.pathname),
		async (route) => {
			await held;
			await route.continue();
		},
	);
	return { asked: page.waitForRequest((request) => paths.test(new URL(request.url()).pathname)), letGo };
}
