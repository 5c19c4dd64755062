import type { Page } from '@playwright/test';
import type { CallPage } from '#contract';
import { expect, expectConnection, step, test, type Server } from './server.ts';

/** Imports files as people and other programs write them. The unit tests in src/lib/import read many more files. */

async function openImport(page: Page, server: Pick<Server, 'url'>): Promise<void> {
	await page.goto(`${server.url}/import`);
	await expectConnection(page, 'Live');
}

async function choose(page: Page, text: string | Buffer): Promise<void> {
	await page
		.getByLabel(/^Choose (a|another) CSV file$/)
		.setInputFiles({ name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
}

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();

/** Imports the chosen file, and goes back to the choice of a file. Returns the `count` newest calls, oldest first. */
async function make(page: Page, server: Server, count: number): Promise<CallPage['calls']> {
	const calls = count === 1 ? '1 call' : `${count} calls`;
	await press(page, `Import ${calls}`);
	await expect(page.getByRole('heading', { name: `${calls} imported` })).toBeVisible();
	await press(page, 'Import another file');
	return (await server.api<CallPage>('GET', `/api/calls?limit=${count}`)).calls.toReversed();
}
const said = (calls: CallPage['calls']): string[] =>
	calls.map(({ customerName, phoneNumber }) => `${customerName} ${phoneNumber}`);
const countOf = async (server: Server): Promise<number> =>
	(await server.api<CallPage>('GET', '/api/calls?limit=200')).calls.length;

test('[I30, I31, I32, I33, I34, I37, I38] files of other programs are read as they are meant, and unclear ones are asked about', async ({
	page,
	server,
}) => {
	await openImport(page, server);

	await step('[I30] a file that names its delimiter keeps its schedule and its run', async () => {
		const text =
			'sep=;\r\nName;Phone;Scheduled at;Run\r\n' +
			'SepAda;+12025550150;2099-01-01T00:00:00Z;sep1\r\nSepBo;+12025550150;2099-01-01T00:00:00Z;sep1\r\n';
		for (const bytes of [Buffer.from(text), Buffer.from(`\uFEFF${text}`, 'utf16le')]) {
			await choose(page, bytes);
			await expect(page.getByLabel('Delimiter')).toHaveValue(';');
			await expect(page.getByLabel('Header row')).toHaveValue('0');
			const calls = await make(page, server, 2);
			expect(calls.map((call) => [call.customerName, call.scheduledAt, call.status, call.run])).toEqual([
				['SepAda', '2099-01-01T00:00:00.000Z', 'PENDING', 'sep1'],
				['SepBo', '2099-01-01T00:00:00.000Z', 'PENDING', 'sep1'],
			]);
		}
	});

	await step('[I31] a quoted name behind a blank is read without its quotes', async () => {
		await choose(page, 'Phone, Name\n+12025550150, "Quoted, Ada"\n');
		expect(said(await make(page, server, 1))).toEqual(['Quoted, Ada +12025550150']);
	});

	await step('[I32] a customer id is not called; where the numbers are unclear the column is asked for', async () => {
		await choose(
			page,
			'Customer ID,Name,Contact Number\n2025550177,IdAda,+442079460112\n2025550178,IdBo,+442079460113\n',
		);
		await expect(page.getByText('Unused columns: Customer ID.')).toHaveCount(2);
		await expect(page.locator('#import-phoneNumber option:checked')).toHaveText('Contact Number');
		expect(said(await make(page, server, 2))).toEqual(['IdAda +442079460112', 'IdBo +442079460113']);

		const before = await countOf(server);
		await choose(page, 'Customer ID,Name,Ref\n7911123456,Ada,7911123457\n');
		const column = page.getByRole('combobox', { name: 'Phone number' });
		await expect(column).toHaveAccessibleDescription('Choose the column with the phone numbers.');
		await press(page, 'Import calls');
		await expect(column).toBeFocused();
		await column.selectOption('Ref');
		await expect(page.getByRole('button', { name: 'Import 1 call', exact: true })).toBeVisible();
		expect(await countOf(server)).toBe(before);
	});

	await step('[I33] names are joined, of several phones the first with a number is read', async () => {
		await choose(
			page,
			'First Name,Middle Name,Last Name,Title,Company,Business Phone,Home Phone,Mobile Phone,E-mail Address\n' +
				'Ada,,Lovelace,,Engines Ltd,,,+12025550100,ada@example.com\n' +
				'Bo,,Diddley,,Beats,+12025550120,,,\n',
		);
		const [name, phone] = [page.getByLabel('Customer name'), page.getByRole('combobox', { name: 'Phone number' })];
		await expect(name.locator('option:checked')).toHaveText('First Name + Last Name');
		await expect(phone.locator('option:checked')).toHaveText('Mobile Phone, else Business Phone');
		expect(said(await make(page, server, 2))).toEqual(['Ada Lovelace +12025550100', 'Bo Diddley +12025550120']);
	});

	await step('[I34] lines above the header are left out, which the page says; another line can be chosen', async () => {
		await choose(
			page,
			'Contacts report,,\nGenerated 30/11/2026,,\n,,\nName,Phone,City\nAda,+12025550100,Washington\nBo,+12025550101,Washington\n',
		);
		const header = page.getByLabel('Header row');
		await expect(header.locator('option:checked')).toHaveText('Line 4: Name, Phone, City');
		await expect(page.getByText('2 rows above the header are ignored.')).toBeVisible();
		await expect(page.getByRole('button', { name: 'Import 2 calls', exact: true })).toBeVisible();
		await header.selectOption('Line 1: Contacts report');
		await expect(page.getByRole('button', { name: 'Fix 2 rows to import', exact: true })).toBeVisible();
		await header.selectOption('Line 4: Name, Phone, City');
		expect(said(await make(page, server, 2))).toEqual(['Ada +12025550100', 'Bo +12025550101']);
	});

	await step('[I37] a time without a zone is not sent', async () => {
		const before = await countOf(server);
		await choose(page, 'Name,Phone,Scheduled at\nAda,+12025550100,2027-03-28T02:30\nBo,+12025550101,46474.104\n');
		await press(page, 'Fix 2 rows to import');
		const wrong = page.getByRole('region', { name: '2 rows have errors' });
		await expect(wrong).toContainText('The time zone is missing. Write it like 2026-11-22T15:30:00Z.');
		await expect(wrong).toContainText('A spreadsheet has turned this time into a number.');
		expect(await countOf(server)).toBe(before);
	});

	await step('[I38] the button says that rows are to be fixed, until they are left out', async () => {
		const before = await countOf(server);
		await choose(page, 'Name,Phone\nAda,+12025550100\nBo,12\nCy,+12025550101\n');
		await expect(page.getByLabel('Import nothing until all rows are valid')).toBeChecked();
		await press(page, 'Fix 1 row to import');
		await expect(page.getByText('1 row has errors. Fix the file and choose it again, or skip it.')).toBeVisible();
		expect(await countOf(server)).toBe(before);
		await page.getByLabel('Skip them and import the other rows').check();
		expect(said(await make(page, server, 2))).toEqual(['Ada +12025550100', 'Cy +12025550101']);
	});
});

test.describe('in a browser set to de-AT', () => {
	test.use({ locale: 'de-AT' });

	test('[I35, I36] digits that lost their + are called only after it is chosen what they are, and decimals make no other number', async ({
		page,
		server,
	}) => {
		await openImport(page, server);
		// The country of the browser's language first, then a chosen one.
		for (const [country, prefix] of [
			['AT', '+43'],
			['DE', '+49'],
		] as const) {
			const chooseIn = async (text: string): Promise<void> => {
				await choose(page, text);
				if (country === 'DE') await page.getByLabel('Country for numbers without +').selectOption(country);
				await expect(page.getByLabel('Country for numbers without +')).toHaveValue(country);
			};

			await step(`[I36] ${country}: digits that have lost their + are asked about`, async () => {
				const before = await countOf(server);
				await chooseIn('customerName,phoneNumber\nPlusAda,447911123456\nPlusBo,12025550100\n');
				await press(page, 'Fix 2 rows to import');
				const lost = page.getByLabel('Numbers that may be missing a +');
				await expect(lost).toBeFocused();
				await expect(lost).toHaveAccessibleDescription('Choose how to read these numbers.');
				await expect(lost.getByRole('option')).toHaveText([
					'Choose how to read 447911123456',
					'+44 7911 123456: the + is missing',
					`${prefix} 4479 11123456: a national number`,
				]);
				expect(await countOf(server)).toBe(before);
				await lost.selectOption({ index: 1 });
				expect(said(await make(page, server, 2))).toEqual(['PlusAda +447911123456', 'PlusBo +12025550100']);
			});

			await step(`[I35] ${country}: a number with the decimals of a spreadsheet is not another number`, async () => {
				await chooseIn('Name,Phone\nFloatAda,3023125017.0\n');
				expect(said(await make(page, server, 1))).toEqual([`FloatAda ${prefix}3023125017`]);
			});
		}
	});
});
