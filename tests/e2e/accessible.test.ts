import { expectAccessible, expectAccessibleAtWidths } from './accessibility.ts';
import { expect, openDashboard, rowOf, test } from './server.ts';

test('[D16] the dashboard passes axe at three widths, in both themes', async ({ page, server }) => {
	await openDashboard(page, server);
	await expectAccessibleAtWidths(page, 'the empty history');
	for (const scenario of ['completed', 'busy', 'no-answer', 'failed', 'canceled'])
		await server.create({ customerName: `Maximiliane von Hohenstein-Altenried ${scenario}`, scenario });
	await server.create({ customerName: 'أمينة بنعلي', scheduledAt: '2099-01-01T00:00:00Z' });
	await openDashboard(page, server);
	await expect(rowOf(page, 'Altenried canceled')).toContainText('Canceled');
	await expectAccessibleAtWidths(page, 'the history');
	await page.getByRole('button', { name: 'Delete calls' }).click();
	await expectAccessible(page, 'the confirmation');
	await page.keyboard.press('Escape');
	await rowOf(page, 'أمينة').getByRole('button').click();
	await expectAccessible(page, 'the menu');
	await page.keyboard.press('Escape');
	await page.getByRole('button', { name: 'Place call' }).click();
	await expectAccessible(page, 'the form with errors');
	await page.goto(`${server.url}/?q=nobody`);
	await expectAccessible(page, 'nothing matches');
	await page.getByRole('button', { name: 'Delete calls' }).click();
	await expect(page.getByRole('dialog')).toContainText('No calls match the filters.');
	await expectAccessible(page, 'the confirmation under a filter');
	await page.goto(`${server.url}/?q=${'x'.repeat(101)}`);
	await expectAccessible(page, 'the error page');
	await page.goto(`${server.url}/nowhere`);
	await expectAccessible(page, 'an address without a page');
	await page.goto(`${server.url}/login`);
	await expectAccessible(page, 'login');
});

test('[D34] the proxy notes pass axe at three widths, in both themes', async ({ page, server }) => {
	await page.goto(`${server.url}/proxies`);
	await expectAccessibleAtWidths(page, 'the proxy notes');
});

test('[D17] calls can be placed and canceled by keyboard', async ({ page, server }) => {
	await server.create({ customerName: 'Sora', scheduledAt: '2099-01-01T00:00:00Z' });
	await openDashboard(page, server);
	await page.keyboard.press('n');
	await expect(page.getByLabel('Customer name')).toBeFocused();
	await page.keyboard.type('Tomas');
	await page.keyboard.press('Tab');
	await page.keyboard.press('Tab');
	await expect(page.getByLabel('Phone number')).toBeFocused();
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
