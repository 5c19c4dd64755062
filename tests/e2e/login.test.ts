import { expectAccessible } from './accessibility.ts';
import { chromium, type Page } from '@playwright/test';
import { CHROMIUM_ARGS, findChromium } from '#tests/support/chromium.ts';
import { expect, expectConnection, rowOf, step, test } from './server.ts';

const TOKEN = 'a-token-for-the-browser-tests';

test.use({ env: { API_TOKEN: TOKEN } });

async function logIn(page: Page, url: string): Promise<void> {
	await page.goto(url);
	await page.getByLabel(/token/i).fill(TOKEN);
	await page.keyboard.press('Enter');
	await expect(rowOf(page, 'Rosa')).toBeVisible();
	await expectConnection(page, 'Live');
}

/** Records whether any frame shows the name `Rosa`. Call this before the first page is opened. */
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

/** Navigates back. Expects the login page, and that no frame shows the name `Rosa`. */
async function expectNothingBehind(page: Page): Promise<void> {
	await page.evaluate(() => sessionStorage.removeItem('name'));
	await page.goBack({ waitUntil: 'commit' });
	await expect(page).toHaveURL(/\/login/);
	await expect(page.getByLabel(/token/i)).toBeVisible();
	expect(await page.content()).not.toContain('Rosa');
	expect(await page.evaluate(() => sessionStorage.getItem('name'))).toBeNull();
}

test('[A43, D14, D15, D16] a protected dashboard asks for the token, then works; after the logout nothing is live, and no name is shown', async ({
	page,
	context,
	server,
}) => {
	await noteNames(page);
	await step('[D14] it asks for the token, then works: a call made in it ends well, by push', async () => {
		await page.goto(`${server.url}/?status=COMPLETED`);
		await expect(page).toHaveURL(/\/login\?next=/);
		await expectAccessible(page, 'the login page');
		await page.getByLabel(/token/i).fill('wrong');
		await page.keyboard.press('Enter');
		await expect(page.getByText(/wrong token/i)).toBeVisible();
		await page.getByLabel(/token/i).fill(TOKEN);
		await page.keyboard.press('Enter');
		await expect(page).toHaveURL(`${server.url}/?status=COMPLETED`);
		await page.getByRole('link', { name: 'Audena: all calls' }).click();
		await expect(page).toHaveURL(`${server.url}/`);
		await expectConnection(page, 'Live');
		await page.getByLabel('Customer name').fill('Rosa');
		await page.getByLabel('Phone number').fill('+12025550100');
		await page.keyboard.press('Enter');
		await expect(rowOf(page, 'Rosa')).toContainText('Completed');
	});

	const [live, left] = [await context.newPage(), await context.newPage()];
	await step('[D15] no script reads the cookie, and after the logout no tab is live', async () => {
		const [cookie] = await context.cookies();
		expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict' });
		await noteNames(left);
		for (const other of [live, left]) {
			await other.goto(server.url);
			await expectConnection(other, 'Live');
		}
		await left.goto(`${server.url}/proxies`);
		expect(await page.evaluate(() => sessionStorage.getItem('name'))).toBe('shown');
		await page.getByRole('button', { name: 'Sign out' }).click();
		await expect(page).toHaveURL(/\/login/);
		await expect(live.getByRole('button', { name: /^Connection:/ })).not.toContainText('Live');
	});

	await step('[A43] no names after the logout: neither by Back, nor in a page that another tab has left', async () => {
		await expectNothingBehind(page);
		await expectNothingBehind(left);
	});
});

test('[A43] a browser that keeps left pages in memory shows none of them after the logout', async ({ server }) => {
	await server.create({ customerName: 'Rosa', scheduledAt: '2099-01-01T00:00:00Z' });
	const path = findChromium();
	const browser = await chromium.launch({
		args: CHROMIUM_ARGS,
		ignoreDefaultArgs: ['--disable-back-forward-cache'],
		...(path === null ? {} : { executablePath: path }),
	});
	try {
		const context = await browser.newContext({ reducedMotion: 'reduce' });
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
