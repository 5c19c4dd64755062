import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvCell, csvLine, guarded, unguarded } from './csv.ts';

describe('a cell', () => {
	it.each(['=1+1', '+1+1', '-1', '@SUM(A1)', '\t=1', '\r=1', ' =1', '"=1', "'=1", '＝1', '+1 202', "'' @x", '\n=1'])(
		'[R92] the formula %j is written in quotes, with an apostrophe in front',
		(text) => {
			expect(guarded(text)).toBe(`'${text}`);
			expect(csvCell(text)).toBe(`"'${text.replaceAll('"', '""')}"`);
		},
	);

	it.each(['Ada', "O'Brien", "'Tis", '+12025550100', '12', '3-4', 'a=b', ''])('[R92] %j is written unchanged', (text) =>
		expect(csvCell(text)).toBe(text),
	);

	it('[R93] any text is read back exactly', () => {
		const pieces = fc.constantFrom("'", '"', '=', '+', '-', '@', '\t', ' ', '1', 'x', '+12025550100');
		const text = fc.oneof(
			fc.string({ unit: 'grapheme' }),
			fc.array(pieces).map((parts) => parts.join('')),
		);
		fc.assert(fc.property(text, (text) => unguarded(guarded(text)) === text));
	});

	it('[R91] a text that would break the line is quoted', () => {
		expect(csvLine(['a"b', 'c,d', 'e\r\nf', ' g', { outcome: 'busy' }, null, 7])).toBe(
			'"a""b","c,d","e\r\nf"," g","{""outcome"":""busy""}",,7\r\n',
		);
	});
});
