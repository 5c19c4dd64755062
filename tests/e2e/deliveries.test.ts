import type { Page } from '@playwright/test';
import { expectAccessible, expectAccessibleAtWidths } from './accessibility.ts';
import { deadLetters, deliveriesOf, send, setSpeed, test } from './receiver.ts';
import { expect, expectConnection, follow, isMarked, mark, openDashboard, rowOf, step } from './server.ts';

const group = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
const item = (page: Page, name: string, callId: string) =>
	group(page, name).getByRole('listitem').filter({ hasText: 'call.ended' }).filter({ hasText: callId });

test('[D33, E1, E2, E3, E9] the page is live: deliveries are shown with their attempts, move by push, are canceled and sent again', async ({
	page,
	server,
	receiver,
}) => {
	await server.create({ customerName: 'Before' });
	await openDashboard(page, server);
	await mark(page);
	await follow(page, 'Deliveries');
	await expect(page.getByRole('heading', { level: 1, name: 'Deliveries' })).toBeVisible();
	await expect(page.getByRole('link', { name: 'Reload' })).toHaveCount(0);
	await server.create({ customerName: 'Meanwhile' });

	await send(server, receiver, 'watched-call');
	const row = item(page, 'Pending', 'watched-call');
	await expect(row).toContainText('500');
	const id = String(await row.getAttribute('data-delivery'));
	const own = page.locator(`[data-delivery="${id}"]`);
	const summary = own.locator('summary').first();

	await step(
		'[E1] what failed shows each of its attempts, with request and response, and the time of the next',
		async () => {
			await expect(own).toContainText(new URL(receiver.url).host);
			await summary.click();
			await expect(own).toContainText('Attempt 2 · automatic');
			await expect(own).toContainText('Attempt 1 · automatic');
			await expect(own).toContainText(/in \d+:\d\d|due \d\d:\d\d:\d\d/);
			await expect(own).toContainText('webhook-signature: v1,••••••••');
			await expect(own).toContainText('The receiver returned 500.');
			await expect(own).toContainText('"callId":"watched-call"');
			await expect(page.getByText(/As of \d\d:\d\d:\d\d/)).toBeVisible();
		},
	);

	await step('[E3] what is canceled is not tried again', async () => {
		const others = group(page, 'Pending').locator(`[data-delivery]:not([data-delivery="${id}"])`);
		const canceled = String(await others.filter({ hasText: 'watched-call' }).first().getAttribute('data-delivery'));
		await page
			.locator(`[data-delivery="${canceled}"]`)
			.getByRole('button', { name: /^Cancel call\./ })
			.click();
		await expect(group(page, 'Canceled').locator(`[data-delivery="${canceled}"]`)).toBeVisible();
		await expect(page.getByRole('status').getByText('canceled. It will not be sent again.')).toBeVisible();
		expect((await deliveriesOf(server, 'state=canceled')).map((delivery) => delivery.id)).toContain(canceled);
	});

	await step('[D33] what changes moves by push alone, and takes focus, details and scroll along', async () => {
		await summary.focus();
		await page.evaluate(() => scrollTo(0, 40));
		receiver.status = 200;
		// Repeats the request, because the server refuses it while an attempt is under way.
		await expect(() => server.api('POST', `/api/deliveries/${id}/redeliver`)).toPass();
		await expect(group(page, 'Delivered').locator(`[data-delivery="${id}"]`)).toContainText('manual');
		await expect(own).toContainText('The receiver returned 200.');
		await expect(summary).toBeFocused();
		expect(await page.evaluate(() => scrollY)).toBe(40);
		await expect(page.getByText(/As of \d\d:\d\d:\d\d/)).toBeVisible();
	});

	// Delivers all other webhooks of this call, so that only the next call has dead letters.
	await expect(async () => {
		await server.api('POST', '/api/deliveries/redeliver', { filter: { state: ['retrying'] } });
		expect(await deliveriesOf(server, 'callId=watched-call&state=pending&state=retrying')).toEqual([]);
	}).toPass();
	receiver.status = 500;
	const count = await deadLetters(server, receiver, 'dead-call');

	await step('[E9] the history is live again after the visit, and missed nothing meanwhile', async () => {
		await follow(page, 'Calls');
		await expectConnection(page, 'Live');
		await server.create({ customerName: 'Afterwards' });
		for (const name of ['Before', 'Meanwhile', 'Afterwards'])
			await expect(rowOf(page, name)).toContainText('Completed');
	});

	await step('[E2] a dead letter is counted beside the page’s name, and sent again by hand it arrives', async () => {
		await follow(page, `Deliveries ${count} failed in total`);
		await expect(page).toHaveURL(`${server.url}/deliveries`);
		await expect(item(page, 'Failed', 'dead-call')).toContainText('6 attempts');
		receiver.status = 200;
		const before = receiver.received.length;
		await page.getByRole('button', { name: 'Redeliver call.ended for dead-call' }).click();
		await expect(page.getByRole('status').getByText(/^call\.ended (redelivered|sent again)/)).toBeVisible();
		const delivered = item(page, 'Delivered', 'dead-call');
		await expect(delivered).toContainText('200');
		await delivered.locator('summary').first().click();
		await expect(delivered).toContainText('Attempt 7 · manual');
		const nav = page.getByRole('navigation', { name: 'Main', exact: true });
		await expect(nav.getByRole('link', { name: `Deliveries ${count - 1} failed in total` })).toBeVisible();
		expect(receiver.received.length).toBe(before + 1);
		expect(receiver.received.at(-1)).toBe(await delivered.getAttribute('data-delivery'));
	});
	expect(await isMarked(page)).toBe(true);
});

