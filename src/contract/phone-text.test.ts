import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PHONE_MAX, phoneTextOf } from './phone-text.ts';

const US = '+12025550100';

describe('the text of a phone number', () => {
	it.each([
		['+1 202 555 0100', US],
		['+1\u00a0202\u00a0555\u00a00100', US],
		['+33\u202f6\u202f12\u202f34\u202f56\u202f78', '+33612345678'],
		['+1\u2007202\u2007555\u20070100', US],
		['\u3000+1\u3000202\u2009555\u205f0100\u1680', US],
		['+1\t202\t5550100', US],
		['\u202a+1 202 555 0100\u202c', US],
		['\u2066+1 202 555 0100\u2069', US],
		['\u200e+1\u200f202\u061c555\u200b0100\ufeff', US],
		['+1\u00ad202\u2060555\u200d0100\u200c\ufe0f', US],
		['+1202555\u31640100', US],
		['＋８１９０１２３４５６７８', '+819012345678'],
		['﹢81 90 1234 5678', '+819012345678'],
		['+８１（９０）１２３４－５６７８', '+819012345678'],
		['+٤٩٣٠٢٣١٢٥٠١٧', '+493023125017'],
		['+۴۹۳۰۲۳۱۲۵۰۱۷', '+493023125017'],
		['+१२०२५५५०१००', US],
		['+๑๒๐๒๕๕๕๐๑๐๐', US],
		['+𝟏𝟐𝟎𝟐𝟓𝟓𝟓𝟎𝟏𝟎𝟎', US],
		['+1–202—555−0100', US],
		['+1‑202‐555﹣0100', US],
		['+81ー90ー1234ー5678', '+819012345678'],
		['(+44) [20] 7946/0112', '+442079460112'],
		['+44 (0)20 7946 0112', '+4402079460112'],
		['tel:+1-202-555-0100', US],
		['TEL: +1.202.555.0100', US],
		['030 23125017', '03023125017'],
		['0049 30 23125017', '00493023125017'],
	])('[TX2] %j is read as %s', (typed, text) => expect(phoneTextOf(typed)).toEqual({ text }));

	it.each([
		...['x123', 'X 123', ' x123', ' xxx 12', ' ext. 7', 'ext7', ' EXT 7', ' extension 7', ' extensión 7', ';ext=7'],
		...[';EXT=7', '#123', ' #123#', ',,123', ',123', ';123', ' ; 123', 'p123', 'P123', ',w123', ' w1', ' доб. 12'],
		...[
			'доб12',
			' доп.12',
			' anexo 12',
			' int 12',
			' int.12',
			'内線12',
			' 內線 12',
			' 转12',
			'내선12',
			' Durchwahl 12',
		],
		...[' DW 12', '-Nebenst. 12', ' poste 12', ' p. 12', ' ramal 12', ' toestel 12', ' wewn. 12', ' kl. 12', ' ｘ１２'],
		...[
			'＃12',
			'~12',
			' (x12)',
			' (ext 12)',
			' ext ١٢',
			' x12345678',
			',,5551234567#',
			':12',
			'*12',
			' אxt 12',
			'\u200ex12',
		],
	])('[TX3] the extension in %j is refused with the reason and the cure', (extension) => {
		const { fault, error } = phoneTextOf(`${US}${extension}`);
		expect({ fault, error }).toEqual({
			fault: 'extension',
			error: expect.stringMatching(/^Extensions cannot be dialed\. Leave out “.*\d.*”\.$/u) as string,
		});
	});

	it('[TX3] the cure names the text to leave out', () =>
		expect(phoneTextOf('+7 495 123-45-67 (доб. 1234)').error).toBe(
			'Extensions cannot be dialed. Leave out “доб. 1234”.',
		));

	it.each([
		['1-800-FLOWERS', 'letters'],
		['+1 800 GOT-2HELP', 'letters'],
		['+1 202 555 01XX', 'letters'],
		['call +12025550100', 'letters'],
		[`${US} mobile`, 'letters'],
		[`${US} ext.`, 'letters'],
		['6928133450;phone-context=+7', 'several'],
		[`${US}, +12025550101`, 'several'],
		[`${US};2025550101`, 'several'],
		[`${US} ::: +12025550101`, 'several'],
		[`${US} / +12025550101`, 'several'],
		[`${US}\n+12025550101`, 'several'],
		['0302312\n0302313', 'several'],
		['0302312\r\n0302313', 'several'],
		['030\u20282312\u00855017', 'several'],
		['٠٣٠٢٣١٢\n٠٣٠٢٣١٣', 'several'],
		[`${US} or 202 555 0101`, 'several'],
		['2025550100.0', 'decimal'],
		['4930231250170,00', 'decimal'],
		['4.47E+11', 'decimal'],
		['4,47 E + 11', 'decimal'],
		['447E9', 'decimal'],
		['+3023125017.5', 'decimal'],
		['+49 3023125017.25', 'decimal'],
		['3.023.125.017,50', 'decimal'],
		['3023125.000', 'decimal'],
		['*31#+4930123', 'characters'],
		['+1202555010②', 'characters'],
		['+120255501²', 'characters'],
		['+1202555010½', 'characters'],
		['+1 202 555 0100 \ud83d', 'characters'],
		['+1202555\u00070100', 'characters'],
		['+', 'characters'],
		['-', 'characters'],
		['', 'missing'],
		[' \u200b\u00a0', 'missing'],
		['tel:', 'missing'],
		[`+${'1'.repeat(PHONE_MAX)}`, 'too-long'],
		[`+1${' 2'.repeat(PHONE_MAX)}`, 'too-long'],
		['\u200b'.repeat(100_000), 'too-long'],
	])('[TX3] %j is refused: %s', (typed, fault) => {
		const read = phoneTextOf(typed);
		expect([read.fault, read.text]).toEqual([fault, undefined]);
		expect(read.error).toMatch(/\.$/);
	});

	it.each([
		...['+49 3023125017.0', '+49-3023125017.0', '(+49) 3023125017.0', '+4930 23125017.0', '+493023125017 .0'],
		...['+49.3023125017.0', '+49 (3023125017.0)', '+49 3023125017 . 00', '+49 3023125017,0', '+49 3023125017٫0'],
		...[
			'+٤٩ ٣٠٢٣١٢٥٠١٧٫٠',
			'+٤٩٣٠٢٣١٢٥٠١٧.٠',
			'＋４９　３０２３１２５０１７．０',
			'+49.30.23125017.00',
			'+49 302 312 501 7.0',
		],
	])('[TX3] a spreadsheet’s decimal is refused in every spelling: %j', (typed) =>
		expect(phoneTextOf(typed)).toMatchObject({ fault: 'decimal' }),
	);

	it.each([
		['+49 3023125017.0', '+493023125017'],
		['(3023125017.00)', '3023125017'],
		['3023125017,', '3023125017'],
		['3,023,125,017', '3023125017'],
		['3’023’125’017', '3023125017'],
		['3 023 125 017,00', '3023125017'],
		['٣٬٠٢٣٬١٢٥٬٠١٧٫٠٠', '3023125017'],
		// No exact number: the zeros may be digits of the number, or the typed digits are lost.
		['030 23125017.0', undefined],
		['+49.30.23125.0', undefined],
		['+49 30 231250.0', undefined],
		['+49 30 2312 50.00', undefined],
		['3023125017.5', undefined],
		['4.47E+11', undefined],
		['3023125.000', undefined],
	])('[I35] the spreadsheet’s text %j is read as exactly %j', (typed, exact) =>
		expect(phoneTextOf(typed).exact).toBe(exact),
	);

	it.each([
		['01.42.68.53.00', '0142685300'],
		['+33.1.42.68.53.00', '+33142685300'],
		['+33 1.42.68.53.00', '+33142685300'],
		['030.23125.00', '0302312500'],
		['+1.202.555.0000', '+12025550000'],
		['+1202555.0100', '+12025550100'],
		['0151.23456789', '015123456789'],
		['3.023.125.017', '3023125017'],
		['+49.30.231250.12', '+493023125012'],
		['+12025550100.', '+12025550100'],
	])('[TX2] dots divide the groups of %j: it is read as %j', (typed, text) =>
		expect(phoneTextOf(typed)).toEqual({ text }),
	);

	it('[TX3] a trailing .0, ,0 or .00 adds no digit to a number', () => {
		/** Variants of a text in the digits of several scripts. */
		const scripts = ['0', '٠', '۰', '०', '０', '𝟎'].map(
			(zero) => (text: string) =>
				text.replace(/\d/g, (digit) => String.fromCodePoint(zero.codePointAt(0)! + Number(digit))),
		);
		const digits = (minLength: number, maxLength: number) =>
			fc.string({ unit: fc.constantFrom(...'0123456789'), minLength, maxLength });
		const spelling = fc.record({
			prefix: fc.constantFrom(
				'',
				'+',
				'+49',
				'+49',
				'(+49)',
				'[+49]',
				'0049',
				'tel:',
				'tel:+49',
				'＋',
				'030',
				'\u200e+49',
			),
			separator: fc.constantFrom('', ' ', '-', '/', '.', '–', '\u2011', '−', '\u00a0', '\u202f', '\u3000', ' - '),
			brackets: fc.constantFrom(
				...([
					['', ''],
					['(', ')'],
					['[', ']'],
					['( ', ' )'],
				] as const),
			),
			number: digits(7, 10),
			before: fc.constantFrom('', ' ', '\u00a0'),
			mark: fc.constantFrom('.', ',', '٫', '．', '，', '. '),
			zeros: fc.constantFrom('0', '00'),
			behind: fc.constantFrom('', ' ', '\u200f'),
			isInside: fc.boolean(),
			script: fc.constantFrom(...scripts),
		});
		let read = 0;
		fc.assert(
			fc.property(spelling, ({ prefix, separator, brackets: [open, close], number, isInside, script, ...tail }) => {
				const decimal = tail.before + tail.mark + tail.zeros + tail.behind;
				const around = (inside: string, outside: string): string =>
					script(prefix + separator + open + number + inside + close + outside);
				const plain = phoneTextOf(around('', '')).text;
				const spoiled = phoneTextOf(isInside ? around(decimal, '') : around('', decimal));
				expect(spoiled.text).toBeUndefined();
				if (plain !== undefined) read++;
				if (spoiled.exact !== undefined) expect(spoiled.exact).toBe(plain);
			}),
			{ numRuns: 2_000 },
		);
		expect(read).toBeGreaterThan(500);
	});

	it('[TX4] the digits are read as typed and in order, with any separators', () => {
		const between = fc.constantFrom(
			'',
			'',
			'',
			' ',
			'-',
			'.',
			'/',
			'(',
			')',
			'\u00a0',
			'\u202f',
			'–',
			'\u200e',
			'x',
			'#',
			';',
			',',
			'+',
			'ё',
			'½',
			'\u0301',
		);
		let read = 0;
		fc.assert(
			fc.property(
				fc.array(fc.tuple(between, fc.constantFrom(...'0123456789')), { maxLength: 16 }),
				between,
				(parts, last) => {
					const { text } = phoneTextOf(parts.flat().join('') + last);
					if (text === undefined) return;
					read++;
					expect(text.replace(/^\+/, '')).toBe(parts.map(([, digit]) => digit).join(''));
				},
			),
			{ numRuns: 2_000 },
		);
		expect(read).toBeGreaterThan(20);
	});
});
