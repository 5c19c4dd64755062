import type { BrowserContext, Page } from '@playwright/test';
import { LAN_HOST } from '#tests/support/chromium.ts';
import { test, type Proxy } from './proxy.ts';
import { expect, rowOf, step } from './server.ts';

/** A long timeout, because many tabs at once are slow on a busy machine. */
const PATIENCE = { timeout: 90_000 };

test.use({ env: { ALLOWED_HOSTS: LAN_HOST } });

const address = ({ url }: Proxy): string => url.replace('127.0.0.1', LAN_HOST);

const expectOverStream = (page: Page): Promise<void> =>
	expect(page.getByRole('button', { name: /^Connection:/ })).toContainText('Live over the event stream', PATIENCE);

async function openTabs(context: BrowserContext, between: Proxy, count: number): Promise<Page[]> {
	const pages: Page[] = [];
	for (let i = 0; i < count; i++) {
		const page = await context.newPage();
		pages.push(page);
		await page.goto(address(between));
		await expectOverStream(page);
	}
	return pages;
}

async function placeCall(page: Page, name: string): Promise<void> {
	await page.getByLabel('Customer name').fill(name);
	await page.getByLabel('Phone number').fill('+1 202 555 0100');
	await page.getByRole('button', { name: 'Place call' }).click();
}

/** Returns the page that holds the stream: the only page with an open EventSource. */
async function holderOf(pages: readonly Page[]): Promise<Page> {
	const holders: Page[] = [];
	for (const page of pages) {
		const open = await page.evaluate(
			() => (window as unknown as { streams: EventSource[] }).streams.filter(({ readyState }) => readyState < 2).length,
		);
		if (open > 0) holders.push(page);
	}
	expect(holders).toHaveLength(1);
	return holders[0]!;
}

test.beforeEach(async ({ context }) => {
	await context.addInitScript(() => {
		const streams: EventSource[] = [];
		Object.assign(window, { streams });
		window.EventSource = class extends EventSource {
			constructor(...args: ConstructorParameters<typeof EventSource>) {
				super(...args);
				streams.push(this);
			}
		};
	});
});

test('[D36, D74] without Web Locks seven tabs share one stream, which another tab takes over when its tab closes, breaks or freezes; all return to the socket', async ({
	context,
	server,
	between,
}) => {
	test.slow();
	let pages = await openTabs(context, between, 7);

	await step('[D74] at a plain http address the call of the seventh tab is placed at once', async () => {
		expect(await pages[0]!.evaluate(() => [isSecureContext, 'locks' in navigator])).toEqual([false, false]);
		await expect.poll(between.streams).toBe(1);
		await placeCall(pages[6]!, 'Amara');
		for (const page of pages) await expect(rowOf(page, 'Amara')).toContainText('Completed', PATIENCE);
		// A browser opens at most six connections to one host, so fewer streams leave one for requests.
		expect(between.mostStreams).toBeLessThan(6);
		await expect.poll(between.streams).toBe(1);
	});

	const leave = async (page: Page, end: () => Promise<unknown>): Promise<void> => {
		await end();
		pages = pages.filter((other) => other !== page);
	};
	const everywhere = async (customerName: string): Promise<void> => {
		await server.create({ customerName });
		for (const page of pages) await expect(rowOf(page, customerName)).toContainText('Completed', PATIENCE);
		for (const page of pages) await expectOverStream(page);
		await expect.poll(between.streams).toBe(1);
	};
	await step('[D74] three tabs close, among them the holder', async () => {
		const holder = await holderOf(pages);
		const others = pages.filter((page) => page !== holder);
		for (const page of [holder, ...others.slice(0, 2)]) await leave(page, () => page.close());
		await everywhere('Bela');
	});

	await step('[D74] the holder goes to another page', async () => {
		const holder = await holderOf(pages);
		await leave(holder, () => holder.goto(`${address(between)}/proxies`));
		await everywhere('Chidi');
	});

	await step('[D74] the holder is frozen, as a browser freezes background tabs, and later thaws', async () => {
		const holder = await holderOf(pages);
		const session = await context.newCDPSession(holder);
		await leave(holder, () => session.send('Page.setWebLifecycleState', { state: 'frozen' }));
		for (const customerName of ['Dora', 'Efe']) await server.create({ customerName });
		for (const page of pages)
			for (const name of ['Dora', 'Efe']) await expect(rowOf(page, name)).toContainText('Completed', PATIENCE);
		await session.send('Page.setWebLifecycleState', { state: 'active' });
		pages.push(holder);
		await everywhere('Farid');
	});

	await step('[D74] the stream breaks, because the server restarts', async () => {
		await server.stop();
		await server.start();
		await everywhere('Gita');
		for (const page of pages)
			for (const name of ['Amara', 'Bela', 'Chidi', 'Dora', 'Efe', 'Farid', 'Gita'])
				await expect(rowOf(page, name)).toHaveCount(1);
	});

	await step('[D36] each tab returns to the socket by itself', async () => {
		// No user needs to act, because each tab retries the socket every 30 s at most.
		between.upgrades = true;
		await expect.poll(between.sockets, { timeout: 60_000 }).toBe(pages.length);
		await expect.poll(between.streams).toBe(0);
		for (const page of pages) {
			const indicator = page.getByRole('button', { name: /^Connection:/ });
			await expect(indicator).toContainText('Live');
			await expect(indicator).not.toContainText('over the event stream');
		}
	});
});

test('[D75] the form says that it waits, gives up after 30 s, and sends the same call again', async ({
	page,
	server,
}) => {
	await page.clock.install();
	// `AbortSignal.timeout` ignores the test's clock, so the page gets one with `setTimeout`.
	await page.addInitScript(() => {
		AbortSignal.timeout = (ms) => {
			const limit = new AbortController();
			setTimeout(() => limit.abort(new DOMException('late', 'TimeoutError')), ms);
			return limit.signal;
		};
	});
	await page.goto(server.url);
	await expect(page.getByRole('button', { name: /^Connection:/ })).toContainText('Live', PATIENCE);
	await page.clock.pauseAt(Date.now() + 60_000);
	await page.getByLabel('Customer name').fill('Gita');
	await page.getByLabel('Phone number').fill('+1 202 555 0100');
	// The first request reaches the server, but the page gets no response.
	const keys: (string | undefined)[] = [];
	await page.route('**/api/calls', async (route) => {
		keys.push(route.request().headers()['idempotency-key']);
		const reply = await route.fetch();
		if (keys.length > 1) await route.fulfill({ response: reply });
	});
	await page.getByRole('button', { name: 'Place call' }).click();
	const status = page.locator('#request').getByRole('status');
	await expect(page.getByRole('button', { name: 'Place call' })).toHaveAttribute('aria-busy', 'true');
	await page.clock.runFor(1_000);
	await expect(status).toHaveText('Placing the call…');
	await page.clock.runFor(5_000);
	await expect(status).toHaveText('The server has not responded yet. Still waiting.');
	// A second press while the form waits sends nothing.
	await page.getByRole('button', { name: 'Place call' }).click();
	expect(keys).toHaveLength(1);
	await page.clock.runFor(30_000);
	await expect(page.getByRole('alert')).toContainText('The server did not respond. Your draft is kept.');
	await expect(status).toHaveText('');
	await page.getByRole('button', { name: 'Try again' }).click();
	await expect(status).toHaveText('Call to Gita placed.');
	expect(keys[1]).toBe(keys[0]);
	expect((await server.api<{ calls: unknown[] }>('GET', '/api/calls')).calls).toHaveLength(1);
});
