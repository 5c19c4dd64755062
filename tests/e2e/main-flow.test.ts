import { gzipSync } from 'node:zlib';
import { expect, expectConnection, openDashboard, rowOf, test } from './server.ts';

test('[D1] a call placed in one tab appears and ends in both tabs by push, with one POST as the only request', async ({
	context,
	server,
}) => {
	const [one, two] = [await context.newPage(), await context.newPage()];
	const line = two.waitForEvent('websocket');
	for (const page of [one, two]) {
		await openDashboard(page, server);
		await page.waitForLoadState('networkidle');
	}
	const requests: string[] = [];
	for (const page of [one, two])
		page.on('request', (request) => {
			const { pathname } = new URL(request.url());
			// The code for phone numbers is loaded on first use.
			if (!pathname.startsWith('/_app/immutable/')) requests.push(`${request.method()} ${pathname}`);
		});

	await one.getByLabel('Customer name').fill('Grace Hopper');
	await one.getByLabel('Phone number').fill('+1 202 555 0123');
	await one.getByLabel('Sales').check();
	await one.getByRole('button', { name: 'Place call' }).click();

	for (const page of [one, two]) {
		await expect(rowOf(page, 'Grace Hopper')).toContainText('+1 202 555 0123');
		await expect(rowOf(page, 'Grace Hopper')).toContainText('Sales');
		await expect(rowOf(page, 'Grace Hopper')).toContainText('Completed');
		await expectConnection(page, 'Live');
	}
	await expect(one.getByLabel('Customer name')).toHaveValue('');
	await expect(one.getByLabel('Customer name')).toBeFocused();

	// After two heartbeats, at most ten seconds, the POST is still the only request.
	for (let heads = 0; heads < 2; heads++)
		await (await line).waitForEvent('framereceived', { predicate: ({ payload }) => payload.includes('["head"') });
	expect(requests).toEqual(['POST /api/calls']);
});

test('[D2] the first load takes at most 120 kB of JavaScript, gzipped, and no request leaves the host', async ({
	page,
	server,
}) => {
	const scripts: { url: string; size: number }[] = [];
	const hosts = new Set<string>();
	page.on('request', (request) => hosts.add(new URL(request.url()).host));
	page.on('websocket', (socket) => hosts.add(new URL(socket.url()).host));
	page.on('response', async (response) => {
		if (/javascript/.test(response.headers()['content-type'] ?? ''))
			scripts.push({ url: response.url(), size: gzipSync(await response.body()).length });
	});
	await openDashboard(page, server);
	await page.waitForLoadState('networkidle');
	const total = scripts.reduce((sum, { size }) => sum + size, 0);
	console.log(`first load: ${(total / 1_000).toFixed(1)} kB of JavaScript gzipped in ${scripts.length} files`);
	expect(scripts.length).toBeGreaterThan(0);
	expect(total).toBeLessThanOrEqual(120_000);
	expect([...hosts]).toEqual([new URL(server.url).host]);
});
