import { gzipSync } from 'node:zlib';
import type { Page } from '@playwright/test';
import { expect, expectConnection, openDashboard, rowOf, step, test } from './server.ts';

const SCRIPTS_MAX = 120_000;

type Scripts = Map<string, Promise<number>>;

/** Collects the gzipped sizes of the scripts that a page loads from now on, by path. */
function scriptsOf(page: Page): Scripts {
	const scripts: Scripts = new Map();
	page.on('response', (response) => {
		if (!/javascript/.test(response.headers()['content-type'] ?? '')) return;
		scripts.set(
			new URL(response.url()).pathname,
			response.body().then((body) => gzipSync(body).length),
		);
	});
	return scripts;
}
const total = async (scripts: Scripts): Promise<number> =>
	(await Promise.all(scripts.values())).reduce((sum, size) => sum + size, 0);

test('[D1, D2, D4, D12, E7] two tabs: a call appears in both and ends by push, and is changed and deleted in both; the pages are light', async ({
	context,
	server,
}) => {
	const [one, two] = [await context.newPage(), await context.newPage()];
	const line = two.waitForEvent('websocket');
	const scripts = scriptsOf(one);

	await step(
		'[D2] the first load takes at most 120 kB of JavaScript, gzipped, and no request leaves the host',
		async () => {
			const hosts = new Set<string>();
			one.on('request', (request) => hosts.add(new URL(request.url()).host));
			one.on('websocket', (socket) => hosts.add(new URL(socket.url()).host));
			await openDashboard(one, server);
			await one.waitForLoadState('networkidle');
			console.log(
				`first load: ${((await total(scripts)) / 1_000).toFixed(1)} kB of JavaScript gzipped in ${scripts.size} files`,
			);
			expect(scripts.size).toBeGreaterThan(0);
			expect(await total(scripts)).toBeLessThanOrEqual(SCRIPTS_MAX);
			expect([...hosts]).toEqual([new URL(server.url).host]);
		},
	);
	const ofCalls = new Map(scripts);

	await step(
		'[D1] a call made in one tab appears in both and ends by push, without any request but the one POST',
		async () => {
			await openDashboard(two, server);
			await two.waitForLoadState('networkidle');
			const requests: string[] = [];
			for (const page of [one, two])
				page.on('request', (request) => {
					const { pathname } = new URL(request.url());
					// Scripts do not count, because the code for phone numbers is loaded on first use.
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
		},
	);

	const { id } = await server.create({ customerName: 'Cora Lind', scheduledAt: '2099-01-01T00:00:00Z' });
	await step('[D12] both tabs show the same rows', async () => {
		for (const page of [one, two]) await expect(rowOf(page, 'Cora Lind')).toContainText('Starts in');
		const names = [one, two].map((page) => page.getByRole('table').getByRole('rowheader').allInnerTexts());
		const [first, second] = await Promise.all(names);
		expect(first).toHaveLength(2);
		expect(second).toEqual(first);
	});

	await step('[D4] a call is marked by hand, canceled and deleted from its row, in every tab', async () => {
		const choose = async (item: string): Promise<void> => {
			await rowOf(one, 'Cora Lind').getByRole('button', { name: 'Actions for Cora Lind' }).click();
			await one.getByRole('menuitem', { name: item }).click();
		};
		await choose('Mark as completed');
		await expect(rowOf(two, 'Cora Lind')).toContainText('Completed');
		await choose('Mark as failed');
		await expect(rowOf(two, 'Cora Lind')).toContainText('Edited manually');
		await choose('Delete');
		const dialog = one.getByRole('dialog');
		await expect(dialog).toContainText('Cora Lind');
		await dialog.getByRole('button', { name: 'Keep it' }).click();
		await expect(rowOf(two, 'Cora Lind')).toBeVisible();
		await choose('Delete');
		await dialog.getByRole('button', { name: 'Delete call' }).click();
		for (const page of [one, two]) await expect(rowOf(page, 'Cora Lind')).toHaveCount(0);
		await expect(server.api('GET', `/api/calls/${id}`)).rejects.toThrow('404');
	});

	await step('[E7] the calls page loads nothing of the deliveries page, which is light as well', async () => {
		scripts.clear();
		await one.goto(`${server.url}/deliveries`);
		await one.waitForLoadState('networkidle');
		console.log(`deliveries: ${((await total(scripts)) / 1_000).toFixed(1)} kB of JavaScript gzipped`);
		expect([...scripts.keys()].filter((path) => !ofCalls.has(path))).not.toEqual([]);
		expect(await total(scripts)).toBeLessThanOrEqual(SCRIPTS_MAX);
	});
});
