import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NAMES, partOf, SPELLINGS } from '#tests/support/spellings.ts';
import { foldedOf, isBlankSearch, searchTerms, shortOf } from './search.ts';

const finds = (q: string, name: string, number = ''): boolean => {
	const folded = foldedOf(name, number);
	return searchTerms(q).some((term) => folded.includes(term));
};
const namePart = (name: string): string => foldedOf(name, '').slice(1, -1);

const odd = fc.constantFrom(
	...[
		'и',
		'\u0306',
		'\u0301',
		'\u0327',
		'ا',
		'\u0654',
		'\u064e',
		'Σ',
		'ς',
		'ı',
		'İ',
		'ß',
		' ',
		'\u00a0',
		'\u00b4',
		'ﬁ',
		'\u1112',
		'\u1161',
	],
);
const text = fc.oneof(
	fc.array(odd, { maxLength: 6 }).map((parts) => parts.join('')),
	fc.string({ unit: 'binary' }),
	fc.constantFrom(...NAMES),
);

describe('the folding of names and searches', () => {
	it.each([
		['ΒΑΣ', 'Βασίλης'],
		['βασίλησ', 'ΒΑΣΊΛΗΣ'],
		['istanbul', 'İstanbul Şahin'],
		['İSTANBUL', 'istanbul'],
		['ISTANBUL', 'ıstanbul'],
		['isparta', 'Isparta'],
		['ısparta', 'Isparta'],
		['ana nbsp', 'Ana\u00a0Nbsp'],
		['anna double', 'Anna  Double'],
		['anna\u3000 double', 'Anna Double'],
		['sorensen', 'Sørensen'],
		['lefevre', 'Lefèvre'],
		['LEFÈVRE', 'Lefe\u0300vre'],
		['aether', 'Æther'],
		['coeur', 'Cœur'],
		['lodz', 'Łódź'],
		['dang', 'Đặng'],
		['thor', 'Þór'],
		['hal ', 'Ħal'],
		['strasse', 'Straße'],
		['STRASSE', 'STRAẞE'],
		['weiß', 'WEISS'],
		["o'brien", 'O’Brien'],
		['o’brien', "O'Brien"],
		['o`brien', 'Oʼbrien'],
		['"rocky"', 'The “Rocky”'],
		['jean-luc', 'Jean–Luc'],
		['jean‑luc', 'Jean-Luc'],
		['fiona', 'ﬁona'],
		['tokyo', 'ＴＯＫＹＯ'],
		['елка', 'ЁЛКА'],
		['محمد', 'مُحَمَّد'],
		['احمد', 'أحمد'],
		['שלום', 'שָׁלוֹם'],
		['علیرضا', 'علی\u200cرضا'],
		['김민수', '김민수'.normalize('NFD')],
		['1234', 'Unit ١٢٣٤'],
		['ada\u200blovelace', 'AdaLovelace'],
	])('[TX20] %j finds %j', (q, name) => expect(finds(q, name)).toBe(true));

	it.each([
		['राम', 'रमा देवी'],
		['андреи', 'Андрей'],
		['ハス科', 'バス科'],
		['김미', '김민수'],
		['กินา', 'กนา'],
		['ник', 'нйк'],
		['anna', 'An na'],
		['obrien', "O'Brien"],
	])('[TX21] %j does not find %j, because the letters differ', (q, name) => expect(finds(q, name)).toBe(false));

	it('[TX20] folding a text twice gives the same as folding it once', () => {
		fc.assert(
			fc.property(text, (name) => {
				expect(namePart(namePart(name))).toBe(namePart(name));
			}),
			{ numRuns: 3_000 },
		);
	});

	it('[TX20] an invisible character changes no folding, at any place', () => {
		fc.assert(
			fc.property(text, fc.nat(), (name, at) => {
				const characters = [...name];
				characters.splice(at % (characters.length + 1), 0, '\u200b');
				expect(namePart(characters.join(''))).toBe(namePart(name));
			}),
			{ numRuns: 3_000 },
		);
	});

	it('[TX20] no folded name contains the separators of a folded text', () => {
		fc.assert(
			fc.property(fc.string({ unit: 'binary' }), (name) => {
				expect(namePart(name)).not.toMatch(/\s{2}|^\s|\s$|[^\S ]/);
			}),
			{ numRuns: 2_000 },
		);
	});

	it('[TX22] every part of a name with three or more characters finds it, in any spelling', () => {
		fc.assert(
			fc.property(
				fc
					.constantFrom(...NAMES)
					.chain((name) => fc.tuple(fc.constant(name), partOf(name), fc.constantFrom(...SPELLINGS))),
				([name, q, spelled]) => {
					fc.pre(shortOf(q) === null);
					expect([name, q, finds(q, spelled(name))]).toEqual([name, q, true]);
				},
			),
			{ numRuns: 2_000 },
		);
	});
});

describe('a search', () => {
	it.each(['', ' ', '\u00a0\u3000', '\u200b', '\ufeff\u200e', '\u3164', '\u2800', '\u0301'])(
		'[TX23] for %j counts as absent',
		(q) => expect([isBlankSearch(q), searchTerms(q)]).toEqual([true, []]),
	);

	it.each([
		['+33 6 12', '+33612345678'],
		['+33\u202f6\u202f12', '+33612345678'],
		['+44 (0)20 7946', '+442079460112'],
		['＋８１９０', '+819012345678'],
		['٥٥٥٠١٠٠', '+12025550100'],
		['555–0100', '+12025550100'],
		['\u202a+1 202 555 0100\u202c', '+12025550100'],
	])('[TX24] for the number %s finds %s', (q, number) => expect(finds(q, 'Ada', number)).toBe(true));

	it('[TX23] counts its folded characters, without accents and invisible characters', () => {
		expect(shortOf('e\u0301\u200b')).toEqual({ has: 1, lacks: 2 });
		expect(shortOf('Æ')).toEqual({ has: 2, lacks: 1 });
		expect(shortOf('١٢')).toEqual({ has: 2, lacks: 1 });
		expect(shortOf('abc')).toBeNull();
	});
});
