import type { Page } from '@playwright/test';
import { expect, expectConnection, openDashboard, rowOf, test, type Server } from './server.ts';

/** Both sides of every breakpoint of the page, and the widths with the narrowest columns. */
const WIDTHS = [360, 639, 640, 768, 1087, 1088, 1200, 1263, 1264, 1280, 1366, 1423, 1424, 1440];

async function open(page: Page, server: Server, width: number, path?: string): Promise<void> {
	await page.setViewportSize({ width, height: 740 });
	await openDashboard(page, server, path);
	expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
}

/** Returns the texts of rows that are cut or overflow their column. */
const cut = (page: Page): Promise<string[]> =>
	page.evaluate(() =>
		[...document.querySelectorAll<HTMLElement>('tbody :is(.c-name bdi, .c-tel, .c-wf, .why, .due, .status, .c-talk)')]
			.filter((part) => part.scrollWidth > part.clientWidth && part.clientWidth > 0)
			.map((part) => part.textContent.trim()),
	);

test('[D61] names of twenty letters, outcomes and start times are shown whole', async ({ page, server }) => {
	test.slow(); // fourteen widths
	await server.create({ customerName: 'Wilhelmina Hammerman', phoneNumber: '+5491132740312', scenario: 'no-answer' });
	await server.create({ customerName: 'Later', scheduledAt: '2099-12-24T20:20:00Z' });
	for (const width of WIDTHS) {
		await open(page, server, width);
		await expect(rowOf(page, 'Wilhelmina Hammerman')).toContainText('No answer');
		const due = rowOf(page, 'Later').getByText(/^Starts in 2\d,\d{3} d$/);
		await expect(due).toHaveAttribute('title', /^Scheduled for 24 Dec 2099, 21:20:00/);
		expect(await cut(page), `at ${width}`).toEqual([]);
		const [row, time] = [await rowOf(page, 'Later').boundingBox(), await due.boundingBox()];
		expect(time!.y).toBeGreaterThanOrEqual(row!.y);
		expect(time!.y + time!.height).toBeLessThanOrEqual(row!.y + row!.height);
		await expect(rowOf(page, 'Later')).toContainText(/in 2\d,\d{3} d/);
	}
});

test('the last row and the footer of the list share one line', async ({ page, server }) => {
	await server.create();
	await openDashboard(page, server);
	const bottom = await rowOf(page, 'Ada').evaluate((row) => row.getBoundingClientRect().bottom);
	expect(await page.locator('.pager').evaluate((foot) => foot.getBoundingClientRect().top)).toBeCloseTo(bottom - 1, 1);
});

