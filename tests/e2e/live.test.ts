import { expect, expectConnection, openDashboard, rowOf, test } from './server.ts';

test('[D10] the indicator tells the truth while the server is away, and what was missed comes without a reload', async ({
	page,
	server,
}) => {
	const { id } = await server.create({ customerName: 'Ivo Before', scheduledAt: '2099-01-01T00:00:00Z' });
	await openDashboard(page, server);
	await page.evaluate(() => Object.assign(window, { notReloaded: true }));
	await server.stop('SIGKILL');
	await expectConnection(page, /Reconnecting|Stale/);
	await server.start();
	// Before the tab is back, or while it comes back: either way it must not miss them.
	await server.create({ customerName: 'Jana Meanwhile' });
	await server.api('PATCH', `/api/calls/${id}`, { status: 'FAILED' });
	await expectConnection(page, 'Live');
	await expect(rowOf(page, 'Jana Meanwhile')).toContainText('Completed');
	await expect(rowOf(page, 'Ivo Before')).toContainText('Failed');
	expect(await page.evaluate(() => 'notReloaded' in window)).toBe(true);
});

test('[D11] a network that is cut is noticed, and healed when it is back', async ({ context, page, server }) => {
	await openDashboard(page, server);
	await context.setOffline(true);
	// Chromium keeps an open WebSocket through its offline mode, so the line must be cut as well.
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

test('[D13] a call whose row does not match the filter any more stays, and says so', async ({ page, server }) => {
	const { id } = await server.create({ customerName: 'Quentin', scheduledAt: '2099-01-01T00:00:00Z' });
	await openDashboard(page, server, '/?status=PENDING');
	await server.api('PATCH', `/api/calls/${id}`, { status: 'COMPLETED' });
	await expect(rowOf(page, 'Quentin')).toContainText('Completed');
	await page.reload();
	await expect(rowOf(page, 'Quentin')).toHaveCount(0);
});