test('[E4, E5] filters are in the URL, survive a reload and can be dropped; the pages go on; all that match are sent again', async ({
	page,
	server,
	receiver,
}) => {
	const calls = ['one', 'two', 'three', 'four', 'five', 'six'];
	const count = await deadLetters(server, receiver, ...calls);
	const each = count / calls.length;
	expect(count).toBeGreaterThan(20);
	await page.goto(`${server.url}/deliveries`);
	await expectConnection(page, 'Live');

	await step('[E5] filters are in the URL, survive a reload, and can be dropped; the pages go on', async () => {
		await page.getByRole('navigation', { name: 'By state' }).getByRole('link', { name: 'Failed' }).click();
		await expect(page).toHaveURL(/state=dead/);
		await expect(page.locator('[data-delivery]')).toHaveCount(20);
		await page.getByRole('link', { name: 'Older' }).click();
		await expect(page.locator('[data-delivery]')).toHaveCount(count - 20);

		await page.keyboard.press('/');
		await page.keyboard.type('two');
		await page.keyboard.press('Enter');
		await expect(page).toHaveURL(`${server.url}/deliveries?state=dead&callId=two`);
		await page.reload();
		await expect(page.locator('[data-delivery]')).toHaveCount(each);
		await expectConnection(page, 'Live');
		await page.getByLabel('Last response').fill('404');
		await page.getByRole('button', { name: 'Filter', exact: true }).click();
		await expect(page.getByRole('heading', { name: 'Nothing matches' })).toBeVisible();
		await page.getByRole('link', { name: 'Remove filter Response 404' }).first().click();
		await expect(page.locator('[data-delivery]')).toHaveCount(each);
	});

	await step('[E4] all that match are sent again, after a question that names their number', async () => {
		receiver.status = 200;
		const all = group(page, 'Failed').getByRole('button', { name: `Redeliver ${each}`, exact: true });
		await all.click();
		const dialog = page.getByRole('dialog', { name: `Redeliver ${each} webhooks?` });
		await dialog.getByRole('button', { name: 'Not now' }).click();
		await expect(all).toBeFocused();
		expect((await deliveriesOf(server, 'state=dead')).length).toBe(count);

		await all.click();
		await dialog.getByRole('button', { name: `Redeliver ${each}` }).click();
		await expect(page.getByRole('status').getByText(`Redelivering ${each} webhooks.`)).toBeVisible();
		await expect(dialog).toBeHidden();
		await expect.poll(async () => (await deliveriesOf(server, 'state=delivered')).length).toBe(each);
		expect((await deliveriesOf(server, 'state=dead')).length).toBe(count - each);
		await expect(page.getByRole('heading', { name: 'Nothing matches' })).toBeVisible();
	});
});

test('[D39] the deliveries page polls nothing, and catches up after a break', async ({ page, server, receiver }) => {
	const line = page.waitForEvent('websocket');
	await page.goto(`${server.url}/deliveries`);
	await page.waitForLoadState('networkidle');
	await expectConnection(page, 'Live');
	await page.waitForLoadState('networkidle');
	const requests: string[] = [];
	page.on('request', (request) => requests.push(request.url()));
	for (let heads = 0; heads < 2; heads++)
		await (await line).waitForEvent('framereceived', { predicate: ({ payload }) => payload.includes('["head"') });
	expect(requests).toEqual([]);

	await server.stop();
	await expectConnection(page, /Reconnecting|Stale/);
	await expect(page.getByRole('link', { name: 'Reload' })).toBeVisible();
	await server.start();
	const count = await deadLetters(server, receiver, 'meanwhile');
	await expect(group(page, 'Failed').getByRole('listitem').filter({ hasText: 'meanwhile' })).toHaveCount(count);

	// The history page, which opens next, continues from the cursor that the feed has reached on this page.
	await server.create({ customerName: 'Before' });
	await follow(page, 'Calls');
	await expectConnection(page, 'Live');
	await server.create({ customerName: 'After' });
	for (const name of ['Before', 'After']) await expect(rowOf(page, name)).toContainText('Completed');
});

test('[E6] the deliveries are accessible at three widths, in both themes', async ({ page, server, receiver }) => {
	const open = async (query = ''): Promise<void> => {
		await page.goto(`${server.url}/deliveries${query}`);
		await expectConnection(page, 'Live');
	};
	await open();
	await expectAccessible(page, 'no deliveries yet');
	await deadLetters(server, receiver, `a-call-with-a-name-that-is-as-long-as-names-of-calls-may-be-${'x'.repeat(40)}`);
	await setSpeed(server, 1);
	await send(server, receiver, 'slow-call');
	await server.create({ customerName: 'أمينة بنعلي' });
	await expect(group(page, 'Delivered')).toContainText('أمينة بنعلي');
	await expect(group(page, 'Pending')).toContainText('slow-call');
	await expect.poll(async () => (await deliveriesOf(server, 'state=retrying')).length).toBeGreaterThan(0);
	await group(page, 'Failed').locator('summary').first().click();
	// axe would report an element that is half under the sticky head as too small.
	await page.evaluate(() => scrollTo(0, 0));
	await expectAccessibleAtWidths(page, 'the page');
	await group(page, 'Failed')
		.getByRole('button', { name: /^Redeliver \d/ })
		.click();
	await expect(page.getByRole('dialog')).toBeVisible();
	await expectAccessible(page, 'the confirmation');
	await open('?code=404');
	await expectAccessible(page, 'nothing matches');
	await open('?code=999');
	await expectAccessible(page, 'the error page');
});
