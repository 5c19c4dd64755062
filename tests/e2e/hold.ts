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

/** The next answer for this path is read from the server, which resolves `read`, and kept from the page until let go. */
export async function holdAnswer(page: Page, path: string): Promise<{ read: Promise<void>; letGo(): void }> {
	let letGo = (): void => undefined;
	const held = new Promise<void>((resolve) => (letGo = resolve));
	let isRead = (): void => undefined;
	const read = new Promise<void>((resolve) => (isRead = resolve));
	await page.route(
		(url) => url.pathname === path,
		async (route) => {
			const response = await route.fetch();
			isRead();
			await held;
			await route.fulfill({ response });
		},
		{ times: 1 },
	);
	return { read, letGo };
}
