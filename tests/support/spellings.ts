import fc from 'fast-check';

/**
 * Names in many scripts, with details that search must ignore: accents, case, ligatures, points, apostrophes, joiners.
 */
export const NAMES = [
	...[
		'Βασίλης Παπαδόπουλος',
		'ΟΔΥΣΣΕΥΣ',
		'İstanbul Şahin',
		'Isparta Yıldız',
		'Søren Kierkegård',
		'Jean-Baptiste Lefèvre',
	],
	...['Łukasz Żółkiewski', 'Đặng Thị Hương', 'Þórður Æðarson', 'Œuvre Cœur', 'Ħal Qormi', 'Straße Weiß', 'GROẞMANN'],
	...[
		'O’Brien Séamus',
		"D'Angelo “Rocky” Conti",
		'Anna  Double',
		'Ana\u00a0Nbsp',
		'ﬁona ﬂynn',
		'ＴＯＫＹＯ　ＴＡＲＯ',
		'Анд\u0301рей Ёлкин',
	],
	...[
		'Їжакевич Ганна',
		'राम कुमार',
		'रमा देवी',
		'ไทย สมชาย',
		'김민수 한국',
		'\u1112\u1161\u11ab\u1100\u116e\u11a8',
		'がぎぐ山田',
		'أحمد مُحَمَّد',
	],
	...[
		'علی\u200cرضا قاسمی',
		'שָׁלוֹם כהן',
		'👩\u200d🚀 Astro Naut',
		'Zoe\u0308 E\u0301clair',
		'Ǆemal ŉord',
		'Nguyễn Văn Ánh',
		'ʼOkina Kahananui',
	],
	...['Ada\u00adLove\u200blace', 'Müller–Lüdenscheidt', 'Ștefan Țepeș', 'Ərəb Əliyev', 'Ada １２３'],
];

const WIDE = (text: string): string =>
	text.replace(/[!-~]/g, (character) => String.fromCodePoint(character.codePointAt(0)! + 0xfee0));
const LATIN_ACCENTS = /(?<=[A-Za-zΑ-Ωα-ω])[\u0300-\u036f]+/g;

/** Other ways to write the same text. Search treats them all as equal. */
export const SPELLINGS: readonly ((text: string) => string)[] = [
	(text) => text,
	(text) => text.toUpperCase(),
	(text) => text.toLowerCase(),
	(text) => text.normalize('NFD'),
	(text) => text.normalize('NFC'),
	(text) => text.normalize('NFKC'),
	(text) => text.normalize('NFD').replace(LATIN_ACCENTS, '').normalize('NFC'),
	(text) => text.normalize('NFD').toUpperCase(),
	(text) => text.replaceAll(' ', '\u00a0').replaceAll('-', '‑'),
	(text) => text.replaceAll(' ', ' \u3000 '),
	(text) => text.replaceAll('’', "'").replaceAll('“', '"'),
	(text) => text.replaceAll("'", '`').replaceAll('-', '–'),
	(text) => [...text].join('\u200b'),
	(text) => `\u200e${text}\ufe0f`,
	WIDE,
];

/** A part of a name, of at least three characters, in another spelling. */
export const partOf = (name: string): fc.Arbitrary<string> => {
	const characters = [...name.normalize('NFC')];
	return fc
		.tuple(fc.nat(Math.max(0, characters.length - 3)), fc.integer({ min: 3, max: 12 }), fc.constantFrom(...SPELLINGS))
		.map(([from, length, spelled]) => spelled(characters.slice(from, from + length).join('')));
};
