import { run } from '#tests/support/shell.ts';
import { expect, expectConnection, openDashboard, rowOf, test } from './server.ts';

test('[D3] filters and search are in the URL, survive a reload, and can be removed', async ({ page, server }) => {
	await server.create({ customerName: 'Ada Berg', scenario: 'completed' });
	await server.create({ customerName: 'Bela Stein', workflow: 'SALES', scenario: 'busy' });
	await openDashboard(page, server);
	await expect(rowOf(page, 'Bela Stein')).toContainText('Failed');
	await expect(rowOf(page, 'Bela Stein')).toContainText('Busy');

	await page.getByRole('button', { name: 'Status' }).click();
	await page
		.getByRole('menuitemcheckbox', { name: 'Failed' })
		.or(page.getByRole('checkbox', { name: 'Failed' }))
		.first()
		.click();
	await expect(page).toHaveURL(/status=FAILED/);
	await expect(rowOf(page, 'Ada Berg')).toHaveCount(0);
	await page.reload();
	await expect(rowOf(page, 'Bela Stein')).toBeVisible();
	await expect(rowOf(page, 'Ada Berg')).toHaveCount(0);

	await page.keyboard.press('Escape');
	await page.keyboard.press('/');
	await page.keyboard.type('nobody');
	await expect(page).toHaveURL(/q=nobody/);
	await expect(page.getByRole('heading', { name: 'Nothing matches' })).toBeVisible();
	await page.goto(`${server.url}/?q=%2B1%20202`);
	await expect(rowOf(page, 'Ada Berg')).toBeVisible();

	await page.goto(`${server.url}/?status=DONE&limit=no`);
	await expect(page.getByRole('heading', { name: 'This address is invalid' })).toBeVisible();
	await expect(page.getByText('status: Choose one of PENDING, COMPLETED, FAILED. limit must be')).toBeVisible();
	await page.goto(`${server.url}/?q=a&q=b`);
	await expect(page.getByText('Give q once.', { exact: true })).toBeVisible();
	await page.goto(`${server.url}/?page=x`);
	await expect(page.getByText('Request the list without a page token first.')).toBeVisible();
});

test('[D18] every page shows the current section, the connection and the theme, and an error page its request id', async ({
	page,
	server,
}) => {
	const calls = page.getByRole('navigation', { name: 'Main', exact: true }).getByRole('link', { name: 'Calls' });
	for (const [path, current] of [
		['/', 'page'],
		['/import', 'true'],
		['/nowhere', null],
		['/nowhere/else?limit=no', null],
		['/?limit=no', 'page'],
		['/deliveries?code=no', null],
	] as const) {
		const answer = await page.goto(`${server.url}${path}`);
		await expectConnection(page, 'Live');
		await expect(page.getByRole('link', { name: 'Audena, calls' })).toBeVisible();
		await expect(page.getByRole('button', { name: /^Theme:/ })).toBeVisible();
		expect([path, await calls.getAttribute('aria-current')]).toEqual([path, current]);
		expect([path, answer?.status()]).toEqual([
			path,
			path.startsWith('/nowhere') ? 404 : path.endsWith('=no') ? 400 : 200,
		]);
		if (!answer?.ok())
			await expect(page.getByText('Request req_')).toHaveText(`Request ${await answer!.headerValue('x-request-id')}`);
	}
});

