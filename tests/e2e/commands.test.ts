import type { Page } from '@playwright/test';
import { run } from '#tests/support/shell.ts';
import { expect, expectConnection, openDashboard, rowOf, test, type Server } from './server.ts';

/** Returns the server's URL under another name of this machine. */
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

test('[D73] the copied command names the address of the page and runs unchanged', async ({ page, server }) => {
	await page.goto(byName(server));
	await expectConnection(page, 'Live');
	await expect(shown(page)).toContainText(`curl '${byName(server)}/api/calls'`);
	const name = `Ada "O'Neil" $HOME \`id\` \\ !! %s`;
	await page.getByLabel('Customer name').fill(name);
	await page.getByLabel('Phone number').fill('+1 202 555 0100');
	const command = await copied(page);
	expect(command).toContain(`curl '${byName(server)}/api/calls'`);
	// Some installed versions of curl are too old for --json.
	expect(command).not.toContain('--json');
	expect(await run(command)).toContain('"status":"PENDING"');
	await expect(rowOf(page, name)).toBeVisible();
});

test('[D73] no command is copied for a time that the clocks skip', async ({ page, server }) => {
	await openDashboard(page, server);
	await page.getByLabel('When').selectOption('pick');
	await page.getByLabel('Date and time').fill('2027-03-28T02:30');
	await page.getByRole('button', { name: 'Copy as cURL' }).click();
	await expect(page.getByLabel('Date and time')).toHaveAccessibleDescription(/02:30 does not exist that day/);
	await expect(page.getByText('Copied', { exact: true })).toHaveCount(0);
});

test.describe('with APP_URL', () => {
	test.use({
		env: async ({ page: _page }, use) => use({ APP_URL: 'https://calls.example', PORT: ownPort() }),
	});
	test('[D73] the command names APP_URL if it is set', async ({ page, server }) => {
		await openDashboard(page, server);
		await expect(shown(page)).toContainText("curl 'https://calls.example/api/calls'");
		expect(await copied(page)).toContain("curl 'https://calls.example/api/calls'");
	});
});

test.describe('behind a trusted proxy', () => {
	test.use({ env: { TRUST_PROXY: '1' }, javaScriptEnabled: false });
	test('[D73] without JavaScript the command names the address that the proxy received', async ({ page, server }) => {
		await page.goto(server.url);
		await expect(shown(page)).toContainText(`curl '${server.url}/api/calls'`);
		await page.setExtraHTTPHeaders({ 'x-forwarded-proto': 'https' });
		await page.goto(server.url);
		await expect(shown(page)).toContainText(`curl '${server.url.replace('http:', 'https:')}/api/calls'`);
	});
});

test.describe('without a proxy', () => {
	test.use({ javaScriptEnabled: false });
	test('[D73] the page trusts no header about its own address', async ({ page, server }) => {
		await page.setExtraHTTPHeaders({ 'x-forwarded-proto': 'https', 'x-audena-origin': 'https://evil.example' });
		await page.goto(server.url);
		await expect(shown(page)).toContainText(`curl '${server.url}/api/calls'`);
	});
});

test.describe('with a token', () => {
	const token = 'a-token-for-the-command-tests';
	test.use({ env: { API_TOKEN: token } });
	test('[D73] the command reads the token from the shell', async ({ page, server }) => {
		await page.goto(server.url);
		await page.getByLabel(/token/i).fill(token);
		await page.keyboard.press('Enter');
		await expectConnection(page, 'Live');
		const command = await copied(page);
		expect(command).not.toContain(token);
		expect(await run(command, { API_TOKEN: token })).toContain('"customerName":"Ada"');
		await expect(rowOf(page, 'Ada')).toBeVisible();
	});
});

test('[D73] the commands of the proxy notes run', async ({ page, server }) => {
	await page.goto(`${server.url}/proxies`);
	const text = await page.getByLabel('Two commands that check the proxy').textContent();
	const [upgrade = '', stream = ''] = (text ?? '')
		.replaceAll('https://calls.example.com', server.url)
		.split('\ncurl -sN');
	// The time limit of each command ends it, which curl reports as a failure.
	const [first, second] = await Promise.all([run(upgrade), run(`curl -sN${stream} || true`)]);
	expect(first).toContain('101 Switching Protocols');
	expect(second).toContain('event: sync');
});
