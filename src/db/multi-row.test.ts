import { describe, expect, it } from 'vitest';
import { openTestDatabase } from '#tests/support/database.ts';
import { multiRowInsert, multiRowUpdate } from './multi-row.ts';

describe('an insert of many rows', () => {
	it.each([0, 1, 2, 63, 64, 65, 331])('%i rows are stored unchanged and in order', async (count) => {
		const database = await openTestDatabase();
		await database.all('CREATE TABLE "T" ("a", "b")');
		const insert = multiRowInsert('T', ['a', 'b']);
		const rows = Array.from({ length: count }, (_, i) => [i, i % 3 === 0 ? null : `row ${i}`]);
		const statements = insert(rows);
		await database.transact([], () => ({ result: null, statements }));
		const stored = await database.all('SELECT "a", "b" FROM "T" ORDER BY rowid');
		expect(stored.map(({ a, b }) => [a, b])).toEqual(rows);
	});

	it('all row counts use the same few SQL texts, so that each is prepared once', () => {
		const insert = multiRowInsert('T', ['a']);
		const texts = new Set<string>();
		for (let count = 0; count < 500; count++)
			for (const [text] of insert(Array.from({ length: count }, (_, i) => [i]))) texts.add(text);
		expect(texts.size).toBe(7);
	});

	it('a text is stored without the characters that SQLite cannot keep', async () => {
		const database = await openTestDatabase();
		await database.all('CREATE TABLE "T" ("a")');
		const statements = multiRowInsert('T', ['a'])([['half \ud83d pair'], ['a\0b'], ['whole 🚀']]);
		await database.transact([], () => ({ result: null, statements }));
		const stored = await database.all('SELECT "a" FROM "T" ORDER BY rowid');
		expect(stored.map(({ a }) => a)).toEqual(['half \ufffd pair', 'a\ufffdb', 'whole 🚀']);
	});
});

describe('an update of many rows', () => {
	it.each([1, 2, 65, 100])('%i rows get the values of their key, and other rows stay', async (count) => {
		const database = await openTestDatabase();
		await database.all('CREATE TABLE "T" ("n" INTEGER PRIMARY KEY, "a" TEXT, "b" INTEGER, "c")');
		const rows = Array.from({ length: count + 1 }, (_, i) => [i, `row ${i}`, i, 'old']);
		await database.transact([], () => ({ result: null, statements: multiRowInsert('T', ['n', 'a', 'b', 'c'])(rows) }));
		const texts = ['0012', '1e5', '', '-0', null];
		const updates = Array.from({ length: count }, (_, i) => [count - i, texts[i % 5]!, i % 3 === 0 ? null : i * 1e12]);
		await database.transact([], () => ({ result: null, statements: multiRowUpdate('T', 'n', ['a', 'b'])(updates) }));
		const stored = await database.all('SELECT "n", "a", "b", "c", typeof("b") AS "type" FROM "T" ORDER BY "n"');
		expect(stored.map(({ n, a, b, c, type }) => [n, a, b, c, type])).toEqual([
			[0, 'row 0', 0, 'old', 'integer'],
			...updates.toReversed().map(([n, a, b]) => [n, a, b, 'old', b === null ? 'null' : 'integer']),
		]);
	});
});
