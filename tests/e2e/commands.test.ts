import type { Page } from '@playwright/test';
import { run } from '#tests/support/shell.ts';
import { expect, expectConnection, rowOf, step, test, type Server } from './server.ts';

/** Returns the server's URL with the host `localhost`. */
const byName = (server: Server): string => server.url.replace('127.0.0.1', 'localhost');
const shown = (page: Page) => page.getByText(/^curl /);

/** Returns a port for this worker only, below the ports that systems assign for port 0. */
const ownPort = (): string => String(21_000 + test.info().parallelIndex);

async function copied(page: Page): Promise<string> {
	await page.getByRole('button', { name: 'Copy as cURL' }).click();
	await expect(page.getByText('Copied', { exact: true })).toBeVisible();
	return page.evaluate(() => navigator.clipboard.readText());
}

test.use({ permissions: ['clipboard-read', 'clipboard-write'] });

test('[D7, D73] an empty history offers a test call and a command, which names the address of the page and works as it was copied', async ({
	page,
	server,
}) => {
	await page.goto(byName(server));
	await expectConnection(page, 'Live');

	await step('[D7] the command of an empty history works, and so does its button', async () => {
		await expect(page.getByRole('heading', { name: 'No calls yet' })).toBeVisible();
		const command = (await shown(page).textContent()) ?? '';
		expect(command).toContain(`curl '${byName(server)}/api/calls'`);
		expect(await run(command)).toContain('"customerName":"Ada"');
		await expect(rowOf(page, 'Ada')).toBeVisible();
		await server.api('DELETE', '/api/calls');
		await page.getByRole('button', { name: 'Place a test call' }).click();
		await expect(page.getByRole('table').getByRole('row')).toHaveCount(2);
	});

	await step(
		'[D73] the form’s command names the address that the page was opened by, and works as it was copied',
		async () => {
			const name = `Ada "O'Neil" $HOME \`id\` \\ !! %s`;
			await page.getByLabel('Customer name').fill(name);
			await page.getByLabel('Phone number').fill('+1 202 555 0100');
			const command = await copied(page);
			expect(command).toContain(`curl '${byName(server)}/api/calls'`);
			// Some installed versions of curl are too old for --json.
			expect(command).not.toContain('--json');
			expect(await run(command)).toContain('"status":"PENDING"');
			await expect(rowOf(page, name)).toBeVisible();
		},
	);
});

test.describe('with APP_URL and a token', () => {
	const token = 'a-token-for-the-command-tests';
	test.use({
		env: async ({ page: _page }, use) => use({ APP_URL: 'http://calls.example', PORT: ownPort(), API_TOKEN: token }),
	});
	test('[D73] a command names APP_URL where that is set, and takes the token from the shell', async ({
		page,
		server,
	}) => {
		await page.goto(server.url);
		await page.getByLabel(/token/i).fill(token);
		await page.keyboard.press('Enter');
		await expectConnection(page, 'Live');
		await expect(shown(page)).toContainText("curl 'http://calls.example/api/calls'");
		const command = await copied(page);
		expect(command).toContain("curl 'http://calls.example/api/calls'");
		expect(command).not.toContain(token);
		const here = command.replace('http://calls.example', server.url);
		expect(await run(here, { API_TOKEN: token })).toContain('"customerName":"Ada"');
		await expect(rowOf(page, 'Ada')).toBeVisible();
	});
});
