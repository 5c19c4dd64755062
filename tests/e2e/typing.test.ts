import { hold } from './hold.ts';
import { expect, expectConnection, openDashboard, rowOf, test } from './server.ts';

const SCRIPTS = /^\/_app\/immutable\/.*\.js$/;
const LISTS = /\/__data\.json$/;

test.describe('input before the page’s script has loaded', () => {
	test('[D65] stays in the form, and the search runs afterwards', async ({ page, server }) => {
		await server.create({ customerName: 'Ada Berg' });
		await server.create({ customerName: 'Bela Stein' });
		const scripts = await hold(page, SCRIPTS);
		await page.goto(server.url, { waitUntil: 'commit' });
		const typed = { 'Customer name': 'Half a nam', 'Phone number': '20 79', 'Search name or number': 'Bela' };
		for (const [label, text] of Object.entries(typed)) await page.getByLabel(label).fill(text);
		await page.getByLabel('Country').selectOption('DE');
		await page.getByRole('radio', { name: 'Sales' }).check();
		await page.getByLabel(/^When/).selectOption('soon');
		await scripts.asked;
		scripts.letGo();
		await expectConnection(page, 'Live');
		await expect(page).toHaveURL(/\?q=Bela$/);
		await expect(rowOf(page, 'Bela Stein')).toBeVisible();
		await expect(rowOf(page, 'Ada Berg')).toHaveCount(0);
		for (const [label, text] of Object.entries(typed)) await expect(page.getByLabel(label)).toHaveValue(text);
		await expect(page.getByLabel('Country')).toHaveValue('DE');
		await expect(page.getByRole('radio', { name: 'Sales' })).toBeChecked();
		await expect(page.getByLabel(/^When/)).toHaveValue('soon');
	});

	test('[D65] wins over the draft that a reload restores', async ({ page, server }) => {
		await openDashboard(page, server);
		await page.getByLabel('Customer name').fill('Before');
		await page.getByLabel('Sales').check();
		const scripts = await hold(page, SCRIPTS);
		await page.reload({ waitUntil: 'commit' });
		await page.getByLabel('Customer name').fill('Since');
		await page.getByLabel(/^When/).selectOption('soon');
		await scripts.asked;
		scripts.letGo();
		await expectConnection(page, 'Live');
		await expect(page.getByLabel('Sales')).toBeChecked();
		await expect(page.getByLabel('Customer name')).toHaveValue('Since');
		await expect(page.getByLabel(/^When/)).toHaveValue('soon');
	});

	test('[D65] stays in the filters of the deliveries', async ({ page, server }) => {
		const scripts = await hold(page, SCRIPTS);
		await page.goto(`${server.url}/deliveries?state=dead`, { waitUntil: 'commit' });
		await page.getByLabel('Call id').fill('two');
		await page.getByLabel('Last response').fill('404');
		await scripts.asked;
		scripts.letGo();
		await expectConnection(page, 'Live');
		await page.getByRole('button', { name: 'Filter', exact: true }).click();
		await expect(page).toHaveURL(`${server.url}/deliveries?state=dead&callId=two&code=404`);
	});
});

test.describe('input while a list loads', () => {
	test('[D65] stays in the search, letter by letter', async ({ page, server }) => {
		await server.create();
		await openDashboard(page, server);
		const lists = await hold(page, LISTS);
		const search = page.getByLabel('Search name or number');
		await search.pressSequentially('Be');
		await lists.asked;
		await search.pressSequentially('la');
		lists.letGo();
		await expect(page).toHaveURL(/\?q=Bela$/);
		await expect(search).toHaveValue('Bela');
	});

	for (const [link, before, after] of [
		['Newest first', '/', '/?order=oldest&q=Bela'],
		['Remove filter status: Completed', '/?status=COMPLETED', '/?q=Bela'],
	] as const) {
		test(`[D65] and the focus stay in the search while “${link}” is followed`, async ({ page, server }) => {
			await page.setViewportSize({ width: 1024, height: 740 });
			await server.create();
			await openDashboard(page, server, before);
			const lists = await hold(page, LISTS);
			await page.getByRole('link', { name: link }).click();
			await lists.asked;
			const search = page.getByLabel('Search name or number');
			await search.pressSequentially('Be');
			lists.letGo();
			await expect(page).not.toHaveURL(server.url + before);
			await page.keyboard.type('la');
			await expect(page).toHaveURL(server.url + after);
			await expect(search).toHaveValue('Bela');
			await expect(search).toBeFocused();
		});
	}

	test('[D65] is kept by a jump to a date', async ({ page, server }) => {
		await server.create();
		await server.create({ customerName: 'Bela Stein' });
		await openDashboard(page, server);
		const lists = await hold(page, LISTS);
		await page.getByLabel('Search name or number').fill('Bela');
		await lists.asked;
		await page.getByRole('button', { name: 'Jump to date' }).click();
		await page.getByLabel('Calls on this date').press('Enter');
		lists.letGo();
		await expect(page).toHaveURL(/\?q=Bela&at=/);
		await expect(rowOf(page, 'Bela Stein')).toBeVisible();
		await expect(rowOf(page, 'Ada Lovelace')).toHaveCount(0);
	});

	test('[D65] stays in the filters of requested deliveries', async ({ page, server }) => {
		await page.goto(`${server.url}/deliveries?state=dead`);
		await expectConnection(page, 'Live');
		const lists = await hold(page, /\/deliveries\/__data\.json$/);
		const id = page.getByLabel('Call id');
		await id.fill('tw');
		await id.press('Enter');
		await lists.asked;
		await id.pressSequentially('o');
		lists.letGo();
		await expect(page).toHaveURL(/callId=tw$/);
		await expect(page.getByRole('link', { name: 'Remove filter call: tw' }).first()).toBeVisible();
		await expect(id).toHaveValue('two');
		await page.getByRole('link', { name: 'Remove filter call: tw' }).first().click();
		await expect(page).toHaveURL(/\?state=dead$/);
		await expect(id).toHaveValue('');
	});

	test('[D65] stays in the filters of the deliveries', async ({ page, server }) => {
		const lists = await hold(page, LISTS);
		await page.goto(`${server.url}/deliveries?state=dead&callId=two`);
		await expectConnection(page, 'Live');
		const before = await page.locator('.asof time').getAttribute('datetime');
		await page.getByLabel('Last response').fill('404');
		await lists.asked;
		lists.letGo();
		await expect(page.locator('.asof time')).not.toHaveAttribute('datetime', before!);
		await expect(page.getByLabel('Last response')).toHaveValue('404');
	});
});

