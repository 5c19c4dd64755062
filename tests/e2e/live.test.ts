import { readFile, rm, writeFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { test } from './proxy.ts';
import { expect, expectConnection, openDashboard, rowOf } from './server.ts';

test('[D10] the indicator is true while the server is away, and missed changes arrive without a reload', async ({
	page,
	server,
}) => {
	const { id } = await server.create({ customerName: 'Ivo Before', scheduledAt: '2099-01-01T00:00:00Z' });
	await openDashboard(page, server);
	await page.evaluate(() => Object.assign(window, { notReloaded: true }));
	await server.stop('SIGKILL');
	await expectConnection(page, /Reconnecting|Stale/);
	await server.start();
	// Before or during the tab's reconnect. In both cases it must not miss these changes.
	await server.create({ customerName: 'Jana Meanwhile' });
	await server.api('PATCH', `/api/calls/${id}`, { status: 'FAILED' });
	await expectConnection(page, 'Live');
	await expect(rowOf(page, 'Jana Meanwhile')).toContainText('Completed');
	await expect(rowOf(page, 'Ivo Before')).toContainText('Failed');
	expect(await page.evaluate(() => 'notReloaded' in window)).toBe(true);
});

test('[D62] a search that is typed while the server is away keeps the page, and runs when the server is back', async ({
	page,
	server,
}) => {
	for (const customerName of ['Ada Away', 'Bela Stein']) await server.create({ customerName });
	await openDashboard(page, server);
	await expect(rowOf(page, 'Bela Stein')).toContainText('Completed');
	const search = page.getByLabel('Search name or number');
	await search.evaluate((field) => Object.assign(window, { field }));
	await server.stop('SIGKILL');
	// The search sends its request to a server that is down.
	const asked = page.waitForEvent('requestfailed', (request) => new URL(request.url()).pathname === '/healthz');
	await search.pressSequentially('Ada A');
	await asked;
	await expectConnection(page, /Reconnecting|Stale/);
	await search.pressSequentially('w');
	await expect(rowOf(page, 'Bela Stein')).toBeVisible();
	await expect(page).toHaveURL(`${server.url}/`);
	await server.start();
	await expect(page).toHaveURL(`${server.url}/?q=Ada+Aw`);
	await expect(rowOf(page, 'Bela Stein')).toHaveCount(0);
	await expect(rowOf(page, 'Ada Away')).toBeVisible();
	// The same field element, with the typed text.
	await expect(search).toHaveValue('Ada Aw');
	expect(await search.evaluate((field) => 'field' in window && window.field === field)).toBe(true);
});

test('[D11] a tab notices a cut network, and recovers when it is back', async ({ context, page, server }) => {
	await openDashboard(page, server);
	await context.setOffline(true);
	// Chromium keeps an open WebSocket in offline mode, so the server must cut it, too.
	await server.stop('SIGKILL');
	await server.start();
	await expectConnection(page, /Reconnecting|Stale/);
	await server.create({ customerName: 'Kofi Offline' });
	await expect(rowOf(page, 'Kofi Offline')).toHaveCount(0);
	await context.setOffline(false);
	await expectConnection(page, 'Live');
	await expect(rowOf(page, 'Kofi Offline')).toContainText('Completed');
});

test('[D12] ten tabs of one history show the same rows', async ({ context, server }) => {
	test.slow();
	const pages = await Promise.all(Array.from({ length: 10 }, () => context.newPage()));
	for (const page of pages) await openDashboard(page, server);
	const names = ['Lena', 'Mira', 'Nils', 'Olga', 'Pia'];
	for (const customerName of names) await server.create({ customerName });
	for (const page of pages) {
		for (const name of names) await expect(rowOf(page, name)).toContainText('Completed');
	}
	const text = await Promise.all(pages.map((page) => page.getByRole('table').getByRole('rowheader').allInnerTexts()));
	for (const rows of text) expect(rows).toEqual(text[0]);
});

test('[D13] a row that no longer matches the filter stays until the next load', async ({ page, server }) => {
	const { id } = await server.create({ customerName: 'Quentin', scheduledAt: '2099-01-01T00:00:00Z' });
	await openDashboard(page, server, '/?status=PENDING');
	await server.api('PATCH', `/api/calls/${id}`, { status: 'COMPLETED' });
	await expect(rowOf(page, 'Quentin')).toContainText('Completed');
	await page.reload();
	await expect(rowOf(page, 'Quentin')).toHaveCount(0);
});

test('[D31] the indicator is never “Live” while the network is cut or silent, and missed changes arrive', async ({
	page,
	server,
	between,
}) => {
	test.slow();
	between.upgrades = true;
	const told = await follow(page);
	await page.goto(between.url);
	await expectConnection(page, 'Live');
	await page.evaluate(() => Object.assign(window, { notReloaded: true }));

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

	between.silent = true;
	await server.create({ customerName: 'Noor' });
	await expectConnection(page, 'Stale since');
	await expect(rowOf(page, 'Noor')).toHaveCount(0);
	between.silent = false;
	await page.evaluate(() => void dispatchEvent(new Event('online')));
	await expect(rowOf(page, 'Noor')).toContainText('Completed');
	await expectConnection(page, 'Live');
	expect(await page.evaluate(() => 'notReloaded' in window)).toBe(true);
});

/** Collects every text that the indicator shows from now on. */
async function follow(page: Page): Promise<string[]> {
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
	const now = await page.evaluate(() => Date.now());
	await page.clock.pauseAt(now + 1_000);
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

	const other = `build/main-other-${process.pid}.js`;
	const built = await readFile('build/main.js', 'utf8');
	await writeFile(other, built.replace(/(\+)[0-9a-z]{8}(`)/, '$1another$2'));
	try {
		await server.stop();
		await server.start(other);
		await expectConnection(page, 'Live');
		const notice = page.getByRole('status').filter({ hasText: 'The server runs a different version than this page.' });
		await expect(notice).toBeVisible();
		await isUntouched();
		await expect(page.getByLabel('Phone number')).toBeEditable();
		await notice.getByRole('button', { name: 'Reload' }).click();
		await expect(notice).toHaveCount(0);
		await isUntouched();
	} finally {
		await rm(other);
	}
});
