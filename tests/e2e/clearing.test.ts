import type { Call } from '#contract';
import { expect, openDashboard, rowOf, step, test } from './server.ts';

test('[D5] clearing names the number and wants it typed; under a filter it offers what the filter shows', async ({
	page,
	server,
}) => {
	for (const scenario of ['busy', 'failed', 'completed'])
		await server.create({ customerName: `Ada ${scenario}`, scenario });
	await server.create({ customerName: 'Bela waits', scheduledAt: '2099-01-01T00:00:00Z' });
	await server.create({ customerName: 'Bela busy', scenario: 'busy', run: 'ci-7' });
	const shown = async (query = '') =>
		(await server.api<{ calls: Call[] }>('GET', `/api/calls${query}`)).calls.map(({ customerName }) => customerName);
	await expect.poll(() => shown('?status=PENDING')).toEqual(['Bela waits']);
	await openDashboard(page, server, '/?status=FAILED&q=ada');
	const dialog = page.getByRole('dialog', { name: /^Delete .*calls\?$/ });
	const number = dialog.getByRole('textbox');

	await step('[D5] under a filter it offers what the filter shows, by its number, and leaves the rest', async () => {
		await page.getByRole('button', { name: 'Delete calls' }).click();
		const matching = dialog.getByRole('radio', { name: '2 calls that match the filters' });
		await expect(matching).toBeChecked();
		await expect(dialog).toContainText('search: “ada” · status: Failed');
		await expect(dialog.getByRole('radio', { name: 'All 5 calls' })).not.toBeChecked();
		await number.fill('5');
		await dialog.getByRole('button', { name: 'Delete 2 calls' }).click();
		await expect(dialog).toContainText('Type 2 to confirm.');
		await number.fill('2');
		await page.keyboard.press('Enter');
		await expect(page.getByRole('heading', { name: 'Nothing matches' })).toBeVisible();
		await expect(dialog).toBeHidden();
		expect(await shown()).toEqual(['Bela busy', 'Bela waits', 'Ada completed']);
	});

	await step('[D5] where no call matches, all calls are deleted by their own number', async () => {
		await page.getByRole('button', { name: 'Delete calls' }).click();
		await expect(dialog).toContainText('No calls match the filters.');
		await expect(dialog.getByRole('button', { name: 'Delete 0 calls' })).toBeDisabled();
		await dialog.getByRole('radio', { name: 'All 3 calls' }).check();
		await expect(dialog).toContainText('It includes 1 call that has not ended.');
		await number.fill('3');
		await dialog.getByRole('button', { name: 'Delete 3 calls' }).click();
		await expect(dialog).toBeHidden();
		expect(await shown()).toEqual([]);
	});

	await step('[D5] without a filter it names the number and wants it typed', async () => {
		await page.getByRole('link', { name: 'Audena: all calls' }).click();
		await expect(page.getByRole('heading', { name: 'No calls yet' })).toBeVisible();
		for (const name of ['One', 'Two', 'Three']) await server.create({ customerName: name });
		await expect(rowOf(page, 'Three')).toBeVisible();
		await expect(page.getByText(/^3 calls/)).toBeVisible();
		await page.getByRole('button', { name: 'Delete calls' }).click();
		await expect(page.getByRole('dialog', { name: 'Delete 3 calls?' })).toBeVisible();
		await dialog.getByRole('button', { name: 'Delete 3 calls' }).click();
		await expect(dialog).toContainText('Type 3 to confirm.');
		expect(await shown()).toHaveLength(3);
		await number.fill('3');
		await page.keyboard.press('Enter');
		await expect(page.getByRole('heading', { name: 'No calls yet' })).toBeVisible();
		expect(await shown()).toEqual([]);
	});
});

test.describe('a long history', () => {
	test.use({ calls: 9_000 });

	test('[D5] [CL7] after a clear of thousands of calls under a filter every tab is live and has the right list', async ({
		page,
		context,
		server,
	}) => {
		const other = await context.newPage();
		await openDashboard(other, server);
		await openDashboard(page, server, '/?status=COMPLETED');
		await page.getByRole('button', { name: 'Delete calls' }).click();
		const dialog = page.getByRole('dialog', { name: 'Delete calls?' });
		await dialog.getByRole('textbox').fill('6000');
		await dialog.getByRole('button', { name: 'Delete 6,000 calls' }).click();
		await expect(dialog).toBeHidden({ timeout: 60_000 });
		await expect(page.getByRole('heading', { name: 'Nothing matches' })).toBeVisible();
		await expect(other.locator('.pager')).toContainText('3,000 calls');
		await expect(rowOf(other, 'Completed')).toHaveCount(0);
		await server.create({ customerName: 'Afterwards' });
		await expect(rowOf(other, 'Afterwards')).toBeVisible();
		await expect(other.getByRole('button', { name: /^Connection:/ })).toContainText('Live');
	});
});
