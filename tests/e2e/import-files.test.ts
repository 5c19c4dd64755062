import type { Page } from '@playwright/test';
import type { CallPage } from '#contract';
import { expect, test, type Server } from './server.ts';

/** Files as people and other programs write them, read in a browser set to the file's language. */

async function choose(page: Page, server: Pick<Server, 'url'>, text: string | Buffer): Promise<void> {
	await page.goto(`${server.url}/import`, { waitUntil: 'networkidle' });
	await page
		.getByLabel(/^Choose (a|another) CSV file$/)
		.setInputFiles({ name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
}

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();

/** Returns the stored calls, oldest first. */
async function stored(server: Server): Promise<string[]> {
	const { calls } = await server.api<CallPage>('GET', '/api/calls?order=oldest');
	return calls.map(({ customerName, phoneNumber }) => `${customerName} ${phoneNumber}`);
}

test('[I30] a file that declares its delimiter keeps its times and its run', async ({ page, server }) => {
	const text =
		'sep=;\r\nName;Phone;Scheduled at;Run\r\n' +
		'SepAda;+12025550150;2099-01-01T00:00:00Z;sep1\r\nSepBo;+12025550150;2099-01-01T00:00:00Z;sep1\r\n';
	for (const [i, bytes] of [Buffer.from(text), Buffer.from(`\uFEFF${text}`, 'utf16le')].entries()) {
		await choose(page, server, bytes);
		await expect(page.getByLabel('Delimiter')).toHaveValue(';');
		await expect(page.getByLabel('Header row')).toHaveValue('0');
		await press(page, 'Import 2 calls');
		await expect(page.getByRole('heading', { name: '2 calls imported' })).toBeVisible();
		const { calls } = await server.api<CallPage>('GET', '/api/calls?run=sep1&order=oldest');
		expect(calls.slice(2 * i).map((call) => [call.customerName, call.scheduledAt, call.status])).toEqual([
			['SepAda', '2099-01-01T00:00:00.000Z', 'PENDING'],
			['SepBo', '2099-01-01T00:00:00.000Z', 'PENDING'],
		]);
	}
});

test('[I31] a quoted name after a blank is read without its quotes', async ({ page, server }) => {
	await choose(page, server, 'Phone, Name\n+12025550150, "Quoted, Ada"\n');
	await press(page, 'Import 1 call');
	await expect(page.getByRole('heading', { name: '1 call imported' })).toBeVisible();
	expect(await stored(server)).toEqual(['Quoted, Ada +12025550150']);
});

test('[I32] a customer id is not called, and the page asks for the column if it is unclear', async ({
	page,
	server,
}) => {
	await choose(
		page,
		server,
		'Customer ID,Name,Contact Number\n2025550177,IdAda,+442079460112\n2025550178,IdBo,+442079460113\n',
	);
	await expect(page.getByText('Unused columns: Customer ID.')).toHaveCount(2);
	await expect(page.locator('#import-phoneNumber option:checked')).toHaveText('Contact Number');
	await press(page, 'Import 2 calls');
	await expect(page.getByRole('heading', { name: '2 calls imported' })).toBeVisible();
	expect(await stored(server)).toEqual(['IdAda +442079460112', 'IdBo +442079460113']);

	await choose(page, server, 'Customer ID,Name,Ref\n7911123456,Ada,7911123457\n');
	const column = page.getByRole('combobox', { name: 'Phone number' });
	await expect(column).toHaveAccessibleDescription('Choose the column with the phone numbers.');
	await press(page, 'Import calls');
	await expect(column).toBeFocused();
	await column.selectOption('Ref');
	await expect(page.getByRole('button', { name: 'Import 1 call', exact: true })).toBeVisible();
	expect(await stored(server)).toHaveLength(2);
});

test('[I33] an address book: names are joined, and the first phone column with a number is read', async ({
	page,
	server,
}) => {
	await choose(
		page,
		server,
		'First Name,Middle Name,Last Name,Title,Company,Business Phone,Home Phone,Mobile Phone,E-mail Address\n' +
			'Ada,,Lovelace,,Engines Ltd,,,+12025550100,ada@example.com\n' +
			'Bo,,Diddley,,Beats,+12025550120,,,\n',
	);
	const [name, phone] = [page.getByLabel('Customer name'), page.getByRole('combobox', { name: 'Phone number' })];
	await expect(name.locator('option:checked')).toHaveText('First Name + Last Name');
	await expect(phone.locator('option:checked')).toHaveText('Mobile Phone, else Business Phone');
	await press(page, 'Import 2 calls');
	await expect(page.getByRole('heading', { name: '2 calls imported' })).toBeVisible();
	expect(await stored(server)).toEqual(['Ada Lovelace +12025550100', 'Bo Diddley +12025550120']);
});

test('[I34] lines above the header are ignored, the page says so, and another header row can be chosen', async ({
	page,
	server,
}) => {
	await choose(
		page,
		server,
		'Contacts report,,\nGenerated 30/11/2026,,\n,,\nName,Phone,City\nAda,+12025550100,Washington\nBo,+12025550101,Washington\n',
	);
	const header = page.getByLabel('Header row');
	await expect(header.locator('option:checked')).toHaveText('Line 4: Name, Phone, City');
	await expect(page.getByText('2 rows above the header are ignored.')).toBeVisible();
	await expect(page.getByRole('button', { name: 'Import 2 calls', exact: true })).toBeVisible();
	await header.selectOption('Line 1: Contacts report');
	await expect(page.getByRole('button', { name: 'Fix 2 rows to import', exact: true })).toBeVisible();
	await header.selectOption('Line 4: Name, Phone, City');
	await press(page, 'Import 2 calls');
	await expect(page.getByRole('heading', { name: '2 calls imported' })).toBeVisible();
	expect(await stored(server)).toEqual(['Ada +12025550100', 'Bo +12025550101']);
});

for (const [locale, home] of [
	['de-DE', '+49 4479 11123456'],
	['de-AT', '+43 4479 11123456'],
] as const)
	test.describe(locale, () => {
		test.use({ locale });

		test(`[I36] ${locale}: digits that may be missing a + are called only after the user chose how to read them`, async ({
			page,
			server,
		}) => {
			await choose(page, server, 'customerName,phoneNumber\nPlusAda,447911123456\nPlusBo,12025550100\n');
			await press(page, 'Fix 2 rows to import');
			const lost = page.getByLabel('Numbers that may be missing a +');
			await expect(lost).toBeFocused();
			await expect(lost).toHaveAccessibleDescription('Choose how to read these numbers.');
			await expect(lost.getByRole('option')).toHaveText([
				...['Choose how to read 447911123456', '+44 7911 123456: the + is missing', `${home}: a national number`],
			]);
			expect(await stored(server)).toEqual([]);
			await lost.selectOption({ index: 1 });
			await press(page, 'Import 2 calls');
			await expect(page.getByRole('heading', { name: '2 calls imported' })).toBeVisible();
			expect(await stored(server)).toEqual(['PlusAda +447911123456', 'PlusBo +12025550100']);
		});

		test(`[I35] ${locale}: a number with decimals from a spreadsheet does not become another number`, async ({
			page,
			server,
		}) => {
			await choose(page, server, 'Name,Phone\nFloatAda,3023125017.0\n');
			await press(page, 'Import 1 call');
			await expect(page.getByRole('heading', { name: '1 call imported' })).toBeVisible();
			expect(await stored(server)).toEqual([`FloatAda ${locale === 'de-DE' ? '+49' : '+43'}3023125017`]);
		});
	});

test('[I37] a time without a zone is not sent', async ({ page, server }) => {
	await choose(page, server, 'Name,Phone,Scheduled at\nAda,+12025550100,2027-03-28T02:30\nBo,+12025550101,46474.104\n');
	await press(page, 'Fix 2 rows to import');
	const wrong = page.getByRole('region', { name: '2 rows have errors' });
	await expect(wrong).toContainText('The time zone is missing. Write it like 2026-11-22T15:30:00Z.');
	await expect(wrong).toContainText('A spreadsheet has turned this time into a number.');
	expect(await stored(server)).toEqual([]);
});

test('[I38] the button says that rows need fixing, until they are skipped', async ({ page, server }) => {
	await choose(page, server, 'Name,Phone\nAda,+12025550100\nBo,12\nCy,+12025550101\n');
	await expect(page.getByLabel('Import nothing until all rows are valid')).toBeChecked();
	await press(page, 'Fix 1 row to import');
	await expect(page.getByText('1 row has errors. Fix the file and choose it again, or skip it.')).toBeVisible();
	expect(await stored(server)).toEqual([]);
	await page.getByLabel('Skip them and import the other rows').check();
	await press(page, 'Import 2 calls');
	await expect(page.getByRole('heading', { name: '2 calls imported' })).toBeVisible();
	expect(await stored(server)).toEqual(['Ada +12025550100', 'Cy +12025550101']);
});
