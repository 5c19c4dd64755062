import { hold } from './hold.ts';
import { expect, expectConnection, openDashboard, rowOf, test } from './server.ts';

const SCRIPTS = /^\/_app\/immutable\/.*\.js$/;
const LISTS = /\/__data\.json$/;

test.describe('what is typed before the script has come', () => {
	test('[D65] stays in the form, and is searched for in the list', async ({ page, server }) => {
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

	test('[D65] stays in the filters of the deliveries', async ({ page, server }) => {
		const scripts = await hold(page, SCRIPTS);
		await page.goto(`${server.url}/deliveries?state=dead`, { waitUntil: 'commit' });
		await page.getByLabel('Call id').fill('two');
		await page.getByLabel('Last answer').fill('404');
		await scripts.asked;
		scripts.letGo();
		await expectConnection(page, 'Live');
		await page.getByRole('button', { name: 'Filter', exact: true }).click();
		await expect(page).toHaveURL(`${server.url}/deliveries?state=dead&callId=two&code=404`);
	});
});

test.describe('what is typed while a list is loaded', () => {
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

	test('[D65] stays in the filters of the deliveries', async ({ page, server }) => {
		const lists = await hold(page, LISTS);
		await page.goto(`${server.url}/deliveries?state=dead&callId=two`);
		await expectConnection(page, 'Live');
		const before = await page.locator('.asof time').getAttribute('datetime');
		await page.getByLabel('Last answer').fill('404');
		await lists.asked;
		lists.letGo();
		await expect(page.locator('.asof time')).not.toHaveAttribute('datetime', before!);
		await expect(page.getByLabel('Last answer')).toHaveValue('404');
	});
});

test('[D66] what an error moves is moved after the press, and the click counts', async ({ page, server }) => {
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
