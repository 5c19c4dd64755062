import { expectAccessible, expectAccessibleAtWidths } from './accessibility.ts';
import { expect, expectConnection, openDashboard, rowOf, test } from './server.ts';

test('[D16, D18, D34] the dashboard and the proxy notes are accessible at three widths, error pages and dialogs at one; all in both themes', async ({
	page,
	server,
}) => {
	await openDashboard(page, server);
	await expectAccessibleAtWidths(page, 'the empty history');
	for (const scenario of ['completed', 'busy', 'no-answer', 'failed', 'canceled'])
		await server.create({ customerName: `Maximiliane von Hohenstein-Altenried ${scenario}`, scenario });
	await server.create({ customerName: 'أمينة بنعلي', scheduledAt: '2099-01-01T00:00:00Z' });
	await expect(rowOf(page, 'Altenried canceled')).toContainText('Canceled');
	await expectAccessibleAtWidths(page, 'the history');
	await page.getByRole('button', { name: 'Delete calls' }).click();
	await expect(page.getByRole('dialog')).toBeVisible();
	await expectAccessible(page, 'the confirmation');
	await page.keyboard.press('Escape');
	await rowOf(page, 'أمينة').getByRole('button').click();
	await expect(page.getByRole('menuitem').first()).toBeVisible();
	await expectAccessible(page, 'the menu');
	await page.keyboard.press('Escape');
	await page.getByRole('button', { name: 'Place call' }).click();
	await expect(page.getByLabel('Customer name')).toHaveAttribute('aria-invalid', 'true');
	await expectAccessible(page, 'the form with errors');
	await page.getByLabel('Search name or number').fill('xyzzy');
	await expect(page.getByRole('heading', { name: 'Nothing matches' })).toBeVisible();
	await expectAccessible(page, 'nothing matches');
	await page.getByRole('button', { name: 'Delete calls' }).click();
	await expect(page.getByRole('dialog')).toContainText('No calls match the filters.');
	await expectAccessible(page, 'the confirmation under a filter');
	// Error pages have the same frame as all pages, with a live connection.
	await openDashboard(page, server, `/?q=${'x'.repeat(101)}`);
	await expectAccessible(page, 'the error page');
	await page.goto(`${server.url}/nowhere`);
	await expectConnection(page, 'Live');
	await expectAccessible(page, 'an address without a page');
	await page.goto(`${server.url}/proxies`);
	await expectAccessibleAtWidths(page, 'the proxy notes');
});
