import type { Page } from '@playwright/test';

/** Holds the browser's requests for these paths until `letGo`. `asked` resolves at the first request. */
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

/** Holds the next response for this path until `letGo`. `read` resolves as soon as the server has responded. */
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
