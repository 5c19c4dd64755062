import type { Page } from '@playwright/test';
import { expect, openDashboard, rowOf, test } from './server.ts';

/** Fills in the form for a call at `time`, and sends it. */
async function place(page: Page, name: string, time: string): Promise<void> {
	await page.getByLabel('Customer name').fill(name);
	await page.getByLabel('Phone number').fill('+1 202 555 0100');
	await page.getByLabel('When').selectOption('pick');
	await page.getByLabel('Date and time').fill(time);
	await page.getByRole('button', { name: 'Place call' }).click();
}

for (const [zone, skipped, words, twice, hint, first] of [
	[
		'Europe/Berlin',
		'2027-03-28T02:30',
		'02:30 does not exist that day: the clocks skip it. Choose another time.',
		'2027-10-31T02:30',
		'02:30 occurs twice that day. The first one is used, UTC+2.',
		'2027-10-31T00:30:00.000Z',
	],
	[
		'Australia/Lord_Howe',
		'2027-10-03T02:15',
		'02:15 does not exist that day: the clocks skip it. Choose another time.',
		'2027-04-04T01:45',
		'01:45 occurs twice that day. The first one is used, UTC+11.',
		'2027-04-03T14:45:00.000Z',
	],
	[
		'America/Santiago',
		'2027-09-05T00:30',
		'00:30 does not exist that day: the clocks skip it. Choose another time.',
		'2027-04-03T23:30',
		'23:30 occurs twice that day. The first one is used, UTC-3.',
		'2027-04-04T02:30:00.000Z',
	],
] as const)
	test.describe(zone, () => {
		test.use({ timezoneId: zone });
		test(`[D70] in ${zone} a time that the clocks skip is rejected beside its field, and one that occurs twice says which one is used`, async ({
			page,
			server,
		}) => {
			test.slow();
			await openDashboard(page, server);
			const posts: string[] = [];
			page.on('request', (request) => {
				if (request.method() !== 'GET') posts.push(request.url());
			});
			await place(page, 'Ada', skipped);
			const field = page.getByLabel('Date and time');
			await expect(field).toHaveAccessibleDescription(words);
			await expect(field).toBeFocused();
			expect(posts).toEqual([]);

			await field.fill(twice);
			await expect(field).toHaveAccessibleDescription(hint);
			await page.getByRole('button', { name: 'Place call' }).click();
			await expect(rowOf(page, 'Ada')).toBeVisible();
			const { calls } = await server.api<{ calls: { scheduledAt: string }[] }>('GET', '/api/calls');
			expect(calls.map(({ scheduledAt }) => scheduledAt)).toEqual([first]);
		});
	});

test('[D70] an incomplete time is rejected', async ({ page, server }) => {
	test.slow();
	await openDashboard(page, server);
	await place(page, 'Ada', '');
	const field = page.getByLabel('Date and time');
	await expect(field).toHaveAccessibleDescription('Choose a date and a time.');
	await field.press('2');
	await field.press('Enter');
	await expect(field).toHaveAccessibleDescription('The time is incomplete. Enter day, month, year, hour and minute.');
});

test('[D70] the zone beside the field is that of the chosen time', async ({ page, server }) => {
	await openDashboard(page, server);
	await page.getByLabel('When').selectOption('pick');
	for (const [time, offset] of [
		['2027-01-10T12:00', 'UTC+1'],
		['2027-07-10T12:00', 'UTC+2'],
	] as const) {
		await page.getByLabel('Date and time').fill(time);
		await expect(page.getByText(`Europe/Berlin, ${offset}`)).toBeVisible();
	}
});

test.describe('without JavaScript', () => {
	test.use({ javaScriptEnabled: false });
	test('[D71] the times of the form and of Jump to date are in UTC, and the labels say so', async ({
		page,
		server,
	}) => {
		await page.goto(server.url);
		await expect(page.locator('label[for="request-when"]')).toHaveText(/When\s+UTC/);
		// An hour that the time zone of the server or of the user may skip exists in UTC.
		await place(page, 'Ada', '2027-03-28T02:30');
		const { calls } = await server.api<{ calls: { scheduledAt: string }[] }>('GET', '/api/calls');
		expect(calls.map(({ scheduledAt }) => scheduledAt)).toEqual(['2027-03-28T02:30:00.000Z']);
		await place(page, 'Bo', '');
		await expect(page.getByText('Choose a date and a time.')).toBeVisible();
		await expect(page.locator('label[for="go-to-at"]')).toHaveText(/Calls on this date\s+UTC/);
	});
});
