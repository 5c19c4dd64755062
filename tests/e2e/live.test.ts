import type { Page } from '@playwright/test';
import { test } from './proxy.ts';
import { expect, expectConnection, isMarked, mark, openDashboard, rowOf, step } from './server.ts';

test('[D10] the indicator is true while the server is away, and missed changes arrive without a reload', async ({
	page,
	server,
}) => {
	const { id } = await server.create({ customerName: 'Ivo Before', scheduledAt: '2099-01-01T00:00:00Z' });
	await openDashboard(page, server);
	await mark(page);
	await server.stop('SIGKILL');
	await expectConnection(page, /Reconnecting|Stale/);
	await server.start();
	// These changes come before or during the reconnect of the tab. In both cases the tab must not miss them.
	await server.create({ customerName: 'Jana Meanwhile' });
	await server.api('PATCH', `/api/calls/${id}`, { status: 'FAILED' });
	await expectConnection(page, 'Live');
	await expect(rowOf(page, 'Jana Meanwhile')).toContainText('Completed');
	await expect(rowOf(page, 'Ivo Before')).toContainText('Failed');
	expect(await isMarked(page)).toBe(true);
});

test.describe('a long list', () => {
	test.use({ calls: 20_000 });

	test('[D8, D62] while the server is away the form keeps its draft, and a search replaces no page; both go on once it is back', async ({
		page,
		server,
	}) => {
		await openDashboard(page, server);
		await page.getByLabel('Customer name').fill('Caller 12345');
		await page.getByLabel('Phone number').fill('+12025550100');
		const search = page.getByLabel('Search name or number');
		await search.evaluate((field) => Object.assign(window, { field }));
		await server.stop();

		await step('[D8] a request that gets no response keeps the draft', async () => {
			await page.getByRole('button', { name: 'Place call' }).click();
			await expect(page.getByText(/Call not placed/)).toBeVisible();
			await expect(page.getByLabel('Customer name')).toHaveValue('Caller 12345');
		});

		await step('[D62] a search replaces no page, and says that it waits for the server', async () => {
			// The search asks whether the server is back, while the server is down.
			const asked = page.waitForEvent('requestfailed', (request) => new URL(request.url()).pathname === '/healthz');
			await search.pressSequentially('Caller 1234');
			await asked;
			await expectConnection(page, /Reconnecting|Stale/);
			await search.pressSequentially('5');
			for (const width of [360, 1440]) {
				await page.setViewportSize({ width, height: 740 });
				const said = page.getByRole('status').filter({ hasText: 'Waiting for the server.' });
				await expect(said).toBeInViewport({ ratio: 1 });
			}
			await expect(rowOf(page, 'Caller 20000')).toBeVisible();
			await expect(page).toHaveURL(`${server.url}/`);
		});

		await step('[D62] a place in the old list, to which it is dragged, lets the search go first', async () => {
			await page.getByLabel('Customer name').focus();
			await page.evaluate(() => scrollTo(0, 300_000));
			await page.waitForRequest((request) => request.url().endsWith('/healthz'));
			await server.start();
			await expect(page).toHaveURL(`${server.url}/?q=Caller+12345`, { timeout: 30_000 });
			await expect(rowOf(page, 'Caller 20000')).toHaveCount(0);
			await expect(rowOf(page, 'Caller 12345')).toBeVisible();
			await expect(page.getByText('Waiting for the server.')).toHaveCount(0);
			// The field is the same element as before, with the typed text.
			await expect(search).toHaveValue('Caller 12345');
			expect(await search.evaluate((field) => 'field' in window && window.field === field)).toBe(true);
		});

		await step('[D8] the draft says what happened, and is sent again', async () => {
			await expectConnection(page, 'Live');
			// The message stays when the server is back, because it is still true.
			await expect(page.getByRole('alert')).toContainText('The server did not respond. Your draft is kept.');
			await page.getByRole('button', { name: 'Try again' }).click();
			await expect(rowOf(page, 'Caller 12345')).toHaveCount(2);
		});
	});
});

