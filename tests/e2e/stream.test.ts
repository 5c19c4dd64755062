import type { Page } from '@playwright/test';
import { test } from './proxy.ts';
import { expect, expectConnection, isMarked, mark, rowOf, step } from './server.ts';

const OVER_STREAM = 'Live over the event stream';
const indicator = (page: Page) => page.getByRole('button', { name: /^Connection:/ });
const goOnline = (page: Page) => page.evaluate(() => void dispatchEvent(new Event('online')));

test('[D30] where a proxy blocks WebSockets one tab holds the event stream for all, and the tabs return to the socket when they can', async ({
	context,
	server,
	between,
}) => {
	test.slow();
	const pages = [await context.newPage(), await context.newPage(), await context.newPage()];
	const [first, second, third] = pages as [Page, Page, Page];
	const others = [second, third];
	for (const page of pages) {
		await page.goto(between.url);
		await expectConnection(page, OVER_STREAM);
		await mark(page);
	}
	await expect(first.getByText('A proxy between this browser and the server blocks WebSockets.')).toBeVisible();
	await expect(first.getByRole('link', { name: 'Proxy notes' })).toHaveAttribute('href', '/proxies');
	await expect.poll(between.streams).toBe(1);

	const everywhere = async (name: string, tabs: readonly Page[]): Promise<void> => {
		await server.create({ customerName: name });
		for (const page of tabs) await expect(rowOf(page, name)).toContainText('Completed');
	};
	await everywhere('Amara', pages);
	await expect.poll(between.streams).toBe(1);

	// The first tab holds the stream, because it opened first. Another tab takes over, and no change is lost.
	await first.close();
	const meanwhile = ['Bela', 'Chidi', 'Dora'];
	for (const customerName of meanwhile) await server.create({ customerName });
	for (const page of others) for (const name of meanwhile) await expect(rowOf(page, name)).toContainText('Completed');
	for (const page of others) await expectConnection(page, OVER_STREAM);
	await expect.poll(between.streams).toBe(1);

	// The server restarts: missed changes arrive without a reload.
	await server.stop('SIGKILL');
	for (const page of others) await expect(indicator(page)).toContainText(/Reconnecting|Stale/);
	await server.start();
	await everywhere('Efe', others);
	for (const page of others) await expectConnection(page, OVER_STREAM);
	await expect.poll(between.streams).toBe(1);

	// At most three streams: of the holder, of a request for missing changes, and of the former holder in a handover.
	expect(between.mostStreams).toBeLessThanOrEqual(3);

	between.upgrades = true;
	await goOnline(second);
	for (const page of others) {
		await expect(indicator(page)).not.toContainText('over the event stream');
		await expectConnection(page, 'Live');
	}
	await expect.poll(between.sockets).toBe(2);
	await expect.poll(between.streams).toBe(0);
	await expect(second.getByText('blocks WebSockets')).toHaveCount(0);
	await everywhere('Farid', others);
	for (const page of others) {
		expect(await isMarked(page)).toBe(true);
		for (const name of ['Amara', ...meanwhile, 'Efe', 'Farid']) await expect(rowOf(page, name)).toHaveCount(1);
	}
});

test('[D35] another tab takes over the stream of a frozen tab', async ({ context, server, between }) => {
	test.slow();
	const [one, two] = [await context.newPage(), await context.newPage()];
	// This page holds the lock of the stream and sends nothing to other tabs, as a frozen tab does.
	await one.goto(`${between.url}/proxies`);
	await one.evaluate(() => void navigator.locks.request('audena-feed', () => new Promise(() => undefined)));
	await two.goto(between.url);
	await expectConnection(two, OVER_STREAM);
	await server.create({ customerName: 'Gita' });
	await expect(rowOf(two, 'Gita')).toContainText('Completed');
});

test.describe('a protected dashboard', () => {
	const TOKEN = 'a-token-for-the-stream-tests';
	test.use({ env: { API_TOKEN: TOKEN } });

	test('[D37, D41] over the event stream the deliveries page loads its data again, and a session that ends is shown as ended', async ({
		context,
		page,
		server,
		between,
	}) => {
		await page.goto(between.url);
		await page.getByLabel(/token/i).fill(TOKEN);
		await page.keyboard.press('Enter');
		await expectConnection(page, OVER_STREAM);
		const other = await context.newPage();
		await other.goto(`${between.url}/deliveries`);
		await expectConnection(other, OVER_STREAM);

		await step('[D37] the deliveries page loads its data again after changes, and says how old it is', async () => {
			await mark(other);
			await server.create({ customerName: 'Ines' });
			await expect(other.getByRole('listitem').filter({ hasText: 'Ines' }).first()).toBeVisible();
			await expect(other.getByText(/As of \d\d:\d\d:\d\d/)).toBeVisible();
			await expect(other.getByRole('link', { name: 'Reload' })).toBeVisible();
			expect(await isMarked(other)).toBe(true);
		});

		await step('[D41] a session that ends is shown as ended, and nothing is live', async () => {
			await page.getByRole('button', { name: 'Sign out' }).click();
			await expect(page).toHaveURL(/\/login/);
			await expect(other.getByText('The session has ended.')).toBeVisible();
			await expect(indicator(other)).not.toContainText('Live');
			await expect.poll(between.streams).toBe(0);
		});
	});
});
