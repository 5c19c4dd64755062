import { expect, expectConnection, openDashboard, rowOf, step, test } from './server.ts';

test('[D3, D13, D54, D64] filters and search are in the URL, survive a reload, are undone and dropped; the order is turned', async ({
	page,
	server,
}) => {
	await server.create({ customerName: 'Ada Berg', scenario: 'completed' });
	await server.create({ customerName: 'Bela Stein', workflow: 'SALES', scenario: 'busy' });
	const { id } = await server.create({ customerName: 'Cora Lind', scenario: 'busy' });
	await openDashboard(page, server);
	await expect(rowOf(page, 'Bela Stein')).toContainText('Failed');
	await expect(rowOf(page, 'Bela Stein')).toContainText('Busy');
	await expect(rowOf(page, 'Cora Lind')).toContainText('Failed');
	const search = page.getByRole('searchbox');

	await step('[D64] the order is turned in the head, and where rows fold in the strip above them', async () => {
		const names = page.locator('tbody tr .c-name bdi');
		for (const [width, words] of [
			[360, /^(newest|oldest) first$/i],
			[1440, 'Created'],
		] as const) {
			await page.setViewportSize({ width, height: 740 });
			await expect(names).toHaveText(['Cora Lind', 'Bela Stein', 'Ada Berg']);
			await page.getByRole('link', { name: words }).click();
			await expect(page).toHaveURL(`${server.url}/?order=oldest`);
			await expect(names).toHaveText(['Ada Berg', 'Bela Stein', 'Cora Lind']);
			await page.getByRole('link', { name: words }).click();
			await expect(page).toHaveURL(`${server.url}/`);
			await expect(names).toHaveText(['Cora Lind', 'Bela Stein', 'Ada Berg']);
		}
	});

	await step('[D3] each filter, and each search, is a step that the way back undoes', async () => {
		await page.getByRole('button', { name: 'Status' }).click();
		await page.getByRole('checkbox', { name: 'Failed' }).click();
		await expect(page).toHaveURL(`${server.url}/?status=FAILED`);
		await expect(rowOf(page, 'Ada Berg')).toHaveCount(0);
		await page.keyboard.press('Escape');
		await search.focus();
		// Each letter starts a search, but all letters together are one step of the browser's history.
		for (const [letter, text] of ['b', 'be', 'bel'].map((text) => [text.at(-1)!, text] as const)) {
			await page.keyboard.type(letter);
			await expect(page).toHaveURL(`${server.url}/?q=${text}&status=FAILED`);
		}

		await page.goBack();
		await expect(page).toHaveURL(`${server.url}/?status=FAILED`);
		await expect(search).toHaveValue('');
		await page.goBack();
		await expect(page).toHaveURL(`${server.url}/`);
		await expect(rowOf(page, 'Ada Berg')).toBeVisible();
		await page.goForward();
		await expect(rowOf(page, 'Ada Berg')).toHaveCount(0);
	});

	await step('[D13] [D54] a row that does not match the filter any more stays, dimmed, and says so', async () => {
		await expect(page.locator('.pager')).toContainText('2 of');
		await server.api('PATCH', `/api/calls/${id}`, { status: 'COMPLETED' });
		await expect(rowOf(page, 'Cora Lind')).toContainText('Completed');
		await expect(rowOf(page, 'Cora Lind')).toContainText('No longer matches');
	});

	await step('[D3] [D13] [D54] the filter survives a reload, and the row does not', async () => {
		await page.reload();
		await expect(rowOf(page, 'Bela Stein')).toBeVisible();
		await expect(rowOf(page, 'Ada Berg')).toHaveCount(0);
		await expect(rowOf(page, 'Cora Lind')).toHaveCount(0);
		await expect(page.locator('.pager')).toContainText('1 of');
	});

	await step('[D3] filters are dropped, and a search finds numbers', async () => {
		await expectConnection(page, 'Live');
		await page.keyboard.press('/');
		await page.keyboard.type('xyzzy');
		await expect(page).toHaveURL(/q=xyzzy/);
		await expect(page.getByRole('heading', { name: 'Nothing matches' })).toBeVisible();
		await page.getByRole('link', { name: 'Remove filter status: Failed' }).first().click();
		await expect(page).toHaveURL(`${server.url}/?q=xyzzy`);
		await search.fill('+1 202');
		await expect(page).toHaveURL(`${server.url}/?q=%2B1+202`);
		await expect(rowOf(page, 'Ada Berg')).toBeVisible();
	});
});

test('[D6, D17, D66] the form: wrong input is explained beside its field, and everything is done by keyboard', async ({
	page,
	server,
}) => {
	await server.create({ customerName: 'Sora', scheduledAt: '2099-01-01T00:00:00Z' });
	await openDashboard(page, server);
	const [name, number] = [page.getByLabel('Customer name'), page.getByLabel('Phone number')];

	await step('[D17] everything can be reached and done by keyboard', async () => {
		await page.keyboard.press('n');
		await expect(name).toBeFocused();
		await page.keyboard.type('Tomas');
		await page.keyboard.press('Tab');
		await page.keyboard.press('Tab');
		await expect(number).toBeFocused();
		await page.keyboard.type('+420 601 123 456');
		await page.keyboard.press('Enter');
		await expect(rowOf(page, 'Tomas')).toBeVisible();

		await rowOf(page, 'Sora').getByRole('button').focus();
		await page.keyboard.press('Enter');
		await expect(page.getByRole('menuitem', { name: 'Mark as completed' })).toBeFocused();
		await page.keyboard.press('ArrowDown');
		await page.keyboard.press('ArrowDown');
		await expect(page.getByRole('menuitem', { name: 'Cancel call' })).toBeFocused();
		await page.keyboard.press('Enter');
		await expect(rowOf(page, 'Sora')).toContainText('Canceled');
		await expect(rowOf(page, 'Sora').getByRole('button')).toBeFocused();
	});

	await step('[D66] what an error moves is moved after the press, and the click counts', async () => {
		const sales = page.getByRole('radio', { name: 'Sales' });
		const error = page.getByText('Too short for the United Kingdom. Three more digits?');
		const top = async (): Promise<number> => (await sales.boundingBox())!.y;
		await number.focus();
		await page.keyboard.type('+44 20 79');
		await expect(number).toHaveValue('+44 20 79');
		await sales.hover();
		const still = await top();
		await page.mouse.down();
		await expect(sales).toBeFocused();
		expect(await top()).toBe(still);
		await page.mouse.up();
		await expect(sales).toBeChecked();
		await expect(error).toBeVisible();
		expect(await top()).toBeGreaterThan(still);
	});

	await step('[D6] wrong input is explained beside its field, and nothing is sent', async () => {
		const posts: string[] = [];
		page.on('request', (request) => {
			if (request.method() !== 'GET') posts.push(request.url());
		});
		await page.getByRole('button', { name: 'Place call' }).click();
		await expect(name).toBeFocused();
		await expect(name).toHaveAttribute('aria-invalid', 'true');
		await name.fill('Dario');
		await expect(name).not.toHaveAttribute('aria-invalid', 'true');
		await number.fill('+44 20 7');
		await page.getByRole('button', { name: 'Place call' }).click();
		await expect(number).toBeFocused(); // only the refusal moves the focus back
		await expect(number).toHaveAttribute('aria-invalid', 'true');
		await expect(page.getByText(/Too short for/)).toBeVisible();
		expect(posts).toEqual([]);
		await number.fill('+44 20 7946 0112');
		await page.keyboard.press('Enter');
		await expect(rowOf(page, 'Dario')).toContainText('+44 20 7946 0112');
	});
});
