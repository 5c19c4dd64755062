import type { Page } from '@playwright/test';
import { expect, openDashboard, rowOf, step, test } from './server.ts';

/** Fills in the form for a call at `time`, and sends it. */
async function place(page: Page, name: string, time: string): Promise<void> {
	await page.getByLabel('Customer name').fill(name);
	await page.getByLabel('Phone number').fill('+1 202 555 0100');
	await page.getByLabel('When').selectOption('pick');
	await page.getByLabel('Date and time').fill(time);
	await page.getByRole('button', { name: 'Place call' }).click();
}

test.use({ permissions: ['clipboard-read', 'clipboard-write'] });

// src/lib/time/local-time.test.ts tests times in many zones. This test uses the form in one zone.
test('[D70, D73] a time that the clocks skip, or that was typed in part, is refused beside its field; one that comes twice says which it is', async ({
	page,
	server,
}) => {
	await openDashboard(page, server);
	const field = page.getByLabel('Date and time');
	const posts: string[] = [];
	page.on('request', (request) => {
		if (request.method() !== 'GET') posts.push(request.url());
	});

	await step('[D70] a time that was typed in part is refused', async () => {
		await place(page, 'Ada', '');
		await expect(field).toHaveAccessibleDescription('Choose a date and a time.');
		await field.press('2');
		await field.press('Enter');
		await expect(field).toHaveAccessibleDescription('The time is incomplete. Enter day, month, year, hour and minute.');
	});

	await step('[D70] the zone beside the field is that of the chosen time', async () => {
		for (const [time, offset] of [
			['2027-01-10T12:00', 'UTC+1'],
			['2027-07-10T12:00', 'UTC+2'],
		] as const) {
			await field.fill(time);
			await expect(page.getByText(`Europe/Berlin, ${offset}`)).toBeVisible();
		}
	});

	await step(
		'[D70] [D73] a time that the clocks skip is refused beside its field, neither sent nor copied',
		async () => {
			const words = '02:30 does not exist that day: the clocks skip it. Choose another time.';
			await field.fill('2027-03-28T02:30');
			await page.getByRole('button', { name: 'Copy as cURL' }).click();
			await expect(field).toHaveAccessibleDescription(words);
			await expect(field).toBeFocused(); // only the refusal moves the focus back
			await expect(page.getByText('Copied', { exact: true })).toHaveCount(0);
			await page.getByRole('button', { name: 'Place call' }).click();
			await expect(field).toHaveAccessibleDescription(words);
			await expect(field).toBeFocused();
			expect(posts).toEqual([]);
		},
	);

	await step('[D70] a time that comes twice says which one it is, and is sent as that', async () => {
		await field.fill('2027-10-31T02:30');
		await expect(field).toHaveAccessibleDescription('02:30 occurs twice that day. The first one is used, UTC+2.');
		await page.getByRole('button', { name: 'Place call' }).click();
		await expect(rowOf(page, 'Ada')).toBeVisible();
		const { calls } = await server.api<{ calls: { scheduledAt: string }[] }>('GET', '/api/calls');
		expect(calls.map(({ scheduledAt }) => scheduledAt)).toEqual(['2027-10-31T00:30:00.000Z']);
	});
});