test.describe('the draft of a call', () => {
	test('[D65] survives a step back within the list and a visit to another page', async ({ page, server }) => {
		await server.create({ customerName: 'Bela' });
		await openDashboard(page, server);
		const name = page.getByLabel('Customer name');
		await name.fill('Ada Berg');
		await page.getByLabel('Phone number').fill('20 7946 0958');
		await page.getByLabel('Search name or number').fill('Bela');
		await expect(page).toHaveURL(/q=Bela/);
		await page.getByRole('button', { name: 'Place call' }).click();
		await expect(page.getByText('Call to Ada Berg placed.')).toBeVisible();
		await name.fill('Next one');
		await page.goBack();
		await expect(page).not.toHaveURL(/q=/);
		await expect(rowOf(page, 'Ada Berg')).toBeVisible();
		await expect(name).toHaveValue('Next one');
		await page.getByRole('navigation', { name: 'Main', exact: true }).getByRole('link', { name: 'Deliveries' }).click();
		await expect(page).toHaveURL(/deliveries/);
		await page.goBack();
		await expect(name).toHaveValue('Next one');
	});

	for (const send of ['click', 'Enter'] as const) {
		test(`[D67] is one request although its response is lost twice, by ${send}, also after the country moved to its field`, async ({
			page,
			server,
		}) => {
			await openDashboard(page, server);
			let lost = 2;
			await page.route('**/api/calls', async (route) => {
				if (route.request().method() !== 'POST' || lost-- === 0) return route.continue();
				await route.fetch();
				await route.abort();
			});
			await page.getByLabel('Customer name').fill('Ada');
			await page.getByLabel('Phone number').focus();
			await page.keyboard.type('+49 30 901820');
			if (send === 'Enter') await page.keyboard.press('Enter');
			else await page.getByRole('button', { name: 'Place call' }).click();
			for (const again of [1, 0]) {
				await page.getByRole('button', { name: 'Try again' }).click();
				await expect.poll(() => lost).toBeLessThanOrEqual(again);
			}
			await expect(page.getByText('Call to Ada placed.')).toBeVisible();
			expect((await server.api<{ calls: unknown[] }>('GET', '/api/calls')).calls).toHaveLength(1);
		});
	}
});

test.describe('a long list', () => {
	test.use({ calls: 20_000 });

	test('[D62] that is scrolled far while the server is away lets the search run first', async ({ page, server }) => {
		await openDashboard(page, server);
		await server.stop('SIGKILL');
		await page.getByLabel('Search name or number').pressSequentially('Bela');
		await expect(page.getByText('Waiting for the server.').first()).toBeVisible();
		await page.getByLabel('Customer name').focus();
		await page.evaluate(() => scrollTo(0, 300_000));
		await page.waitForRequest((request) => request.url().endsWith('/healthz'));
		await server.start();
		await expect(page).toHaveURL(/\?q=Bela$/, { timeout: 30_000 });
		await expect(page.getByLabel('Search name or number')).toHaveValue('Bela');
	});
});

test('[D66] an error moves the content below it after a press, and the click counts', async ({ page, server }) => {
	await openDashboard(page, server);
	const [number, sales] = [page.getByLabel('Phone number'), page.getByRole('radio', { name: 'Sales' })];
	const error = page.getByText('Too short for the United Kingdom. Three more digits?');
	const top = async (): Promise<number> => (await sales.boundingBox())!.y;

	await number.focus();
	await page.keyboard.type('+44 20 79');
	await page.keyboard.press('Tab');
	await expect(error).toBeVisible();
	const moved = await top();

	await page.reload();
	await expectConnection(page, 'Live');
	await number.focus();
	await page.keyboard.press('ControlOrMeta+A');
	await page.keyboard.type('+44 20 79');
	await expect(number).toHaveValue('+44 20 79');
	await sales.hover();
	const still = await top();
	expect(still).toBeLessThan(moved);
	await page.mouse.down();
	await expect(sales).toBeFocused();
	expect(await top()).toBe(still);
	await page.mouse.up();
	await expect(sales).toBeChecked();
	await expect(error).toBeVisible();
	expect(await top()).toBe(moved);
});