test('[D3] the Back button undoes each filter and each search', async ({ page, server }) => {
	await server.create({ customerName: 'Ada Berg', scenario: 'completed' });
	await server.create({ customerName: 'Bela Stein', scenario: 'busy' });
	await openDashboard(page, server);
	await expect(rowOf(page, 'Bela Stein')).toContainText('Failed');
	await page.getByRole('button', { name: 'Status' }).click();
	await page.getByRole('checkbox', { name: 'Failed' }).click();
	await expect(page).toHaveURL(`${server.url}/?status=FAILED`);
	await page.keyboard.press('Escape');
	const search = page.getByRole('searchbox');
	await search.pressSequentially('bel', { delay: 400 });
	await expect(page).toHaveURL(`${server.url}/?q=bel&status=FAILED`);

	await page.goBack();
	await expect(page).toHaveURL(`${server.url}/?status=FAILED`);
	await expect(search).toHaveValue('');
	await page.goBack();
	await expect(page).toHaveURL(`${server.url}/`);
	await expect(rowOf(page, 'Ada Berg')).toBeVisible();
	await page.goForward();
	await expect(rowOf(page, 'Ada Berg')).toHaveCount(0);
});

test('[D64] the order is switched in the table’s head, and on phones in the strip above the rows', async ({
	page,
	server,
}) => {
	await server.create({ customerName: 'Ada Berg' });
	await server.create({ customerName: 'Bela Stein' });
	const names = page.locator('tbody tr .c-name bdi');
	for (const [width, words] of [
		[1440, 'Created'],
		[360, /^(newest|oldest) first$/i],
	] as const) {
		await page.setViewportSize({ width, height: 740 });
		await openDashboard(page, server);
		await expect(names).toHaveText(['Bela Stein', 'Ada Berg']);
		await page.getByRole('link', { name: words }).click();
		await expect(page).toHaveURL(`${server.url}/?order=oldest`);
		await expect(names).toHaveText(['Ada Berg', 'Bela Stein']);
		await page.getByRole('link', { name: words }).click();
		await expect(page).toHaveURL(`${server.url}/`);
		await expect(names).toHaveText(['Bela Stein', 'Ada Berg']);
	}
});

test('[D4] a call’s status is set and the call is deleted from its row, in every tab', async ({ context, server }) => {
	const { id } = await server.create({ customerName: 'Cora Lind', scheduledAt: '2099-01-01T00:00:00Z' });
	const [one, two] = [await context.newPage(), await context.newPage()];
	await openDashboard(one, server);
	await openDashboard(two, server);
	await expect(rowOf(one, 'Cora Lind')).toContainText('Starts in');

	const choose = async (item: string): Promise<void> => {
		await rowOf(one, 'Cora Lind').getByRole('button', { name: 'Actions for Cora Lind' }).click();
		await one.getByRole('menuitem', { name: item }).click();
	};
	await choose('Mark as completed');
	await expect(rowOf(two, 'Cora Lind')).toContainText('Completed');
	await choose('Mark as failed');
	await expect(rowOf(two, 'Cora Lind')).toContainText('Edited manually');
	await choose('Delete');
	const dialog = one.getByRole('dialog');
	await expect(dialog).toContainText('Cora Lind');
	await dialog.getByRole('button', { name: 'Keep it' }).click();
	await expect(rowOf(two, 'Cora Lind')).toBeVisible();
	await choose('Delete');
	await dialog.getByRole('button', { name: 'Delete call' }).click();
	for (const page of [one, two]) await expect(rowOf(page, 'Cora Lind')).toHaveCount(0);
	await expect(server.api('GET', `/api/calls/${id}`)).rejects.toThrow('404');
});

test('[D5] deleting all calls names their number and requires it to be typed', async ({ page, server }) => {
	for (const name of ['One', 'Two', 'Three']) await server.create({ customerName: name });
	await openDashboard(page, server);
	await page.getByRole('button', { name: 'Delete calls' }).click();
	const dialog = page.getByRole('dialog', { name: 'Delete 3 calls?' });
	await dialog.getByRole('button', { name: 'Delete 3 calls' }).click();
	await expect(dialog).toContainText('Type 3 to confirm.');
	expect((await server.api<{ calls: unknown[] }>('GET', '/api/calls')).calls).toHaveLength(3);
	await dialog.getByRole('textbox').fill('3');
	await page.keyboard.press('Enter');
	await expect(page.getByRole('heading', { name: 'No calls yet' })).toBeVisible();
	expect((await server.api<{ calls: unknown[] }>('GET', '/api/calls')).calls).toEqual([]);
});

