import type { Response } from '@playwright/test';
import { expect, expectConnection, rowOf, test } from './server.ts';

const TOKEN = 'a-token-for-the-browser-tests';

test.describe('a protected dashboard', () => {
	test.use({ env: { API_TOKEN: TOKEN } });

	test('[D14] asks for the token, then works: a placed call completes by push', async ({ page, server }) => {
		await page.goto(`${server.url}/?status=COMPLETED`);
		await expect(page).toHaveURL(/\/login\?next=/);
		await page.getByLabel(/token/i).fill('wrong');
		await page.keyboard.press('Enter');
		await expect(page.getByText(/wrong token/i)).toBeVisible();
		await page.getByLabel(/token/i).fill(TOKEN);
		await page.keyboard.press('Enter');
		await expect(page).toHaveURL(`${server.url}/?status=COMPLETED`);
		await page.goto(server.url);
		await expectConnection(page, 'Live');
		await page.getByLabel('Customer name').fill('Rosa');
		await page.getByLabel('Phone number').fill('+12025550100');
		await page.keyboard.press('Enter');
		await expect(rowOf(page, 'Rosa')).toContainText('Completed');
	});

	test('[D40] the proxy notes need no token and load no script', async ({ page, server }) => {
		const scripts: string[] = [];
		page.on('request', (request) => request.resourceType() === 'script' && scripts.push(request.url()));
		await page.goto(`${server.url}/proxies`);
		await expect(page.getByRole('heading', { level: 1, name: 'Proxy notes' })).toBeVisible();
		for (const name of ['What the proxy must do', 'What to set on the server', 'How to check it'])
			await expect(page.getByRole('heading', { name })).toBeVisible();
		expect(scripts).toEqual([]);
	});

	test('[D15] never contains the token, and no tab is live after the logout', async ({ page, context, server }) => {
		const bodies: Promise<string>[] = [];
		const read = (response: Response): void => {
			const type = response.headers()['content-type'] ?? '';
			if (/html|javascript|json/.test(type) && response.status() === 200) bodies.push(response.text());
		};
		page.on('response', read);
		await page.goto(`${server.url}/login`, { waitUntil: 'networkidle' });
		await page.getByLabel(/token/i).fill(TOKEN);
		await page.keyboard.press('Enter');
		await expectConnection(page, 'Live');
		await page.waitForLoadState('networkidle');
		page.off('response', read);
		expect(bodies.length).toBeGreaterThan(0);
		for (const body of await Promise.all(bodies)) expect(body).not.toContain(TOKEN);
		const [cookie] = await context.cookies();
		expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict' });
		expect(cookie?.value).not.toContain(TOKEN);

		const other = await context.newPage();
		await other.goto(server.url);
		await expectConnection(other, 'Live');
		await page.getByRole('button', { name: 'Sign out' }).click();
		await expect(page).toHaveURL(/\/login/);
		await expect(other.getByRole('button', { name: /^Connection:/ })).not.toContainText('Live');
		await page.goto(server.url);
		await expect(page).toHaveURL(/\/login/);
	});
});
