import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, openDashboard, rowOf, test } from './server.ts';

const WIDTHS = [360, 768, 1440];

async function expectClean(page: Page, what: string): Promise<void> {
	const { violations } = await new AxeBuilder({ page })
		.withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
		.analyze();
	const found = violations.map(
		({ id, nodes }) => `${what}: ${id} at ${nodes.map(({ target }) => target.join(' ')).join(', ')}`,
	);
	expect(found).toEqual([]);
	const beyond = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
	expect(beyond, `${what}: no sideways scrolling`).toBeLessThanOrEqual(0);
}

for (const colorScheme of ['light', 'dark'] as const) {
	test(`[D16] the dashboard is accessible at three widths, ${colorScheme}`, async ({ page, server }) => {
		test.slow(); // axe looks at thirteen screens
		await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
		await openDashboard(page, server);
		for (const width of WIDTHS) {
			await page.setViewportSize({ width, height: 900 });
			await expectClean(page, `the empty history at ${width}`);
		}
		for (const scenario of ['completed', 'busy', 'no-answer', 'failed', 'canceled'])
			await server.create({ customerName: `Maximiliane von Hohenstein-Altenried ${scenario}`, scenario });
		await server.create({ customerName: 'أمينة بنعلي', scheduledAt: '2099-01-01T00:00:00Z' });
		await openDashboard(page, server);
		await expect(rowOf(page, 'Altenried canceled')).toContainText('Canceled');
		for (const width of WIDTHS) {
			await page.setViewportSize({ width, height: 900 });
			await expectClean(page, `history at ${width}`);
		}
		await page.getByRole('button', { name: 'Clear all' }).click();
		await expectClean(page, 'the confirmation');
		await page.keyboard.press('Escape');
		await rowOf(page, 'أمينة').getByRole('button').click();
		await expectClean(page, 'the menu');
		await page.keyboard.press('Escape');
		await page.getByRole('button', { name: 'Place call' }).click();
		await expectClean(page, 'the form with errors');
		await page.goto(`${server.url}/?q=nobody`);
		await expectClean(page, 'nothing matches');
		await page.getByRole('button', { name: 'Clear all' }).click();
		await expect(page.getByRole('dialog')).toContainText('No call matches now.');
		await expectClean(page, 'the confirmation under a filter');
		await page.goto(`${server.url}/?q=${'x'.repeat(101)}`);
		await expectClean(page, 'the error page');
		await page.goto(`${server.url}/nowhere`);
		await expectClean(page, 'an address without a page');
		await page.goto(`${server.url}/login`);
		await expectClean(page, 'login');
	});

	test(`[D34] the proxy notes are accessible at three widths, ${colorScheme}`, async ({ page, server }) => {
		await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
		await page.goto(`${server.url}/proxies`);
		for (const width of WIDTHS) {
			await page.setViewportSize({ width, height: 900 });
			await expectClean(page, `the proxy notes at ${width}`);
		}
	});
}

test('[D17] everything can be reached and done by keyboard', async ({ page, server }) => {
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
	await expect(page.getByRole('menuitem', { name: 'Mark completed' })).toBeFocused();
	await page.keyboard.press('ArrowDown');
	await page.keyboard.press('ArrowDown');
	await expect(page.getByRole('menuitem', { name: 'Cancel call' })).toBeFocused();
	await page.keyboard.press('Enter');
	await expect(rowOf(page, 'Sora')).toContainText('Canceled');
	await expect(rowOf(page, 'Sora').getByRole('button')).toBeFocused();
});