test('[D6] wrong input gets an error beside its field, and nothing is sent', async ({ page, server }) => {
	await openDashboard(page, server);
	const posts: string[] = [];
	page.on('request', (request) => {
		if (request.method() !== 'GET') posts.push(request.url());
	});
	await page.getByRole('button', { name: 'Place call' }).click();
	const name = page.getByLabel('Customer name');
	await expect(name).toBeFocused();
	await expect(name).toHaveAttribute('aria-invalid', 'true');
	await name.fill('Dario');
	await expect(name).not.toHaveAttribute('aria-invalid', 'true');
	await page.getByLabel('Phone number').fill('+44 20 79');
	await page.keyboard.press('Enter');
	await expect(page.getByLabel('Phone number')).toHaveAttribute('aria-invalid', 'true');
	await expect(page.getByText(/Too short for/)).toBeVisible();
	expect(posts).toEqual([]);
	await page.getByLabel('Phone number').fill('+44 20 7946 0112');
	await page.keyboard.press('Enter');
	await expect(rowOf(page, 'Dario')).toContainText('+44 20 7946 0112');
});

test('[D7] an empty history offers a test call and a command that runs', async ({ page, server }) => {
	await openDashboard(page, server);
	await expect(page.getByRole('heading', { name: 'No calls yet' })).toBeVisible();
	const command = await page.getByText(/^curl /).textContent();
	expect(await run(command ?? '')).toContain('"customerName":"Ada"');
	await expect(rowOf(page, 'Ada')).toBeVisible();
	await server.api('DELETE', '/api/calls');
	await page.getByRole('button', { name: 'Place a test call' }).click();
	await expect(page.getByRole('table').getByRole('row')).toHaveCount(2);
});

test('[D8] the form keeps the draft and shows the error when the server does not respond', async ({ page, server }) => {
	await openDashboard(page, server);
	await page.getByLabel('Customer name').fill('Elif');
	await page.getByLabel('Phone number').fill('+12025550100');
	await server.stop();
	await page.getByRole('button', { name: 'Place call' }).click();
	await expect(page.getByText(/Call not placed/)).toBeVisible();
	await expect(page.getByLabel('Customer name')).toHaveValue('Elif');
	await server.start();
	await expectConnection(page, 'Live');
	// The message is still true when the server is back.
	await expect(page.getByRole('alert')).toContainText('The server did not respond. Your draft is kept.');
	await page.getByRole('button', { name: 'Try again' }).click();
	await expect(rowOf(page, 'Elif')).toBeVisible();
});

test.describe('without JavaScript', () => {
	test.use({ javaScriptEnabled: false });

	test('[D9] the history can be read and filtered, and a call can be placed', async ({ page, server }) => {
		await server.create({ customerName: 'Fatima' });
		await page.goto(server.url);
		await expect(rowOf(page, 'Fatima')).toBeVisible();
		await page.getByLabel('Customer name').fill('Goran');
		await page.getByLabel('Phone number').fill('+385 1 4920 000');
		await page.getByRole('button', { name: 'Place call' }).click();
		await expect(rowOf(page, 'Goran')).toContainText('+385');
		await page.getByLabel('Customer name').fill('Hana');
		await page.getByLabel('Phone number').fill('12');
		await page.getByRole('button', { name: 'Place call' }).click();
		await expect(page.getByLabel('Phone number')).toHaveAttribute('aria-invalid', 'true');
		await expect(page.getByLabel('Customer name')).toHaveValue('Hana');
		expect((await server.api<{ calls: unknown[] }>('GET', '/api/calls')).calls).toHaveLength(2);
		await page.goto(`${server.url}/?q=fatima`);
		await expect(rowOf(page, 'Goran')).toHaveCount(0);
	});
});
