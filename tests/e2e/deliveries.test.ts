import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { Page } from '@playwright/test';
import type { Delivery, Settings } from '#contract';
import { expectAccessible } from './accessibility.ts';
import { expect, expectConnection, openDashboard, rowOf, test as base, type Server } from './server.ts';

/** A receiver that the test controls: it responds with `status`. */
interface Receiver {
	url: string;
	status: number;
	received: string[];
}

const test = base.extend<{ receiver: Receiver }>({
	receiver: async ({ page: _page }, use) => {
		const receiver: Receiver = { url: '', status: 500, received: [] };
		const http: HttpServer = createServer((request, response) => {
			receiver.received.push(String(request.headers['webhook-id']));
			request.resume();
			response.writeHead(receiver.status, { 'content-type': 'text/plain' }).end(`It answers ${receiver.status}.`);
		});
		await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
		receiver.url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/hook`;
		await use(receiver);
		http.closeAllConnections();
		await new Promise((resolve) => http.close(resolve));
	},
});

/** Sets the simulator's speed. At 1,000 a delivery is dead within half a second; at 1 it waits between its attempts. */
async function setSpeed(server: Server, speed: number): Promise<void> {
	const settings = await server.api<Settings>('GET', '/api/provider/settings');
	await server.api('PUT', '/api/provider/settings', { ...settings, speed });
}

/** Sends a call whose webhooks go to the receiver. */
async function send(server: Server, receiver: Receiver, callId: string, outcome = 'completed'): Promise<void> {
	const call = { callId, phoneNumber: '+12025550100', workflow: 'SUPPORT', callbackUrl: receiver.url };
	await server.api('POST', '/api/provider/send-call', { ...call, scenario: { outcome, delayMs: 60 } });
}

const deliveriesOf = async (server: Server, query: string): Promise<Delivery[]> =>
	(await server.api<{ deliveries: Delivery[] }>('GET', `/api/deliveries?${query}`)).deliveries;

/** Creates a call whose webhooks are all dead. Returns their number. */
async function deadLetters(server: Server, receiver: Receiver, callId: string): Promise<number> {
	await setSpeed(server, 1_000);
	await send(server, receiver, callId);
	let all: Delivery[] = [];
	await expect(async () => {
		all = await deliveriesOf(server, `callId=${callId}`);
		expect(all.length).toBeGreaterThan(0);
		expect(new Set(all.map(({ state }) => state))).toEqual(new Set(['dead']));
	}).toPass({ timeout: 15_000 });
	return all.length;
}

const open = async (page: Page, server: Server, query = ''): Promise<void> => {
	await page.goto(`${server.url}/deliveries${query}`);
	await page.waitForLoadState('networkidle');
};
const group = (page: Page, name: string) => page.getByRole('region', { name, exact: true });

test('[E1] a failed delivery shows each attempt with request and response, and the time of the next one', async ({
	page,
	server,
	receiver,
}) => {
	await send(server, receiver, 'retrying-call');
	await expect(async () => {
		const tried = (await deliveriesOf(server, 'state=retrying')).filter(({ attempts }) => attempts.length > 1);
		expect(tried.length).toBeGreaterThan(0);
	}).toPass({ timeout: 20_000 });
	await open(page, server, '?state=retrying');

	const row = group(page, 'Pending').getByRole('listitem').filter({ hasText: 'retrying-call' }).first();
	await expect(row).toContainText(new URL(receiver.url).host);
	await expect(row).toContainText('500');
	await expect(row).toContainText(/in \d+:\d\d|due \d\d:\d\d:\d\d/);
	await row.locator('summary').first().click();
	await expect(row).toContainText('Attempt 1 · automatic');
	await expect(row).toContainText('webhook-signature: v1,••••••••');
	await expect(row).toContainText('It answers 500.');
	await expect(row).toContainText('"callId":"retrying-call"');
	await expect(page.getByText(/As of \d\d:\d\d:\d\d/)).toBeVisible();
});

test('[E2] a dead letter is counted beside the page’s name, and arrives after a redelivery', async ({
	page,
	server,
	receiver,
}) => {
	const count = await deadLetters(server, receiver, 'dead-call');
	await page.goto(server.url);
	const nav = page.getByRole('navigation', { name: 'Main', exact: true });
	await nav.getByRole('link', { name: `Deliveries ${count} failed in total` }).click();
	await expect(page).toHaveURL(`${server.url}/deliveries`);

	const ended = group(page, 'Failed').getByRole('listitem').filter({ hasText: 'call.ended' });
	await expect(ended).toContainText('6 attempts');
	receiver.status = 200;
	const before = receiver.received.length;
	await ended.getByRole('button', { name: 'Redeliver call.ended for dead-call' }).click();
	await expect(page.getByRole('status').getByText(/^call\.ended (redelivered|sent again)/)).toBeVisible();
	const delivered = group(page, 'Delivered').getByRole('listitem').filter({ hasText: 'call.ended' });
	await expect(delivered).toContainText('200');
	await delivered.locator('summary').first().click();
	await expect(delivered).toContainText('Attempt 7 · manual');
	await expect(nav.getByRole('link', { name: `Deliveries ${count - 1} failed in total` })).toBeVisible();
	expect(receiver.received.length).toBe(before + 1);
	expect(receiver.received.at(-1)).toBe(await delivered.getAttribute('data-delivery'));
});

test('[D76] the tabs count what the page’s filters show, and the badge in the header counts all failed deliveries', async ({
	page,
	server,
	receiver,
}) => {
	test.slow();
	const first = await deadLetters(server, receiver, 'first-call');
	const other = await deadLetters(server, receiver, 'other-call');
	receiver.status = 200;
	await send(server, receiver, 'arrived-call');
	await expect
		.poll(async () => (await deliveriesOf(server, 'callId=arrived-call&state=delivered')).length)
		.toBeGreaterThan(0);
	const tab = (name: string) => page.getByRole('navigation', { name: 'By state' }).getByRole('link', { name });
	const total = `Deliveries ${first + other} failed in total`;
	for (const [query, count] of [
		['', first + other],
		['?callId=first-call', first],
		['?state=delivered&callId=first-call', first],
		['?code=500&callId=other-call', other],
		['?code=503', 0],
	] as const) {
		await page.goto(`${server.url}/deliveries${query}`);
		await expect(tab('Failed')).toHaveText(`Failed${count}`);
		await expect(tab('Pending')).toHaveText('Pending0');
		const nav = page.getByRole('navigation', { name: 'Main', exact: true });
		await expect(nav.getByRole('link', { name: total })).toBeVisible();
	}
});

test('[E3] a canceled delivery is not attempted again', async ({ page, server, receiver }) => {
	await send(server, receiver, 'canceled-call');
	await expect
		.poll(async () => (await deliveriesOf(server, 'state=pending&state=retrying')).length, { timeout: 10_000 })
		.toBeGreaterThan(0);
	await open(page, server);
	const rows = group(page, 'Pending').getByRole('listitem').filter({ hasText: 'canceled-call' });
	const id = String(await rows.first().getAttribute('data-delivery'));
	await page
		.locator(`[data-delivery="${id}"]`)
		.getByRole('button', { name: /^Cancel call\./ })
		.click();
	await expect(group(page, 'Canceled').locator(`[data-delivery="${id}"]`)).toBeVisible();
	await expect(page.getByRole('status').getByText('canceled. It will not be sent again.')).toBeVisible();
	expect((await deliveriesOf(server, 'state=canceled')).map((delivery) => delivery.id)).toContain(id);
});

test('[E4] all matching deliveries are redelivered after a dialog that names their number', async ({
	page,
	server,
	receiver,
}) => {
	const count = await deadLetters(server, receiver, 'first-call');
	const other = await deadLetters(server, receiver, 'other-call');
	receiver.status = 200;
	await open(page, server, '?state=dead&callId=first-call');
	const all = group(page, 'Failed').getByRole('button', { name: `Redeliver ${count}`, exact: true });
	await all.click();
	const dialog = page.getByRole('dialog', { name: `Redeliver ${count} webhooks?` });
	await dialog.getByRole('button', { name: 'Not now' }).click();
	await expect(all).toBeFocused();
	expect((await deliveriesOf(server, 'state=dead')).length).toBe(count + other);

	await all.click();
	await dialog.getByRole('button', { name: `Redeliver ${count}` }).click();
	await expect(page.getByRole('status').getByText(`Redelivering ${count}.`)).toBeVisible();
	await expect(dialog).toBeHidden();
	await expect.poll(async () => (await deliveriesOf(server, 'state=delivered')).length).toBe(count);
	expect((await deliveriesOf(server, 'state=dead')).length).toBe(other);
	await expect(page.getByRole('heading', { name: 'Nothing matches' })).toBeVisible();
});

test('[E5] filters are in the URL, survive a reload and can be removed, and long lists have pages', async ({
	page,
	server,
	receiver,
}) => {
	const calls = ['one', 'two', 'three', 'four', 'five', 'six'];
	let count = 0;
	for (const callId of calls) count += await deadLetters(server, receiver, callId);
	expect(count).toBeGreaterThan(20);
	await open(page, server);
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
	await expect(page.locator('[data-delivery]')).toHaveCount(count / calls.length);
	await page.getByLabel('Last response').fill('404');
	await page.getByRole('button', { name: 'Filter', exact: true }).click();
	await expect(page.getByRole('heading', { name: 'Nothing matches' })).toBeVisible();
	await page.getByRole('link', { name: 'Remove filter response: 404' }).first().click();
	await expect(page.locator('[data-delivery]')).toHaveCount(count / calls.length);
});

test('[D33] changed deliveries move by push and keep focus, open details and scroll position', async ({
	page,
	server,
	receiver,
}) => {
	await open(page, server);
	await expectConnection(page, 'Live');
	await expect(page.getByRole('link', { name: 'Reload' })).toHaveCount(0);
	await page.evaluate(() => Object.assign(window, { notReloaded: true }));
	await send(server, receiver, 'watched-call');
	const row = group(page, 'Pending').getByRole('listitem').filter({ hasText: 'call.ended' });
	await expect(row).toContainText('500');
	const id = String(await row.getAttribute('data-delivery'));
	const own = page.locator(`[data-delivery="${id}"]`);
	const summary = own.locator('summary').first();
	await summary.click();
	await expect(own).toContainText('It answers 500.');
	await expect(summary).toBeFocused();
	await page.evaluate(() => scrollTo(0, 40));

	receiver.status = 200;
	// Refused while the next attempt is under way.
	await expect(() => server.api('POST', `/api/deliveries/${id}/redeliver`)).toPass();
	await expect(group(page, 'Delivered').locator(`[data-delivery="${id}"]`)).toContainText('manual');
	await expect(own).toContainText('It answers 200.');
	await expect(summary).toBeFocused();
	expect(await page.evaluate(() => scrollY)).toBe(40);
	await expect(page.getByText(/As of \d\d:\d\d:\d\d/)).toBeVisible();
	expect(await page.evaluate(() => 'notReloaded' in window)).toBe(true);
});

test('[D39] the deliveries page polls nothing, and catches up after a break', async ({ page, server, receiver }) => {
	const line = page.waitForEvent('websocket');
	await open(page, server);
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

	// The history page opened next continues from what the feed received here.
	await server.create({ customerName: 'Before' });
	await page.getByRole('navigation', { name: 'Main', exact: true }).getByRole('link', { name: 'Calls' }).click();
	await expectConnection(page, 'Live');
	await server.create({ customerName: 'After' });
	for (const name of ['Before', 'After']) await expect(rowOf(page, name)).toContainText('Completed');
});

test('[D59] a followed link wins over changes that arrive on the deliveries page', async ({
	page,
	server,
	receiver,
}) => {
	const line = page.waitForEvent('websocket');
	await open(page, server);
	await expectConnection(page, 'Live');
	let letGo = (): void => undefined;
	const held = new Promise<void>((resolve) => (letGo = resolve));
	await page.route(
		(url) => url.pathname === '/__data.json',
		async (route) => {
			await held;
			await route.continue();
		},
	);
	const asked = page.waitForRequest((request) => new URL(request.url()).pathname === '/__data.json');
	await page.getByRole('navigation', { name: 'Main', exact: true }).getByRole('link', { name: 'Calls' }).click();
	await asked;

	const told = (await line).waitForEvent('framereceived', {
		predicate: ({ payload }) => payload.includes('["deliveries"'),
	});
	await send(server, receiver, 'meanwhile');
	await told;
	// Work that the message starts has begun by the second frame.
	await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
	letGo();
	await expect(page.getByRole('heading', { level: 1, name: 'Calls' })).toBeAttached();
	await expect(page).toHaveURL(`${server.url}/`);
});

test('[E6] the deliveries page passes axe at three widths, in both themes', async ({ page, server, receiver }) => {
	const check = async (what: string): Promise<void> => {
		// An element half under the sticky head would count as too small.
		await page.evaluate(() => scrollTo(0, 0));
		await expectAccessible(page, what);
	};
	await open(page, server);
	await check('no deliveries yet');
	await deadLetters(server, receiver, `a-call-with-a-name-that-is-as-long-as-names-of-calls-may-be-${'x'.repeat(40)}`);
	await setSpeed(server, 1);
	await send(server, receiver, 'slow-call');
	await server.create({ customerName: 'أمينة بنعلي' });
	await expect.poll(async () => (await deliveriesOf(server, 'state=delivered')).length).toBeGreaterThan(0);
	await expect.poll(async () => (await deliveriesOf(server, 'state=retrying')).length).toBeGreaterThan(0);
	for (const width of [360, 768, 1440]) {
		await page.setViewportSize({ width, height: 900 });
		await open(page, server);
		await group(page, 'Failed').locator('summary').first().click();
		await check(`the page at ${width}`);
	}
	await group(page, 'Failed')
		.getByRole('button', { name: /^Redeliver \d/ })
		.click();
	await expect(page.getByRole('dialog')).toBeVisible();
	await check('the confirmation');
	await page.goto(`${server.url}/deliveries?code=404`);
	await check('nothing matches');
	await page.goto(`${server.url}/deliveries?code=999`);
	await check('the error page');
});

test('[E7] the calls page loads no code of the deliveries page, and both stay small', async ({ page, server }) => {
	const scripts = new Map<string, number>();
	page.on('response', async (response) => {
		if (/javascript/.test(response.headers()['content-type'] ?? ''))
			scripts.set(new URL(response.url()).pathname, gzipSync(await response.body()).length);
	});
	const sizes = async (path: string): Promise<ReadonlyMap<string, number>> => {
		scripts.clear();
		await page.goto(`${server.url}${path}`);
		await page.waitForLoadState('networkidle');
		return new Map(scripts);
	};
	const total = (of: ReadonlyMap<string, number>): number => [...of.values()].reduce((sum, size) => sum + size, 0);
	const deliveries = await sizes('/deliveries');
	const calls = await sizes('/');
	const own = [...deliveries.keys()].filter((path) => !calls.has(path));
	console.log(`calls ${(total(calls) / 1_000).toFixed(1)} kB, deliveries ${(total(deliveries) / 1_000).toFixed(1)} kB`);
	expect(own).not.toEqual([]);
	expect(total(calls)).toBeLessThanOrEqual(120_000);
	expect(total(deliveries)).toBeLessThanOrEqual(120_000);
});

test('[E9] the history is live again after a visit to the deliveries page, and has missed nothing', async ({
	page,
	server,
}) => {
	await server.create({ customerName: 'Before' });
	await openDashboard(page, server);
	await page.evaluate(() => Object.assign(window, { notReloaded: true }));
	const nav = page.getByRole('navigation', { name: 'Main', exact: true });
	await nav.getByRole('link', { name: 'Deliveries' }).click();
	await expect(page.getByRole('heading', { level: 1, name: 'Deliveries' })).toBeVisible();
	await server.create({ customerName: 'Meanwhile' });
	await nav.getByRole('link', { name: 'Calls' }).click();
	await expectConnection(page, 'Live');
	await server.create({ customerName: 'Afterwards' });
	for (const name of ['Before', 'Meanwhile', 'Afterwards']) await expect(rowOf(page, name)).toContainText('Completed');
	expect(await page.evaluate(() => 'notReloaded' in window)).toBe(true);
});

test.describe('without JavaScript', () => {
	test.use({ javaScriptEnabled: false });

	test('[E8] deliveries can be read', async ({ page, server, receiver }) => {
		await deadLetters(server, receiver, 'plain-call');
		await page.goto(`${server.url}/deliveries?state=dead&callId=plain-call`);
		const ended = page.getByRole('listitem').filter({ hasText: 'call.ended' }).first();
		await ended.locator('summary').first().click();
		await expect(ended).toContainText('It answers 500.');
		await expect(ended.getByRole('button', { name: /^Redeliver/ })).toBeHidden();
	});
});
