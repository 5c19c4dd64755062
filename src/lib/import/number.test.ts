import { describe, expect, it } from 'vitest';
import * as phones from '#lib/phone/phone.ts';
import { Sheet } from './sheet.svelte.ts';

async function sheetOf(cells: readonly string[], country: string): Promise<Sheet> {
	const sheet = new Sheet({ country, phones: () => Promise.resolve(phones) });
	await sheet.paste(`Name;Phone\n${cells.map((cell) => `Ada;"${cell.replaceAll('"', '""')}"\n`).join('')}`);
	return sheet;
}
/** Returns the numbers of a sheet's rows; null for a rejected row. */
function numbersOf({ found }: Sheet): (string | null)[] {
	const rows = [
		...(found?.ready ?? []).map(({ line, call }) => ({ line, number: call.phoneNumber })),
		...(found?.bad ?? []).map(({ line }) => ({ line, number: null })),
	];
	return rows.toSorted((a, b) => a.line - b.line).map(({ number }) => number);
}
const numberOf = async (cell: string, country = 'DE'): Promise<string | null> =>
	numbersOf(await sheetOf([cell], country))[0]!;

describe('a number from a spreadsheet', () => {
	it.each([
		['3023125017.0', '+493023125017'],
		['3023125017.00', '+493023125017'],
		['3023125017,0', '+493023125017'],
		['3023125017,00', '+493023125017'],
		['3023125017.', '+493023125017'],
		['3.023.125.017', '+493023125017'],
		['3,023,125,017', '+493023125017'],
		["3'023'125'017", '+493023125017'],
		['3’023’125’017', '+493023125017'],
		['3 023 125 017', '+493023125017'],
		['3\u202F023\u202F125\u202F017', '+493023125017'],
		['3.023.125.017,00', '+493023125017'],
		['3,023,125,017.00', '+493023125017'],
		['+493023125017.0', '+493023125017'],
		["'+493023125017", '+493023125017'],
		["''+493023125017", '+493023125017'],
		['’+493023125017', '+493023125017'],
		['="+493023125017"', '+493023125017'],
		['="03023125017"', '+493023125017'],
		['"+493023125017"', '+493023125017'],
		['=+493023125017', '+493023125017'],
		['＋４９３０２３１２５０１７', '+493023125017'],
		['\u202A+493023125017\u202C', '+493023125017'],
		['4930 23125017.0', '+493023125017'],
		['+4930 23125017.0', '+493023125017'],
		['(3023125017.0)', '+493023125017'],
		['+49 3023125017.00', '+493023125017'],
		['٣٠٢٣١٢٥٠١٧٫٠', '+493023125017'],
		['3023125017,', '+493023125017'],
		// Of several lines, the first is used.
		['0302312\n0302313', '+49302312'],
		['\n 030 23125017 \r\n 030 23125018', '+493023125017'],
		['030 23125017\u2028030 23125018', '+493023125017'],
		// Formatted by people.
		['0151.23456789', '+4915123456789'],
		['030/23125017', '+493023125017'],
		['030-23 12 50 17', '+493023125017'],
		['(030) 23125017', '+493023125017'],
		['0049 30 23125017', '+493023125017'],
		['+49 (0)30 23125017', '+493023125017'],
		// The digits are uncertain.
		['4.47E+11', null],
		['4,47E+11', null],
		['3,02E+09', null],
		['3.02E9', null],
		['+3.02E+09', null],
		['3,02 E+09', null],
		['3023125017.5', null],
		['3023125017.25', null],
		['3023125.000', null],
		['03023125017.00', null],
		['3.023.125.017,50', null],
		['-3023125017', null],
		['−3023125017', null],
		['–3023125017', null],
		['\u200e-3023125017', null],
		['＝1+1', null],
		['030 23125017.0', null],
		['=3023125017+1', null],
		['#REF!', null],
	])('[I35] %j is %j', async (cell, number) => expect(await numberOf(cell)).toBe(number));

	it.each([
		['01.23.45.67.89', 'FR', '+33123456789'],
		['01 23 45 67 89', 'FR', '+33123456789'],
		['202.555.0100', 'US', '+12025550100'],
		['1-202-555-0100', 'US', '+12025550100'],
		['2025550100.0', 'US', '+12025550100'],
		['12025550100.0', 'US', '+12025550100'],
		['2,025,550,100', 'US', '+12025550100'],
		['7911123456.0', 'GB', '+447911123456'],
		['447911123456.0', 'GB', '+447911123456'],
		['447911123456.0', 'DE', null],
		['12 34 56 78', 'DK', '+4512345678'],
	])('[I35] %j in %s is %j', async (cell, country, number) => expect(await numberOf(cell, country)).toBe(number));

	it('[I35] is rejected with the fix', async () => {
		const { found } = await sheetOf(['4.47E+11', '3023125017.5'], 'DE');
		expect(found?.bad.flatMap(({ errors }) => errors.map(({ message }) => message))).toEqual([
			'A spreadsheet has shortened this number. Format its column as text there.',
			'A spreadsheet has changed this number. Format its column as text there.',
		]);
	});
});

describe('digits whose + may be missing', () => {
	it.each([
		// Valid with a +, and another number in the chosen country.
		['447911123456', 'DE', null],
		['447911123456', 'AT', null],
		['447911123456', 'US', null],
		['447911123456', 'FR', null],
		['447911123456', 'IT', null],
		['12025550100', 'DE', null],
		['12025550100', 'AT', null],
		['12025550100', 'GB', null],
		['12025550100', 'FR', null],
		['12025550100', 'IT', null],
		['1-202-555-0100', 'DE', null],
		['44 7911 123456', 'DE', null],
		['4915123456789', 'AT', null],
		['4915123456789', 'US', null],
		// The country's own code: the digits may belong to the code or to the number.
		['4915123456789', 'DE', null],
		// The same in other spellings.
		['٤٤٧٩١١١٢٣٤٥٦', 'DE', null],
		['44–7911–123456', 'DE', null],
		['44\u20117911\u2011123456', 'DE', null],
		['[44] 7911 123456', 'DE', null],
		['tel:447911123456', 'DE', null],
		['447911123456.0', 'DE', null],
		// Both readings give the same number.
		['447911123456', 'GB', '+447911123456'],
		['12025550100', 'US', '+12025550100'],
		['436601234567', 'AT', '+436601234567'],
		['33123456789', 'FR', '+33123456789'],
		['393331234567', 'IT', '+393331234567'],
		// Not a valid number with a +.
		['3023125017', 'DE', '+493023125017'],
		['1701234567', 'DE', '+491701234567'],
		['2025550100', 'US', '+12025550100'],
		['7911123456', 'GB', '+447911123456'],
		['3331234567', 'IT', '+393331234567'],
		// All numbers of the country have this length.
		['3234567890', 'US', '+13234567890'],
		['431234567', 'FR', '+33431234567'],
		// A leading + or zero leaves no doubt.
		['+12025550100', 'DE', '+12025550100'],
		['+12025550199', 'AT', '+12025550199'],
		['0447911123456', 'DE', '+49447911123456'],
		['00447911123456', 'DE', '+447911123456'],
	])('[I36] %s in %s is %j', async (cell, country, number) => expect(await numberOf(cell, country)).toBe(number));

	it('[I36] are read as the user chooses for the whole file, and clear numbers stay unchanged', async () => {
		const cells = ['447911123456', '12025550100', '3023125017', '030 23125018', '+12025550101'];
		const sheet = await sheetOf(cells, 'DE');
		const clear = ['+493023125017', '+493023125018', '+12025550101'];
		expect(numbersOf(sheet)).toEqual([null, null, ...clear]);
		expect(sheet.found?.bad[0]?.errors[0]?.message).toBe(
			'The + may be missing. Choose +44 7911 123456 or +49 4479 11123456, or add the +.',
		);
		expect(sheet.unclear?.digits).toBe('447911123456');
		await sheet.readDigits('abroad');
		expect(numbersOf(sheet)).toEqual(['+447911123456', '+12025550100', ...clear]);
		await sheet.readDigits('home');
		expect(numbersOf(sheet)).toEqual(['+49447911123456', '+4912025550100', ...clear]);
		// Choosing another country resets the choice.
		await sheet.chooseCountry('US');
		expect([sheet.lostPlus, numbersOf(sheet)[0]]).toEqual([null, null]);
		expect(sheet.found?.bad[0]?.errors[0]?.message).toBe('The + may be missing. Choose +44 7911 123456, or add the +.');
		await sheet.readDigits('home');
		expect(sheet.found?.bad[0]?.errors[0]?.message).toBe('Too long for the United States. Two digits too many?');
	});
});
