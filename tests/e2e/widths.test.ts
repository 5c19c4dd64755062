import type { Page } from '@playwright/test';
import { expect, openDashboard, rowOf, test, type Server } from './server.ts';

/** On both sides of every width at which the page folds, and where columns are narrowest. */
const WIDTHS = [360, 639, 640, 768, 1087, 1088, 1200, 1343, 1344, 1423, 1424, 1440];

test.use({ trace: { mode: 'retain-on-failure', snapshots: false, screenshots: false } });

async function open(page: Page, server: Server, width: number, path?: string): Promise<void> {
	await page.setViewportSize({ width, height: 740 });
	await openDashboard(page, server, path);
	expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
}

/** What of the rows' text is cut, or leaves its column. */
const cut = (page: Page): Promise<string[]> =>
	page.evaluate(() =>
		[...document.querySelectorAll<HTMLElement>('tbody :is(.c-name bdi, .c-tel, .c-wf, .why, .due, .status, .c-talk)')]
			.filter((part) => part.scrollWidth > part.clientWidth && part.clientWidth > 0)
			.map((part) => part.textContent.trim()),
	);

test('[D61] names of twenty letters, outcomes and times of another year are whole', async ({ page, server }) => {
	test.slow(); // twelve widths
	await server.create({ customerName: 'Wilhelmina Hammerman', phoneNumber: '+5491132740312', scenario: 'no-answer' });
	await server.create({ customerName: 'Later', scheduledAt: '2099-12-24T20:20:00Z' });
	for (const width of WIDTHS) {
		await open(page, server, width);
		await expect(rowOf(page, 'Wilhelmina Hammerman')).toContainText('No answer');
		const due = rowOf(page, 'Later').getByText('Due 24 Dec 2099, 21:20');
		await expect(due).toHaveAttribute('title', /^Scheduled for 24 Dec 2099, 21:20:00/);
		expect(await cut(page), `at ${width}`).toEqual([]);
		const [row, time] = [await rowOf(page, 'Later').boundingBox(), await due.boundingBox()];
		expect(time!.y).toBeGreaterThanOrEqual(row!.y);
		expect(time!.y + time!.height).toBeLessThanOrEqual(row!.y + row!.height);
		await expect(rowOf(page, 'Later')).toContainText(/in 2\d,\d{3} d/);
	}
});

test('one line parts the last row from the foot of the list', async ({ page, server }) => {
	await server.create();
	await openDashboard(page, server);
	const bottom = await rowOf(page, 'Ada').evaluate((row) => row.getBoundingClientRect().bottom);
	expect(await page.locator('.pager').evaluate((foot) => foot.getBoundingClientRect().top)).toBeCloseTo(bottom - 1, 1);
});