test('[D11, D31] a network that is cut, one that dies without a signal, and a browser that is offline: the indicator says so, and what was missed comes', async ({
	context,
	page,
	server,
	between,
}) => {
	test.slow();
	between.upgrades = true;
	const told = await collectTexts(page);
	await page.goto(between.url);
	await expectConnection(page, 'Live');
	await mark(page);

	await step('[D31] a network that is cut', async () => {
		between.cut();
		await expectConnection(page, 'Reconnecting');
		for (const customerName of ['Lara', 'Milo']) await server.create({ customerName });
		const silent = told.length;
		await expectConnection(page, 'Stale since');
		expect(told.slice(silent).filter((words) => words.includes('Live'))).toEqual([]);
		await expect(rowOf(page, 'Lara')).toHaveCount(0);
		between.mend();
		for (const name of ['Lara', 'Milo']) await expect(rowOf(page, name)).toContainText('Completed');
		await expectConnection(page, 'Live');
	});

	await step('[D31] a network that dies without a signal', async () => {
		between.silent = true;
		await server.create({ customerName: 'Noor' });
		await expectConnection(page, 'Stale since');
		await expect(rowOf(page, 'Noor')).toHaveCount(0);
		between.silent = false;
		await page.evaluate(() => void dispatchEvent(new Event('online')));
		await expect(rowOf(page, 'Noor')).toContainText('Completed');
		await expectConnection(page, 'Live');
	});

	await step('[D11] a browser that is offline, and back', async () => {
		await context.setOffline(true);
		// Chromium keeps an open WebSocket in offline mode, so the proxy must cut it, too.
		between.cut();
		between.mend();
		await server.create({ customerName: 'Kofi Offline' });
		await expectConnection(page, 'Stale since');
		await expect(rowOf(page, 'Kofi Offline')).toHaveCount(0);
		await context.setOffline(false);
		await expectConnection(page, 'Live');
		await expect(rowOf(page, 'Kofi Offline')).toContainText('Completed');
	});
	expect(await isMarked(page)).toBe(true);
});

/** Collects every text that the connection indicator shows from the next page load on. */
async function collectTexts(page: Page): Promise<string[]> {
	const told: string[] = [];
	await page.exposeFunction('tell', (words: string) => told.push(words));
	await page.addInitScript(() => {
		let last = '';
		const { tell } = window as unknown as { tell: (words: string) => void };
		const look = (): void => {
			const words = document.querySelector('.conn')?.textContent ?? '';
			if (words !== last) tell((last = words));
		};
		new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true });
	});
	return told;
}

test('[D38] a tab that slept checks its connection at once when it wakes', async ({ page, server, between }) => {
	between.upgrades = true;
	await page.clock.install();
	await page.goto(between.url);
	await page.clock.runFor(2_000);
	await expectConnection(page, 'Live');
	between.silent = true;
	await server.create({ customerName: 'Omar' });
	// No timer runs while the machine sleeps. The page wakes an hour later, before its first timer.
	let now = 0;
	// Repeats both calls, because a slow machine may be past this time before `pauseAt` runs.
	await expect(async () => {
		now = await page.evaluate(() => Date.now());
		await page.clock.pauseAt(now + 1_000);
	}).toPass();
	await page.clock.setSystemTime(now + 3_600_000);
	between.silent = false;
	expect(between.upgraded).toBe(1);
	await page.evaluate(() => void document.dispatchEvent(new Event('visibilitychange')));
	await expect.poll(() => between.upgraded).toBe(2);
	await page.clock.resume();
	await expect(rowOf(page, 'Omar')).toContainText('Completed');
	await expectConnection(page, 'Live');
});

test('[D32] a server of another version asks for a reload, and typed text stays', async ({ page, server }) => {
	await openDashboard(page, server);
	const typed = { 'Customer name': 'Half a nam', 'Phone number': '+44 20 79' };
	for (const [label, text] of Object.entries(typed)) await page.getByLabel(label).fill(text);
	await page.getByLabel('Sales').check();
	const isUntouched = async (): Promise<void> => {
		for (const [label, text] of Object.entries(typed)) await expect(page.getByLabel(label)).toHaveValue(text);
		await expect(page.getByLabel('Sales')).toBeChecked();
	};

	// build/main.js is another build than the host of the tests' servers, so it has another version.
	await server.stop();
	await server.start('build/main.js');
	await expectConnection(page, 'Live');
	const notice = page.getByRole('status').filter({ hasText: 'The server runs a different version than this page.' });
	await expect(notice).toBeVisible();
	await isUntouched();
	await expect(page.getByLabel('Phone number')).toBeEditable();
	await notice.getByRole('button', { name: 'Reload' }).click();
	await expect(notice).toHaveCount(0);
	await isUntouched();
});