test.describe('a scrolled list', () => {
	test.use({ calls: 13_000 });

	test('[D61] shows its filters, and its pill covers nothing for any number of new calls', async ({ page, server }) => {
		test.slow(); // ten thousand calls
		await page.setViewportSize({ width: 1440, height: 740 });
		await openDashboard(page, server, '/?status=FAILED&status=PENDING&q=caller');
		await expect(page).toHaveTitle('“caller” · Failed, Pending · Calls · Audena');
		await page.evaluate(() => scrollTo(0, 3_000));
		const words = page.getByRole('link', { name: '“caller” · Failed, Pending', exact: true });
		await expect(words).toBeInViewport({ ratio: 1 });
		const call = { customerName: 'Caller', phoneNumber: '+12025550100', workflow: 'SALES' };
		const calls = Array.from({ length: 500 }, () => ({ ...call, scheduledAt: '2099-01-01T00:00:00Z' }));
		for (let batch = 0; batch < 20; batch++) await server.api('POST', '/api/calls/batch', { calls });
		const pill = page.getByRole('link', { name: '10,000 new calls' });
		await expect(pill).toBeVisible({ timeout: 60_000 });
		for (const width of WIDTHS) {
			await page.setViewportSize({ width, height: 740 });
			await expect(pill).toBeInViewport({ ratio: 1 });
			const covered = await pill.evaluate((link) => {
				const own = link.getBoundingClientRect();
				const others = 'thead th, tbody tr, .strip > :not(.pill), .filters';
				return [...document.querySelectorAll<HTMLElement>(others)]
					.filter(
						(other) => getComputedStyle(other).visibility !== 'hidden' && getComputedStyle(other).clipPath === 'none',
					)
					.filter((other) => other.closest('thead')?.clientHeight !== 1)
					.filter((other) => {
						const { left, right, top, bottom, width } = other.getBoundingClientRect();
						const isUnder = own.left < right && own.right > left && own.top < bottom - 0.5 && own.bottom > top + 0.5;
						// Rows continue under the sticky head. The pill may not extend below the head.
						return width > 0 && isUnder && (other.closest('tbody') === null || own.bottom > headOf());
					})
					.map((other) => other.textContent.trim());
				function headOf(): number {
					return Number.parseFloat(getComputedStyle(document.querySelector('tbody')!).scrollMarginTop);
				}
			});
			expect(covered, `at ${width}`).toEqual([]);
			await expect(words).toBeInViewport();
		}
		await words.click();
		await expect(page.getByLabel('Search name or number')).toBeInViewport({ ratio: 1 });
		await expect(words).toHaveCount(0);
	});

	test('[D55] says that a date has no calls, and which calls it shows instead', async ({ page, server }) => {
		for (const width of [360, 1440]) {
			await page.setViewportSize({ width, height: 740 });
			await openDashboard(page, server);
			await page.getByRole('button', { name: 'Jump to date' }).click();
			await page.getByLabel('Calls on this date').fill('0001-01-01');
			await page.keyboard.press('Enter');
			await expect(page.getByText('No calls before 11 Nov 2026. These are the oldest.')).toBeInViewport({ ratio: 1 });
			await page.evaluate(() => scrollTo(0, 0));
			await expect(page.getByText('No calls before')).toHaveCount(0);
		}
	});
});

test('[D61] the page for no matches does not scroll sideways, even with a long search', async ({ page, server }) => {
	await server.create();
	for (const width of [360, 1440]) {
		await open(page, server, width, `/?status=FAILED&outcome=no-answer&q=${'abcdefghij'.repeat(10)}`);
		await expect(page.getByText('status: Failed and outcome: No answer')).toBeVisible();
		const drop = await page.getByRole('link', { name: 'Clear search' }).boundingBox();
		expect(drop!.width).toBeLessThanOrEqual(320);
		expect(drop!.x + drop!.width).toBeLessThanOrEqual(width);
	}
});

test('[D63] a short search says that it matches only beginnings', async ({ page, server }) => {
	await server.create();
	await openDashboard(page, server, '/?q=55');
	await expect(
		page.getByText('Two characters match only the beginnings of words and numbers. Type one more.'),
	).toBeVisible();
	await page.getByLabel('Search name or number').fill('555');
	await expect(rowOf(page, 'Ada')).toBeVisible();
});

test('[D62] a search that waits for the server says so beside the filters', async ({ page, server }) => {
	await server.create();
	for (const width of [360, 1440]) {
		await open(page, server, width);
		await expect(rowOf(page, 'Ada')).toContainText('Completed');
		await server.stop('SIGKILL');
		await page.getByLabel('Search name or number').fill('ada');
		const said = page.getByRole('status').filter({ hasText: 'Waiting for the server.' });
		await expect(said).toBeInViewport({ ratio: 1 });
		await server.start();
		await expectConnection(page, 'Live');
		await expect(page).toHaveURL(/q=ada/);
		await expect(said).toHaveCount(0);
	}
});

test('a filter chip shows its name and value side by side', async ({ page, server }) => {
	await server.create();
	await openDashboard(page, server, '/?outcome=busy&run=nightly');
	for (const name of ['Remove filter outcome: Busy', 'Remove filter run: nightly']) {
		const chip = page.getByRole('link', { name }).first();
		const gap = await chip.evaluate((link) => {
			const value = link.querySelector('b')!;
			const label = value.parentElement!.querySelector('span')!;
			return value.getBoundingClientRect().left - label.getBoundingClientRect().right;
		});
		expect(gap).toBeLessThan(6);
	}
});
