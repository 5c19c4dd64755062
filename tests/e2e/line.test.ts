import type { Locator, Page } from '@playwright/test';
import { expect, openDashboard, rowOf, step, test } from './server.ts';

const lineOf = (row: Locator): Locator => row.getByRole('img');
/** Returns the SVG path of every stroke in the picture of a call. */
const strokesOf = (row: Locator): Promise<(string | null)[]> =>
	lineOf(row)
		.locator('path')
		.evaluateAll((paths) => paths.map((path) => path.getAttribute('d')));
const breaksIn = (row: Locator): Locator => lineOf(row).locator('path.break');
const row = (page: Page, name: string): Locator => rowOf(page, name);

// Turns motion on, so that the line of a running call grows in every frame.
test.use({ contextOptions: { reducedMotion: 'no-preference' } });

test('[EX5, EX20] other calls never change how a call is drawn; a long one is cut at a visible break; line and duration say the same talk', async ({
	page,
	server,
}) => {
	await server.create({ customerName: 'Short', scenario: { outcome: 'completed', delayMs: 500, talkMs: 300 } });
	await openDashboard(page, server);
	await expect(row(page, 'Short')).toContainText('Completed');
	const before = await strokesOf(row(page, 'Short'));
	expect(before.length).toBeGreaterThan(3);
	// The line grows past the break while the call is in progress.
	await server.create({ customerName: 'Long', scenario: { outcome: 'dropped', delayMs: 6_000, talkMs: 5_800 } });
	await expect(row(page, 'Long')).toContainText('Talking');

	expect(await strokesOf(row(page, 'Short'))).toEqual(before);

	await step('[EX5] a call that ended while they talked says the same talk in its line and its duration', async () => {
		const scenario = { outcome: 'completed', delayMs: 60_000, talkMs: 59_500 };
		const calls = await Promise.all(
			['Canceled', 'By hand'].map((customerName) => server.create({ customerName, scenario })),
		);
		await server.create({ customerName: 'Unanswered', scenario: { outcome: 'failed', delayMs: 300 } });
		for (const name of ['Canceled', 'By hand']) await expect(row(page, name)).toContainText('Talking');
		await server.api('POST', `/api/calls/${calls[0]!.id}/cancel`);
		await server.api('PATCH', `/api/calls/${calls[1]!.id}`, { status: 'FAILED' });
		for (const name of ['Canceled', 'By hand']) {
			await expect(row(page, name)).toContainText('Failed');
			await expect(row(page, name).locator('.c-talk')).toHaveText(/^\d+\.\d\d s$/);
			const talk = await row(page, name).locator('.c-talk').innerText();
			await expect(lineOf(row(page, name))).toHaveAccessibleName(new RegExp(`talked ${talk.replace('.', '\\.')}, `));
		}
		await expect(row(page, 'Unanswered')).toContainText('no talk');
		await expect(lineOf(row(page, 'Unanswered'))).toHaveAccessibleName(/^((?!talked).)*failed\.$/);
	});

	await step(
		'[EX20] a long call is cut at a visible break and says its length; others are drawn as before',
		async () => {
			await expect(row(page, 'Long')).toContainText('Dropped', { timeout: 15_000 });

			expect(await strokesOf(row(page, 'Short'))).toEqual(before);
			await expect(breaksIn(row(page, 'Long'))).not.toHaveCount(0);
			await expect(lineOf(row(page, 'Long'))).toHaveAccessibleName(
				/talked 5\.80 s, dropped\. \d+\.\d\d s in total; the line is shortened\.$/,
			);
			await expect(row(page, 'Long').locator('.c-talk')).toHaveText('5.80 s');
			await page.reload();
			await expect(row(page, 'Long')).toContainText('Dropped');
			expect(await strokesOf(row(page, 'Short'))).toEqual(before);

			await page.getByRole('button', { name: 'How to read a line' }).click();
			await expect(page.getByRole('group', { name: 'How to read a line' })).toContainText(
				'All rows use one scale: a full line is 3 s',
			);
		},
	);
});
