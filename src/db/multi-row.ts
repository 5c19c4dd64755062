import type { Statement, Value } from './database.ts';

/** The most rows of one text: with a power of two for each size, few texts are prepared, and parameters stay in bounds. */
const ROWS_MAX = 64;

/** Statements that insert these rows in their order, as many by one text as it takes. */
export type Insert = (rows: readonly (readonly Value[])[]) => Statement[];

/**
 * Inserts many rows by constant texts with a parameter for each value. For wide rows that takes half the time of taking
 * them from `json_each(?)`, which looks for each value from the row's beginning (docs/decisions/0002).
 */
export function multiRowInsert(table: string, columns: readonly string[]): Insert {
	const into = `INSERT INTO "${table}" (${columns.map((name) => `"${name}"`).join(', ')}) VALUES `;
	const row = `(${columns.map(() => '?').join(', ')})`;
	const texts = new Map<number, string>();
	const textOf = (count: number): string => {
		let text = texts.get(count);
		if (text === undefined) texts.set(count, (text = into + new Array<string>(count).fill(row).join(', ')));
		return text;
	};
	return (rows) => {
		const statements: Statement[] = [];
		for (let from = 0, count = ROWS_MAX; from < rows.length;) {
			while (count > rows.length - from) count /= 2;
			const values: [string, ...Value[]] = [textOf(count)];
			for (const one of rows.slice(from, from + count)) for (const value of one) values.push(storable(value));
			statements.push(values);
			from += count;
		}
		return statements;
	};
}

/**
 * A value that SQLite can keep: it would store half a surrogate pair as broken UTF-8, which no driver reads back, and its
 * functions cut a text at a NUL.
 */
export function storable<T>(value: T): T | string {
	if (typeof value !== 'string' || (value.isWellFormed() && !value.includes('\0'))) return value;
	return value.toWellFormed().replaceAll('\0', '\ufffd');
}
