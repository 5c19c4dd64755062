import { CHROMIUM_ARGS, findChromium } from '#tests/support/chromium.ts';
import type { Page } from '@playwright/test';
import { chromium } from '@playwright/test';
import { expect, expectConnection, rowOf, test } from './server.ts';

const TOKEN = 'a-token-for-the-left-pages';

async function logIn(page: Page, url: string): Promise<void> {
	await page.goto(url);
	await page.getByLabel(/token/i).fill(TOKEN);
	await page.keyboard.press('Enter');
	await expect(rowOf(page, 'Rosa')).toBeVisible();
	await expectConnection(page, 'Live');
}

/** Records whether any frame shows the name. Call it before the first page is opened. */
async function noteNames(page: Page): Promise<void> {
	await page.addInitScript(() => {
		const note = (): void => {
			if (document.querySelector('body')?.innerText.includes('Rosa')) sessionStorage.setItem('name', 'shown');
			requestAnimationFrame(note);
		};
		addEventListener('pageshow', note);
		note();
	});
}

/** Goes back. Expects the login page, and the name in no frame. */
async function expectNothingBehind(page: Page): Promise<void> {
	await page.evaluate(() => sessionStorage.removeItem('name'));
	await page.goBack({ waitUntil: 'commit' });
	await expect(page).toHaveURL(/\/login/);
	await expect(page.getByLabel(/token/i)).toBeVisible();
	expect(await page.content()).not.toContain('Rosa');
	expect(await page.evaluate(() => sessionStorage.getItem('name'))).toBeNull();
}

test.describe('pages with data', () => {
	test.use({ env: { API_TOKEN: TOKEN } });

	test('[A43] are not cached, and built files are', async ({ page, server, request }) => {
		await server.create({ customerName: 'Rosa', scheduledAt: '2099-01-01T00:00:00Z' });
		const kept = async (path: string, headers: Record<string, string> = {}): Promise<string | undefined> =>
			(await request.fetch(`${server.url}${path}`, { maxRedirects: 0, headers })).headers()['cache-control'];
		const paths = ['/', '/?q=rosa', '/deliveries', '/import', '/__data.json', '/deliveries/__data.json', '/nowhere'];
		const closed = [...paths, '/login', '/login?wrong=1', '/api/calls', '/api/nothing', '/api/calls/export'];
		for (const path of closed) expect([path, await kept(path)]).toEqual([path, expect.stringContaining('no-store')]);

		await logIn(page, server.url);
		const [cookie] = await page.context().cookies();
		const headers = { cookie: `${cookie!.name}=${cookie!.value}` };
		for (const path of [...paths, '/?status=DONE', '/?page=x', '/login', '/api/calls', '/api/calls/export'])
			expect([path, await kept(path, headers)]).toEqual([path, expect.stringContaining('no-store')]);
		const script = await page.locator('link[rel="modulepreload"]').first().getAttribute('href');
		expect(await kept(new URL(script!, server.url).pathname)).toContain('immutable');
	});

	test('[A43] show no names after the logout, neither by Back nor in a page that another tab left', async ({
		page,
		context,
		server,
	}) => {
		await server.create({ customerName: 'Rosa', scheduledAt: '2099-01-01T00:00:00Z' });
		await noteNames(page);
		await logIn(page, server.url);
		expect(await page.evaluate(() => sessionStorage.getItem('name'))).toBe('shown');
		const other = await context.newPage();
		await noteNames(other);
		await other.goto(server.url);
		await expectConnection(other, 'Live');
		await other.goto(`${server.url}/proxies`);
		await page.getByRole('button', { name: 'Sign out' }).click();
		await expect(page).toHaveURL(/\/login/);
		await expectNothingBehind(page);
		await expectNothingBehind(other);
	});
});

test.describe('a browser that keeps pages in memory', () => {
	test.use({ env: { API_TOKEN: TOKEN } });

	test('[A43] shows none of them after the logout', async ({ server }) => {
		await server.create({ customerName: 'Rosa', scheduledAt: '2099-01-01T00:00:00Z' });
		const path = findChromium();
		const browser = await chromium.launch({
			args: CHROMIUM_ARGS,
			ignoreDefaultArgs: ['--disable-back-forward-cache'],
			...(path === null ? {} : { executablePath: path }),
		});
		try {
			const context = await browser.newContext();
			const page = await context.newPage();
			await noteNames(page);
			await logIn(page, server.url);
			await page.getByRole('button', { name: 'Sign out' }).click();
			await expect(page).toHaveURL(/\/login/);
			await expectNothingBehind(page);

			await logIn(page, server.url);
			await page.goto(`${server.url}/proxies`);
			const other = await context.newPage();
			await other.goto(server.url);
			await other.getByRole('button', { name: 'Sign out' }).click();
			await expect(other).toHaveURL(/\/login/);
			await expectNothingBehind(page);

			// Simulates a browser that keeps the page in its back/forward cache anyway.
			await logIn(page, server.url);
			await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true })));
			await expect(rowOf(page, 'Rosa')).toBeHidden();
			const [cookie] = await context.cookies();
			await context.clearCookies({ name: cookie!.name });
			await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })));
			await expect(page).toHaveURL(/\/login/);
		} finally {
			await browser.close();
		}
	});
});
