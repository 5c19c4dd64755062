import { describe, expect, it } from 'vitest';
import * as phones from '#lib/phone/phone.ts';
import { Sheet } from './sheet.svelte.ts';
import { foundWords, scenarioWords, unusedWords } from './words.ts';

async function sheetOf(text: string): Promise<Sheet> {
	const sheet = new Sheet({ country: 'DE', phones: () => Promise.resolve(phones) });
	await sheet.paste(text);
	return sheet;
}

describe('Sheet', () => {
	it('[I16] names the columns that have content but are not used', async () => {
		const sheet = await sheetOf(
			'Name;Telefon;Termin;;Leer\nAnne;0170 2854958;;;\nBo;0170 2854959;24.12.2099 15:30;x;\n',
		);
		expect(sheet.unused).toEqual(['Termin', 'Column D']);
		await sheet.choose('scheduledAt', 2);
		expect(sheet.unused).toEqual(['Column D']);
		expect(sheet.found?.bad).toHaveLength(1);
	});

	it('[I16] shows the first cell of a column that is not empty as its example', async () => {
		const sheet = await sheetOf('Name;Telefon;Run\nAnne;0170 2854958;\nBo;0170 2854959;ci-7\n');
		expect([sheet.example('customerName'), sheet.example('run'), sheet.example('scenario')]).toEqual([
			...['Anne', 'ci-7', ''],
		]);
	});

	it('[I8] says what an empty file needs', async () => {
		for (const text of ['', '\n \n'])
			expect((await sheetOf(text)).error).toBe('No rows found. Each call needs a row with a name and a number.');
	});
});

it('[I17] the valid rows and the unused columns are named in words', () => {
	expect(foundWords(1, 1, 'en')).toBe('1 row is valid, 1 row has errors.');
	expect(foundWords(1_200, 0, 'en')).toBe('1,200 rows are valid, 0 rows have errors.');
	expect(unusedWords(['Termin'], 'en')).toBe('Unused columns: Termin.');
	expect(
		unusedWords(
			Array.from({ length: 15 }, (_, i) => `c${i}`),
			'en',
		),
	).toMatch(/ c11 and 3 more\.$/);
	expect([scenarioWords('busy'), scenarioWords({ outcome: 'busy', delayMs: 5_000 })]).toEqual([
		...['busy', 'busy, delayMs 5000'],
	]);
});
