import type { Locator, Page } from '@playwright/test';
import { expect, frames, openDashboard, rowOf, step, test } from './server.ts';

/** Widths on both sides of every breakpoint of the page, and the widths with the narrowest columns. */
const WIDTHS = [360, 639, 640, 768, 1087, 1088, 1200, 1263, 1264, 1280, 1366, 1423, 1424, 1440];

/** Gives the page this width, and waits until the page was drawn. Expects no sideways scrolling. */
async function widen(page: Page, width: number): Promise<void> {
	await page.setViewportSize({ width, height: 740 });
	await frames(page);
	expect(await page.evaluate(() => document.documentElement.scrollWidth), `at ${width}`).toBeLessThanOrEqual(width);
}

/** Returns the texts of rows that are cut or overflow their column. */
const cut = (page: Page): Promise<string[]> =>
	page.evaluate(() =>
		[...document.querySelectorAll<HTMLElement>('tbody :is(.c-name bdi, .c-tel, .c-wf, .why, .due, .status, .c-talk)')]
			.filter((part) => part.scrollWidth > part.clientWidth && part.clientWidth > 0)
			.map((part) => part.textContent.trim()),
	);

test('[D61, D63] names of twenty letters, outcomes, times and filters are whole at every width, and a short search says so', async ({
	page,
	server,
}) => {
	await server.create({ customerName: 'Wilhelmina Hammerman', phoneNumber: '+5491132740312', scenario: 'no-answer' });
	await server.create({ customerName: 'Later', scheduledAt: '2099-12-24T20:20:00Z' });
	await openDashboard(page, server);
	await expect(rowOf(page, 'Wilhelmina Hammerman')).toContainText('No answer');

	await step('[D61] names of twenty letters, outcomes and times of another year are whole', async () => {
		const due = rowOf(page, 'Later').getByText(/^Starts in 2\d,\d{3} d$/);
		await expect(due).toHaveAttribute('title', /^Scheduled for 24 Dec 2099, 21:20:00/);
		for (const width of WIDTHS) {
			await widen(page, width);
			expect(await cut(page), `at ${width}`).toEqual([]);
			const [row, time] = [await rowOf(page, 'Later').boundingBox(), await due.boundingBox()];
			expect(time!.y).toBeGreaterThanOrEqual(row!.y);
			expect(time!.y + time!.height).toBeLessThanOrEqual(row!.y + row!.height);
			await expect(rowOf(page, 'Later')).toContainText(/in 2\d,\d{3} d/);
		}
	});

	await step('one line parts the last row from the foot of the list', async () => {
		const bottom = await rowOf(page, 'Wilhelmina').evaluate((row) => row.getBoundingClientRect().bottom);
		expect(await page.locator('.pager').evaluate((foot) => foot.getBoundingClientRect().top)).toBeCloseTo(
			bottom - 1,
			1,
		);
	});

	await step('[D63] a search too short for all of a name or number says so', async () => {
		const search = page.getByLabel('Search name or number');
		await search.fill('74');
		await expect(
			page.getByText('Two characters match only the beginnings of words and numbers. Type one more.'),
		).toBeVisible();
		await search.fill('740');
		await expect(rowOf(page, 'Wilhelmina')).toBeVisible();
	});

	await page.goto(`${server.url}/?status=FAILED&outcome=no-answer&q=${'abcdefghij'.repeat(10)}`);
	await step('a chip says its filter and the value side by side', async () => {
		const chip = page.getByRole('link', { name: 'Remove filter outcome No answer' }).first();
		const gap = await chip.evaluate((link) => {
			const value = link.querySelector('b')!;
			const label = value.parentElement!.querySelector('span')!;
			return value.getBoundingClientRect().left - label.getBoundingClientRect().right;
		});
		expect(gap).toBeLessThan(6);
	});

	await step('[D61] nothing that matches stays within the screen, however long the search', async () => {
		for (const width of [360, 1440]) {
			await widen(page, width);
			await expect(page.getByText('status: Failed and outcome: No answer')).toBeVisible();
			const sentence = page.getByText('No call matches');
			const box = (await sentence.boundingBox())!;
			expect(box.x + box.width).toBeLessThanOrEqual(width);
			expect(await sentence.evaluate((text) => text.scrollWidth - text.clientWidth)).toBeLessThanOrEqual(0);
		}
	});
});

test.describe('a list that is scrolled', () => {
	test.use({ calls: 5_000 });

	test('[D61] its filters are in sight, and its pill covers nothing, however many calls are new', async ({
		page,
		server,
	}) => {
		test.slow(); // creates ten thousand calls
		await page.setViewportSize({ width: 1440, height: 740 });
		await openDashboard(page, server, '/?status=FAILED&status=PENDING&workflow=SUPPORT&q=caller');
		const said = '“caller” · Failed, Pending · Support';
		await expect(page).toHaveTitle(`${said} · Calls · Audena`);

		await step('[D61] filters that are on are in sight, in the line of the other tools', async () => {
			const lineOf = async (what: Locator): Promise<number> => (await what.boundingBox())!.y;
			const [clear, other] = [page.getByRole('button', { name: 'Delete calls' }), page.getByText('Import / Export')];
			for (const width of [360, 768, 1100, 1440]) {
				await widen(page, width);
				for (const name of ['Remove filter status: Pending, Failed', 'Remove filter workflow: Support'])
					await expect(page.getByRole('link', { name })).toBeInViewport({ ratio: 1 });
				await expect(clear).toBeInViewport({ ratio: 1 });
				expect(await lineOf(clear)).toBeCloseTo(await lineOf(other), 0);
			}
		});

		const words = page.getByRole('link', { name: said, exact: true });
		await step('[D61] beyond the first screen the words are in sight, and the pill covers nothing', async () => {
			await page.evaluate(() => scrollTo(0, 3_000));
			await expect(words).toBeInViewport({ ratio: 1 });
			const call = { customerName: 'Caller', phoneNumber: '+12025550100', workflow: 'SUPPORT' };
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
							// A row counts as covered only if the pill extends below the sticky head, which covers
							// rows anyway.
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
	});
});
