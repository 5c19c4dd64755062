import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { visibleLength, typedFault, typedText } from './typed-text.ts';

const faultOf = (text: string, max = 80): string | null => typedFault(typedText(text), max);

describe('typed text', () => {
	it.each([
		['x'.repeat(80), null],
		['x'.repeat(81), 'too-long'],
		['🙂'.repeat(80), null],
		[`${'ا\u200c'.repeat(79)}ا`, null],
		[`x${'\ufe0f'.repeat(159)}`, null],
		[`x${'\ufe0f'.repeat(160)}`, 'padded'],
		[`${'\u200b'.repeat(1_000)}Ada${'\u00a0'.repeat(1_000)}`, null],
	])('[TX12] counts visible code points, and limits all code points to twice the number', (text, fault) =>
		expect(faultOf(text)).toBe(fault),
	);

	it.each([
		['Ada\nBerg', 'line-break'],
		['Ada\u2028Berg', 'line-break'],
		['Ada\u2029Berg', 'line-break'],
		['Ada\u0085Berg', 'line-break'],
		['Ada\tBerg', 'unshown'],
		['Ada\u0007', 'unshown'],
		['half \ud83d', 'unshown'],
		['\udc00x', 'unshown'],
		['Ada\uffff', 'unshown'],
		['Ada\ufdd0', 'unshown'],
		['Apple \uf8ff', null],
	])('[TX13] %j: %s', (text, fault) => expect(faultOf(text)).toBe(fault));

	it.each([
		'\u200b',
		'\u0301',
		'\u20dd',
		'\u2800',
		'\u3164\uffa0',
		'\ufe0f',
		'\u{e0061}',
		'\u{e0100}',
		'\u180e',
		'\u2060',
		'',
	])('[TX10] %j has no visible character', (text) => expect(faultOf(text)).toBe('missing'));

	it('[TX11] cleaning a text twice gives the same as cleaning it once, and keeps every visible character', () => {
		const pieces = fc.array(
			fc.constantFrom(
				...[
					'A',
					'é',
					' ',
					'\u00a0',
					'\u3164',
					'\u200b',
					'\u200c',
					'\u200d',
					'\u202e',
					'\ufe0f',
					'\u0301',
					'🙂',
					'\u{e0061}',
					'\u2066',
				],
			),
			{ maxLength: 8 },
		);
		fc.assert(
			fc.property(
				fc.oneof(
					pieces.map((parts) => parts.join('')),
					fc.string({ unit: 'binary' }),
				),
				(text) => {
					const clean = typedText(text);
					expect(typedText(clean)).toBe(clean);
					expect(clean).not.toMatch(/[\u200b\u202a-\u202e\u2066-\u2069\ufeff]/);
					const shown = (of: string): string =>
						of.replace(/[\s\p{Default_Ignorable_Code_Point}\u2800\ufff9-\ufffb]/gu, '');
					expect(shown(clean)).toBe(shown(text));
					expect(visibleLength(clean)).toBeLessThanOrEqual([...text].length);
				},
			),
			{ numRuns: 2_000 },
		);
	});
});
