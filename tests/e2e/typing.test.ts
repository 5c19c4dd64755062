import { hold } from './hold.ts';
import { expect, expectConnection, follow, openDashboard, rowOf, step, test } from './server.ts';

const SCRIPTS = /^\/_app\/immutable\/.*\.js$/;
const LISTS = /\/__data\.json$/;

test('[D65] what is typed before the script has come stays, and is searched for', async ({ page, server }) => {
	await server.create({ customerName: 'Ada Berg' });
	await server.create({ customerName: 'Bela Stein' });
	const name = page.getByLabel('Customer name');

	await step('[D65] it stays in the form, and is searched for in the list', async () => {
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

	await step('[D65] it outlives the draft that a reload kept', async () => {
		await page.getByLabel(/^When/).selectOption('now');
		await page.unrouteAll();
		const scripts = await hold(page, SCRIPTS);
		await page.reload({ waitUntil: 'commit' });
		await name.fill('Since');
		await page.getByLabel(/^When/).selectOption('soon');
		await scripts.asked;
		scripts.letGo();
		await expectConnection(page, 'Live');
		await expect(page.getByRole('radio', { name: 'Sales' })).toBeChecked();
		await expect(page.getByLabel('Phone number')).toHaveValue('20 79');
		await expect(name).toHaveValue('Since');
		await expect(page.getByLabel(/^When/)).toHaveValue('soon');
	});

	await step('[D65] it stays in the filters of the deliveries', async () => {
		await page.unrouteAll();
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

test('[D65] what is typed while a list is loaded stays, and so does the focus', async ({ page, server }) => {
	await page.setViewportSize({ width: 1024, height: 740 });
	await server.create();
	await server.create({ customerName: 'Bela Stein' });
	await openDashboard(page, server);
	await expect(rowOf(page, 'Bela Stein')).toContainText('Completed');
	const search = page.getByLabel('Search name or number');
	/** Drops all filters: the page shows the whole list, newest first. */
	const dropAll = async (): Promise<void> => {
		await page.unrouteAll();
		await page.getByRole('link', { name: 'Audena: all calls' }).click();
		await expect(page).toHaveURL(`${server.url}/`);
		await expect(search).toHaveValue('');
		await expect(rowOf(page, 'Bela Stein')).toBeVisible();
	};

	await step('[D65] letter by letter, it stays in the search', async () => {
		const lists = await hold(page, LISTS);
		await search.pressSequentially('Be');
		await lists.asked;
		await search.pressSequentially('la');
		lists.letGo();
		await expect(page).toHaveURL(/\?q=Bela$/);
		await expect(search).toHaveValue('Bela');
		await dropAll();
	});

	for (const [link, before, after] of [
		['Newest first', '/', '/?order=oldest&q=Bela'],
		['Remove filter status: Completed', '/?status=COMPLETED', '/?q=Bela'],
	] as const)
		await step(`[D65] it stays in the search while “${link}” is followed, and so does the focus`, async () => {
			if (before !== '/') {
				await page.getByRole('button', { name: 'Status' }).click();
				await page.getByRole('checkbox', { name: 'Completed' }).click();
				await page.keyboard.press('Escape');
			}
			await expect(page).toHaveURL(server.url + before);
			const lists = await hold(page, LISTS);
			await page.getByRole('link', { name: link }).click();
			await lists.asked;
			await search.pressSequentially('Be');
			lists.letGo();
			await expect(page).not.toHaveURL(server.url + before);
			await page.keyboard.type('la');
			await expect(page).toHaveURL(server.url + after);
			await expect(search).toHaveValue('Bela');
			await expect(search).toBeFocused();
			await dropAll();
		});

	await step('[D65] it goes along to a date', async () => {
		const lists = await hold(page, LISTS);
		await search.fill('Bela');
		await lists.asked;
		await page.getByRole('button', { name: 'Jump to date' }).click();
		await page.getByLabel('Calls on this date').press('Enter');
		lists.letGo();
		await expect(page).toHaveURL(/\?q=Bela&at=/);
		await expect(rowOf(page, 'Bela Stein')).toBeVisible();
		await expect(rowOf(page, 'Ada Lovelace')).toHaveCount(0);
		await page.unrouteAll();
	});

	await step('[D65] it stays in the filters of the deliveries that are asked for', async () => {
		await follow(page, 'Deliveries');
		await page.getByRole('navigation', { name: 'By state' }).getByRole('link', { name: 'Failed' }).click();
		await expect(page).toHaveURL(/\?state=dead$/);
		const lists = await hold(page, LISTS);
		const id = page.getByLabel('Call id');
		await id.fill('tw');
		await id.press('Enter');
		await lists.asked;
		await id.pressSequentially('o');
		lists.letGo();
		await expect(page).toHaveURL(/callId=tw$/);
		await expect(page.getByRole('link', { name: 'Remove filter Call tw' }).first()).toBeVisible();
		await expect(id).toHaveValue('two');
		await page.getByRole('link', { name: 'Remove filter Call tw' }).first().click();
		await expect(page).toHaveURL(/\?state=dead$/);
		await expect(id).toHaveValue('');
		await page.unrouteAll();
	});

	await step('[D65] it stays in the filters of deliveries that change', async () => {
		const lists = await hold(page, LISTS);
		const before = await page.locator('.asof time').getAttribute('datetime');
		await page.getByLabel('Last response').fill('404');
		await server.create();
		await lists.asked;
		lists.letGo();
		await expect(page.locator('.asof time')).not.toHaveAttribute('datetime', before!);
		await expect(page.getByLabel('Last response')).toHaveValue('404');
	});
});

test('[D65, D67] the draft of a call stays when the list goes a step back, comes back with the page, and is one call however often it is sent', async ({
	page,
	server,
}) => {
	await server.create({ customerName: 'Bela' });
	await openDashboard(page, server);
	const name = page.getByLabel('Customer name');
	const number = page.getByLabel('Phone number');

	await step('[D65] it stays as it is when the list goes a step back, and comes back with the page', async () => {
		await name.fill('Ada Berg');
		await number.fill('20 7946 0958');
		await page.getByLabel('Search name or number').fill('Bela');
		await expect(page).toHaveURL(/q=Bela/);
		await page.getByRole('button', { name: 'Place call' }).click();
		await expect(page.getByText('Call to Ada Berg placed.')).toBeVisible();
		await name.fill('Next one');
		await page.goBack();
		await expect(page).not.toHaveURL(/q=/);
		await expect(rowOf(page, 'Ada Berg')).toBeVisible();
		await expect(name).toHaveValue('Next one');
		await follow(page, 'Deliveries');
		await expect(page).toHaveURL(/deliveries/);
		await page.goBack();
		await expect(name).toHaveValue('Next one');
	});

	for (const send of ['click', 'Enter'] as const)
		await step(
			`[D67] it is one request however often its response is lost, by ${send}, also once the country has gone to its field`,
			async () => {
				let lost = 2;
				await page.route('**/api/calls', async (route) => {
					if (route.request().method() !== 'POST' || lost-- === 0) return route.continue();
					await route.fetch();
					await route.abort();
				});
				await name.fill(`Ada by ${send}`);
				await number.fill('');
				await page.keyboard.type('+49 30 901820');
				if (send === 'Enter') await page.keyboard.press('Enter');
				else await page.getByRole('button', { name: 'Place call' }).click();
				for (const again of [1, 0]) {
					await page.getByRole('button', { name: 'Try again' }).click();
					await expect.poll(() => lost).toBeLessThanOrEqual(again);
				}
				await expect(page.getByText(`Call to Ada by ${send} placed.`)).toBeVisible();
				const { calls } = await server.api<{ calls: unknown[] }>('GET', `/api/calls?q=Ada%20by%20${send}`);
				expect(calls).toHaveLength(1);
				await page.unrouteAll();
				// Resets the country, so that typing +49 moves the country to its field in the next round too.
				await page.getByLabel('Country').selectOption('GB');
			},
		);
});
