import { rm } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { test as behindProxy } from './proxy.ts';
import { hold, holdAnswer } from './hold.ts';
import { expect, expectConnection, follow, frames, openDashboard, step, test } from './server.ts';

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name });
/** Scrolls too far for loading page by page, so that the list loads only the new place. */
const drag = (page: Page): Promise<void> => page.evaluate(() => scrollTo(0, 300_000));
const pageOfCalls = (page: Page): Promise<unknown> =>
	page.waitForEvent('requestfinished', (request) => new URL(request.url()).pathname === '/api/calls');

test('[D59] a followed link wins over text that is typed into the search before or meanwhile', async ({
	page,
	server,
}) => {
	await server.create();
	await page.clock.install();
	await openDashboard(page, server);
	const search = page.getByLabel('Search name or number');
	const next = await hold(page, /^\/deliveries\/__data\.json$/);
	const asked: string[] = [];
	page.on('request', (request) => asked.push(new URL(request.url()).pathname));
	// Clicks the link during the delay in which the search waits for more letters.
	await search.evaluate((field: HTMLInputElement) => {
		field.value = 'A';
		field.dispatchEvent(new InputEvent('input', { bubbles: true }));
		document.querySelector<HTMLElement>('a[href="/deliveries"]')!.click();
	});
	await next.asked;
	await search.pressSequentially('d');
	// Long enough for the search to run, if the click had not canceled it.
	await page.clock.runFor(1_000);
	next.letGo();
	await expect(heading(page, 'Deliveries')).toBeVisible();
	await page.clock.runFor(1_000);
	await frames(page);
	await expect(page).toHaveURL(`${server.url}/deliveries`);
	expect(asked).not.toContain('/__data.json');
});

test.describe('a long list', () => {
	test.use({ calls: 20_000 });

	test('[D59] a list or page that is left is left, also when a page of the list or news arrive meanwhile', async ({
		page,
		server,
	}) => {
		const line = page.waitForEvent('websocket');
		await step('[D59] when the reader has dragged far, and a page arrives while the next page is loaded', async () => {
			const calls = await hold(page, /^\/api\/calls$/);
			await openDashboard(page, server);
			await calls.asked;
			const next = await hold(page, /^\/deliveries\/__data\.json$/);
			await drag(page);
			await frames(page);
			await follow(page, 'Deliveries');
			await next.asked;
			const came = pageOfCalls(page);
			calls.letGo();
			await came;
			await frames(page);
			next.letGo();
			await expect(heading(page, 'Deliveries')).toBeVisible();
			await expect(page).toHaveURL(`${server.url}/deliveries`);
			await page.unrouteAll();
		});

		await step('[D59] when the page arrives after the list is gone', async () => {
			const later = await hold(page, /^\/api\/calls$/);
			await follow(page, 'Calls');
			await expect(heading(page, 'Calls')).toBeAttached();
			await later.asked;
			await drag(page);
			await frames(page);
			await follow(page, 'Deliveries');
			await expect(heading(page, 'Deliveries')).toBeVisible();
			const asked: string[] = [];
			page.on('request', (request) => asked.push(new URL(request.url()).pathname));
			const cameLate = pageOfCalls(page);
			later.letGo();
			await cameLate;
			await frames(page);
			// No request for the list. Requests of the current page do not count.
			expect(asked.filter((path) => path === '/__data.json' || path.startsWith('/api/calls'))).toEqual([]);
			await expect(page).toHaveURL(`${server.url}/deliveries`);
			await page.unrouteAll();
		});

		await step('[D59] when the page that is left has news', async () => {
			await expectConnection(page, 'Live');
			const next = await hold(page, /^\/__data\.json$/);
			await follow(page, 'Calls');
			await next.asked;
			const news = (await line).waitForEvent('framereceived', {
				predicate: ({ payload }) => payload.includes('["deliveries"'),
			});
			await server.create();
			await news;
			await frames(page);
			next.letGo();
			await expect(heading(page, 'Calls')).toBeAttached();
			await expect(page).toHaveURL(`${server.url}/`);
		});
	});
});

test.describe('another database', () => {
	test.use({
		// eslint-disable-next-line no-empty-pattern -- Playwright reads from the pattern that no other fixture is needed
		env: async ({}, use, info) => use({ DATABASE_URL: `file:${info.outputPath('audena.db')}` }),
	});

	test('[D59] a followed link wins over a reset, and the feed continues at once', async ({ page, server }, info) => {
		await openDashboard(page, server);
		await server.create({ customerName: 'Ada' });
		const { asked, letGo } = await hold(page, /^\/deliveries\/__data\.json$/);
		await follow(page, 'Deliveries');
		await asked;

		// Listens on every socket of the page, because the first attempts to reconnect may find no server.
		const reset = new Promise<void>((resolve) => {
			page.on('websocket', (line) =>
				line.on('framereceived', ({ payload }) => payload.includes('"reset"') && resolve()),
			);
		});
		await server.stop();
		for (const end of ['', '-wal', '-shm']) await rm(info.outputPath(`audena.db${end}`), { force: true });
		await server.start();
		await reset;
		await frames(page);
		letGo();
		await expect(heading(page, 'Deliveries')).toBeVisible();
		await expect(page).toHaveURL(`${server.url}/deliveries`);
		// The timeout ends before the feed would request the list again.
		await expect(page.getByRole('button', { name: /^Connection:/ })).toContainText('Live', { timeout: 8_000 });
	});
});

behindProxy.describe('over the event stream', () => {
	behindProxy.use({
		calls: 5_000,
		env: { PROVIDER_DELAY_MS_MIN: '60000', PROVIDER_DELAY_MS_MAX: '60000' },
	});

	behindProxy(
		'[D62] a waiting search runs once the server responds, even if a list reload waits too',
		async ({ page, server, between }) => {
			await page.goto(between.url);
			await expectConnection(page, 'Live over the event stream');
			await server.create({ customerName: 'Pending' });
			await expect(page.locator('.pager')).toContainText('5,001 calls');
			// The first deletion reloads the list at once. The second reloads it again after that.
			const { read, letGo } = await holdAnswer(page, '/__data.json');
			const { calls } = await server.api<{ calls: { id: string }[] }>('GET', '/api/calls?order=oldest&limit=2');
			await server.api('DELETE', `/api/calls/${calls[0]!.id}`);
			await read;
			await server.api('DELETE', `/api/calls/${calls[1]!.id}`);
			await server.create({ customerName: 'Sent after the second' });
			await expect(page.locator('.pager')).toContainText('5,002 calls');
			await server.stop();
			await expectConnection(page, /Reconnecting/);
			// The search checks for the server every five seconds. A shorter gap shows that the list checks too.
			const asks: number[] = [];
			page.on('request', (request) => request.url().endsWith('/healthz') && asks.push(Date.now()));
			await page.getByLabel('Search name or number').fill('Pend');
			await expect.poll(() => asks.length).toBeGreaterThan(0);
			letGo();
			await expect(page.locator('.pager')).toContainText('5,001 calls');
			await expect.poll(() => asks.some((at, i) => i > 0 && at - asks[i - 1]! < 4_000)).toBe(true);
			await server.start();
			await expect(page).toHaveURL(/q=Pend/, { timeout: 15_000 });
		},
	);
});
