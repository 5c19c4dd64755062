import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import type { Call, CallPage } from '#contract';
import { expectAccessibleAtWidths } from './accessibility.ts';
import { expect, expectConnection, openDashboard, rowOf, step, test, type Server } from './server.ts';

const LATER = '2099-01-01T00:00:00Z';
const table = (rows: readonly (readonly string[])[]): string => rows.map((cells) => `${cells.join(',')}\n`).join('');
/** Returns rows for `count` people, each with a phone number. Their calls are far in the future and cause no work. */
const people = (count: number, from = 1): string[][] =>
	Array.from({ length: count }, (_, i) => [
		`Customer ${from + i}`,
		`+1202555${String(i % 10_000).padStart(4, '0')}`,
		LATER,
	]);
const HEAD = ['Name', 'Phone', 'Scheduled at'];

async function choose(page: Page, text: string): Promise<void> {
	await page
		.getByLabel(/^Choose (a|another) CSV file$/)
		.setInputFiles({ name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
}

async function openImport(page: Page, server: Pick<Server, 'url'>): Promise<void> {
	await page.goto(`${server.url}/import`);
	await expectConnection(page, 'Live');
}

const press = (page: Page, name: string | RegExp) => page.getByRole('button', { name }).click();

async function everyCall(server: Server): Promise<Call[]> {
	const found: Call[] = [];
	for (let page: string | null = ''; page !== null;) {
		const query: string = page === '' ? '' : `&page=${page}`;
		const answer: CallPage = await server.api('GET', `/api/calls?order=oldest&limit=200${query}`);
		found.push(...answer.calls);
		page = answer.nextPage;
	}
	return found;
}

test('[I20] 10,000 rows are imported in order while another tab stays live and calls are created over REST', async ({
	context,
	server,
}) => {
	const [one, two] = [await context.newPage(), await context.newPage()];
	await openDashboard(two, server);
	// Records every text that the indicator shows from now on.
	await two.getByRole('button', { name: /^Connection:/ }).evaluate((button) => {
		const seen = new Set<string>();
		Object.assign(window, { seen });
		new MutationObserver(() => seen.add(button.textContent)).observe(button, {
			subtree: true,
			childList: true,
			characterData: true,
		});
	});
	await openImport(one, server);
	await choose(one, table([HEAD, ...people(10_000)]));
	await press(one, /^Import 10,000 calls$/);
	const rest = { made: 0, isOn: true };
	const byRest = (async () => {
		for (; rest.isOn; rest.made++) await server.create({ customerName: 'By REST', scheduledAt: LATER });
	})();
	await expect(one.getByRole('heading', { name: '10,000 calls imported' })).toBeVisible({ timeout: 60_000 });
	rest.isOn = false;
	await byRest;
	expect(rest.made).toBeGreaterThan(5);
	await server.create({ customerName: 'The last one', scheduledAt: LATER });
	await expect(rowOf(two, 'The last one')).toBeVisible({ timeout: 60_000 });
	await expectConnection(two, 'Live');
	const seen = await two.evaluate(() => [...(window as unknown as { seen: Set<string> }).seen]);
	// The tab may have been behind during the import, but it never lost its connection.
	expect(seen.filter((words) => /Stale|Reconnecting/.test(words))).toEqual([]);
	const all = await everyCall(server);
	const names = all
		.filter(({ customerName }) => customerName.startsWith('Customer '))
		.map(({ customerName }) => customerName);
	expect(names).toEqual(people(10_000).map(([name]) => name));
	expect(all).toHaveLength(10_000 + rest.made + 1);
});

test('[I16, I18, I21] before anything is made the page names unused columns, errors by line, and the first calls as they will be made', async ({
	page,
	server,
}) => {
	await openImport(page, server);

	await step(
		'[I21] a column that every call needs is missed at its field; a lone header is said to be one',
		async () => {
			await choose(
				page,
				table([
					['Name', 'Remark'],
					['Ada', 'x'],
					['Bo', 'y'],
				]),
			);
			const phone = page.getByRole('combobox', { name: 'Phone number' });
			await expect(phone).toHaveAttribute('aria-invalid', 'true');
			await expect(phone).toHaveAccessibleDescription('Choose the column with the phone numbers.');
			await expect(page.getByRole('heading', { name: /ha(s|ve) errors/ })).toHaveCount(0);
			await press(page, 'Import calls');
			await expect(phone).toBeFocused();
			await phone.selectOption('Remark');
			await expect(page.getByRole('heading', { name: '2 rows have errors' })).toBeVisible();

			await choose(page, table([HEAD]));
			await expect(page.getByRole('alert')).toHaveText(
				'people.csv: There is a header but no rows. Add a row for each call and choose the file again.',
			);
			await expect(page.getByRole('button', { name: 'Import calls' })).toHaveCount(0);
		},
	);

	await step(
		'[I16] unused columns are named, and that without one for times all calls are placed at once',
		async () => {
			await choose(page, 'Name;Telefon;Termin\nAnne;0170 2854958;24.12.2099 15:30\n');
			for (const name of ['Match columns', 'Import'])
				await expect(page.getByRole('region', { name, exact: true })).toContainText('Unused columns: Termin.');
			await expect(page.getByText('Without a time column every call is placed at once.')).toBeVisible();
			await page.getByLabel('Scheduled for').selectOption('Termin');
			await expect(page.getByText(/Unused columns|Without a time column/)).toHaveCount(0);
			await expect(page.getByRole('heading', { name: '1 row has errors' })).toBeVisible();
		},
	);

	await step('[I18] the first calls are shown as they will be made, in the words of the list', async () => {
		await choose(
			page,
			table([
				['Name', 'Phone', 'Workflow', 'Scheduled at', 'Scenario', 'Run'],
				['Ada', '+12025550100', 'sales', '', '', ''],
				['Bo', '+493023125017', 'SUPPORT', '2099-12-24T15:30:00Z', 'no-answer', 'ci-7'],
			]),
		);
		const first = page.getByRole('region', { name: 'Preview' }).getByRole('row');
		await expect(first.nth(0)).toHaveText(/Line\s*Customer\s*Phone\s*Workflow\s*Scheduled for\s*Scenario\s*Run/);
		await expect(first.nth(1)).toHaveText(/2\s*Ada\s*US\s*\+1 202 555 0100\s*Sales\s*Now\s*$/);
		await expect(first.nth(2)).toHaveText(
			/3\s*Bo\s*DE\s*\+49 30 23125017\s*Support\s*24 Dec 2099, 16:30\s*Scenario\s*no-answer\s*Run\s*ci-7/,
		);
		await expect(page.getByText('Example: no-answer')).toBeVisible();
	});

	await step('[I21] where no row is right it says so, and not that the columns were wrong', async () => {
		await page.setViewportSize({ width: 360, height: 900 });
		await choose(page, table([HEAD, ['Ada', '+12025550100', 'tomorrow']]));
		await press(page, 'Fix 1 row to import');
		await expect(page.getByText('Every row has errors. Fix the file and choose it again.')).toBeVisible();
		const time = page.getByText('2026-11-22T15:30:00Z');
		expect(await time.evaluate((node) => node.getClientRects().length)).toBe(1);
		await page.setViewportSize({ width: 1280, height: 900 });
	});

	await step('[I21] errors are listed by line; nothing is made until all are right, or they are left out', async () => {
		const rows = people(60).map((cells, i) => (i % 2 === 0 ? cells : [cells[0]!, '12', LATER]));
		await choose(page, table([HEAD, ...rows]));
		await expect(page.getByRole('heading', { name: '30 rows have errors' })).toBeVisible();
		const wrong = page.getByRole('region', { name: '30 rows have errors' });
		await expect(wrong.getByRole('row').nth(1)).toContainText('3Phone number: Too short for the United Kingdom.');
		await press(page, 'Next rows');
		await expect(page.getByText('21 to 30 of 30')).toBeVisible();
		const waiting = page.waitForEvent('download');
		await press(page, 'Download these rows');
		const list = await readFile(await (await waiting).path(), 'utf8');
		expect(list).toContain('line,error,Name,Phone,Scheduled at\r\n3,');

		const said = page.getByText('30 rows have errors. Fix the file and choose it again, or skip them.');
		await expect(said).toHaveCount(0);
		await press(page, 'Fix 30 rows to import');
		await expect(said).toBeVisible();
		const strict = page.getByLabel('Import nothing until all rows are valid');
		await expect(strict).toBeFocused();
		expect(await strict.evaluate((radio) => getComputedStyle(radio).accentColor)).not.toBe('auto');
		expect(await everyCall(server)).toEqual([]);
		await page.getByLabel('Skip them and import the other rows').check();
		await expect(said).toHaveCount(0);
		await press(page, 'Import 30 calls');
		await expect(page.getByRole('heading', { name: '30 calls imported' })).toBeVisible();
		await expect(page.getByText('30 rows with errors were skipped.')).toBeVisible();
		expect((await everyCall(server)).map(({ customerName }) => customerName)).toEqual(
			rows.filter((_, i) => i % 2 === 0).map(([name]) => name),
		);
		await page.getByRole('link', { name: 'Show the calls' }).click();
		await expect(rowOf(page, 'Customer 59')).toBeVisible();
	});
});

test('[I22] an import stops after the current batch, says how many calls it created and continues with the rest, and leaving asks first', async ({
	page,
	server,
}) => {
	await openImport(page, server);
	await choose(page, table([HEAD, ...people(800)]));
	let batches = 0;
	const held: (() => void)[] = [];
	await page.route('**/api/calls/batch', async (route) => {
		// The second batch waits for the test.
		if (++batches === 2) await new Promise<void>((resolve) => held.push(resolve));
		await route.continue();
	});
	await press(page, 'Import 800 calls');
	await expect(page.getByText('250 of 800 calls imported', { exact: true })).toBeVisible();
	await expect.poll(() => held.length).toBe(1);
	await expect(page.getByRole('heading', { name: 'Importing calls' })).toBeFocused();

	// The router asks one frame after the click, so wait for its dialog.
	const [question] = await Promise.all([
		page.waitForEvent('dialog').then(async (dialog) => {
			await dialog.dismiss();
			return dialog.message();
		}),
		page.getByRole('link', { name: 'Deliveries' }).first().click(),
	]);
	expect(question).toBe('The import is still running. Leave this page and stop the import after the current batch?');
	await expect(page).toHaveURL(/\/import$/);

	await press(page, 'Stop');
	await expect(page.getByText('Stopping after the current batch.')).toBeVisible();
	held[0]!();
	await expect(page.getByRole('heading', { name: 'Stopped. 500 of 800 calls imported' })).toBeFocused();
	await expect(page.getByText('The rows from line 502 on were not sent.')).toBeVisible();
	expect(await everyCall(server)).toHaveLength(500);

	await press(page, 'Continue with 300');
	await expect(page.getByRole('heading', { name: '800 calls imported' })).toBeFocused();
	await expect(page.getByRole('button', { name: /^Continue/ })).toHaveCount(0);
	expect((await everyCall(server)).map(({ customerName }) => customerName)).toEqual(people(800).map(([name]) => name));
});

test('[I23] a lost response and a server that is away are asked again, at once or after a stop, and nothing is made twice', async ({
	page,
	server,
}) => {
	await openImport(page, server);
	let keys: string[] = [];
	await page.route('**/api/calls/batch', async (route) => {
		keys.push((await route.request().headerValue('idempotency-key')) ?? '');
		if (keys.length !== 2) return route.continue();
		// The server creates the calls and is then killed, so its response never arrives.
		await route.fetch();
		await server.stop('SIGKILL');
		await route.abort();
	});
	const names = people(1_200).map(([name]) => name);
	const made = async (): Promise<string[]> => (await everyCall(server)).map(({ customerName }) => customerName);

	await step('[I23] asked again by itself', async () => {
		await choose(page, table([HEAD, ...people(600)]));
		await press(page, 'Import 600 calls');
		await expect(page.getByRole('alert')).toContainText(
			'The server did not respond. No call is created twice. Retrying in',
		);
		// Each attempt fails while the server is down, and the button appears again.
		const tried = page.waitForRequest('**/api/calls/batch');
		await press(page, /^Retry now$/);
		await tried;
		await server.start();
		await expect(page.getByRole('heading', { name: '600 calls imported' })).toBeVisible({ timeout: 30_000 });
		expect(keys.length).toBeGreaterThanOrEqual(4);
		expect(new Set(keys).size).toBe(3);
		expect(await made()).toEqual(names.slice(0, 600));
	});

	await step('[I23] stopped while the server is away, and asked again later', async () => {
		await press(page, 'Import another file');
		keys = [];
		await choose(page, table([HEAD, ...people(600, 601)]));
		await press(page, 'Import 600 calls');
		await expect(page.getByRole('alert')).toContainText('The server did not respond.');
		await press(page, 'Stop');
		await expect(page.getByRole('heading', { name: 'Stopped. 250 of 600 calls imported' })).toBeFocused();
		await expect(page.getByRole('alert')).toContainText('Lines 252 to 501 may have been imported');
		await server.start();
		await press(page, 'Continue with 350');
		await expect(page.getByRole('heading', { name: '600 calls imported' })).toBeVisible();
		expect(new Set(keys).size).toBe(3);
		expect(await made()).toEqual(names);
	});
});

test('[I24, I26] columns are guessed and can be chosen; what is exported can be imported again; the import works by keyboard', async ({
	page,
	server,
}) => {
	for (const customerName of ['=SUM(A1)', 'Zoë "Z", PhD'])
		await server.create({ customerName, workflow: 'SALES', phoneNumber: '+493023125017', scheduledAt: LATER });
	await openDashboard(page, server, '/?workflow=SALES');
	await page.getByRole('link', { name: 'Import / Export' }).click();
	await expect(page.getByRole('region', { name: 'Export' })).toContainText(
		/The calls with workflow: Sales, in the order of the list\. Export all calls instead\. CSV is/,
	);
	const waiting = page.waitForEvent('download');
	await page.getByRole('link', { name: 'Export as CSV' }).click();
	const exported = await readFile(await (await waiting).path(), 'utf8');
	await choose(page, exported);
	await press(page, 'Import 2 calls');
	await expect(page.getByRole('heading', { name: '2 calls imported' })).toBeVisible();
	const calls = (await everyCall(server)).map(({ customerName, phoneNumber, workflow, scheduledAt }) =>
		[customerName, phoneNumber, workflow, scheduledAt].join(' '),
	);
	expect(calls.slice(2).toSorted()).toEqual(calls.slice(0, 2).toSorted());

	// Columns matched manually, from pasted text without a head, in another country, with one run for all rows.
	await press(page, 'Import another file');
	await page.getByText('Paste text instead').click();
	await page.getByLabel('Rows copied from a spreadsheet').fill('030 23125017\tLina\tx\n030 23125018\tMax\ty\n');
	await press(page, 'Read the text');
	await expect(page.getByLabel('Phone number', { exact: true })).toHaveValue('0');
	await expect(page.getByLabel('Customer name')).toHaveValue('1');
	await page.getByLabel('Country for numbers without +').selectOption('DE');
	await page.getByLabel('Workflow for all rows').selectOption('REMINDER');
	await page.getByLabel('Name of the run for all rows').fill('spring');
	await page.getByLabel('Customer name').selectOption('Column C');
	await press(page, 'Import 2 calls');
	await expect(page.getByRole('heading', { name: '2 calls imported' })).toBeVisible();
	const { calls: made } = await server.api<CallPage>('GET', '/api/calls?run=spring&order=oldest');
	expect(made.map((call) => [call.customerName, call.phoneNumber, call.workflow])).toEqual([
		['x', '+493023125017', 'REMINDER'],
		['y', '+493023125018', 'REMINDER'],
	]);

	await step('[I26] it works by keyboard alone', async () => {
		await press(page, 'Import another file');
		await page.getByText('Paste text instead').focus();
		await page.keyboard.press('Enter');
		await page.keyboard.press('Tab');
		await expect(page.getByLabel('Rows copied from a spreadsheet')).toBeFocused();
		await page.keyboard.insertText(table(people(2)));
		await page.keyboard.press('Tab');
		await page.keyboard.press('Enter');
		const make = page.getByRole('button', { name: 'Import 2 calls' });
		await expect(make).toBeVisible();
		for (let tabs = 0; tabs < 20 && !(await make.evaluate((node) => node === document.activeElement)); tabs++)
			await page.keyboard.press('Tab');
		await page.keyboard.press('Enter');
		await expect(page.getByRole('heading', { name: '2 calls imported' })).toBeFocused();
		await page.keyboard.press('Tab');
		await expect(page.getByRole('link', { name: 'Show the calls' })).toBeFocused();
	});
});

test('[I25] the import page passes axe at three widths, in both themes', async ({ page, server }) => {
	await openImport(page, server);
	await expectAccessibleAtWidths(page, 'the choice');
	await choose(page, 'a,b\n"c,d\n');
	await expect(page.getByRole('alert')).toBeVisible();
	await expectAccessibleAtWidths(page, 'a file that cannot be read');
	const long = 'Maximiliane-von-Hohenstein-Altenried'.repeat(4);
	await choose(page, table([HEAD, ...people(3), [long, '12', 'tomorrow']]));
	await expect(page.getByRole('heading', { name: '1 row has errors' })).toBeVisible();
	await expectAccessibleAtWidths(page, 'the columns and the errors');
	await page.getByLabel('Skip them and import the other rows').check();
	await page.route('**/api/calls/batch', (route) => route.abort());
	await press(page, 'Import 3 calls');
	await expect(page.getByRole('alert')).toBeVisible();
	await expectAccessibleAtWidths(page, 'an import that waits');
	await press(page, 'Stop');
	await expect(page.getByRole('alert')).toContainText('Lines 2 to 4 may have been imported');
	await expectAccessibleAtWidths(page, 'an import that was stopped');
});
