import { readFile } from 'node:fs/promises';
import type { Call } from '#contract';
import { deadLetters, test } from './receiver.ts';
import { expect, rowOf, step } from './server.ts';

test.use({ calls: 3_000, javaScriptEnabled: false });

test('[D9, D56, D71, E8, I27] without JavaScript the history is read, filtered and exported, a day is found, a call is placed, and deliveries are read', async ({
	page,
	server,
	receiver,
}) => {
	const rows = page.getByRole('row');
	await page.goto(server.url);

	await step('[D56] a day is gone to by a plain form, and the pager leads on from there', async () => {
		await page.getByRole('button', { name: 'Jump to date' }).click();
		await expect(page.locator('label[for="go-to-at"]')).toHaveText(/Calls on this date\s+UTC/);
		await page.getByLabel('Calls on this date').fill('2026-11-19');
		await page.getByRole('button', { name: 'Jump', exact: true }).click();
		await expect(page).toHaveURL(/at=2026-11-19/);
		// The last call of that day in UTC, twelve hours and a minute before the newest.
		await expect(rows.nth(1)).toContainText('Caller 2279');
		await page.getByRole('link', { name: 'Older' }).click();
		await expect(rows.nth(1)).toContainText('Caller 2229');
		await page.getByRole('link', { name: 'Newer' }).click();
		await page.getByRole('link', { name: 'Newer' }).click();
		await expect(rows.nth(1)).toContainText('Caller 2329');
	});

	await step('[D9] a call is placed, and a wrong number is explained', async () => {
		await page.getByRole('link', { name: 'Audena: all calls' }).click();
		await page.getByLabel('Customer name').fill('Goran');
		await page.getByLabel('Phone number').fill('+385 1 4920 000');
		await page.getByRole('button', { name: 'Place call' }).click();
		await expect(rowOf(page, 'Goran')).toContainText('+385');
		await page.getByLabel('Customer name').fill('Hana');
		await page.getByLabel('Phone number').fill('12');
		await page.getByRole('button', { name: 'Place call' }).click();
		await expect(page.getByLabel('Phone number')).toHaveAttribute('aria-invalid', 'true');
		await expect(page.getByLabel('Customer name')).toHaveValue('Hana');
		expect((await server.api<{ calls: unknown[] }>('GET', '/api/calls?q=Hana')).calls).toEqual([]);
	});

	await step('[D71] the times of the form and of Jump to date are in UTC, and say so', async () => {
		await expect(page.locator('label[for="request-when"]')).toHaveText(/When\s+UTC/);
		const place = async (time: string): Promise<void> => {
			await page.getByLabel('Customer name').fill('Ada');
			await page.getByLabel('Phone number').fill('+1 202 555 0100');
			await page.getByLabel('When').selectOption('pick');
			await page.getByLabel('Date and time').fill(time);
			await page.getByRole('button', { name: 'Place call' }).click();
		};
		await place('');
		await expect(page.getByText('Choose a date and a time.')).toBeVisible();
		// Without JavaScript the form uses UTC, which skips no hour. Many time zones skip this one.
		await place('2027-03-28T02:30');
		await expect(rowOf(page, 'Ada')).toBeVisible();
		const { calls } = await server.api<{ calls: { scheduledAt: string }[] }>('GET', '/api/calls?q=Ada');
		expect(calls.map(({ scheduledAt }) => scheduledAt)).toEqual(['2027-03-28T02:30:00.000Z']);
	});

	await step('[D9] the history is read and filtered', async () => {
		await page.getByLabel('Search name or number').fill('goran');
		await page.keyboard.press('Enter');
		await expect(page).toHaveURL(/q=goran/);
		await expect(rowOf(page, 'Goran')).toBeVisible();
		await expect(rowOf(page, 'Ada')).toHaveCount(0);
	});

	await step('[I27] exports are plain links with the filters of the page; the import says what it needs', async () => {
		await page.goto(`${server.url}/?q=goran&workflow=SUPPORT&limit=10`);
		await page.getByRole('link', { name: 'Import / Export' }).click();
		const waiting = page.waitForEvent('download');
		await page.getByRole('link', { name: 'Export as NDJSON' }).click();
		const download = await waiting;
		expect(download.suggestedFilename()).toMatch(/^calls-.+\.ndjson$/);
		const lines = (await readFile(await download.path(), 'utf8')).trimEnd().split('\n');
		expect(lines.map((line) => (JSON.parse(line) as Call).customerName)).toEqual(['Goran']);
		await expect(page.getByText('Importing needs JavaScript.')).toBeVisible();
	});

	await step('[E8] deliveries can be read', async () => {
		await deadLetters(server, receiver, 'plain-call');
		await page.goto(`${server.url}/deliveries?state=dead&callId=plain-call`);
		const ended = page.getByRole('listitem').filter({ hasText: 'call.ended' }).first();
		await ended.locator('summary').first().click();
		await expect(ended).toContainText('The receiver returned 500.');
		await expect(ended.getByRole('button', { name: /^Redeliver/ })).toBeHidden();
	});
});
