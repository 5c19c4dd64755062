import type { Statement, Value } from './database.ts';

/**
 * The maximum number of rows per statement, which keeps the number of parameters within SQLite's limit. The row
 * counts are powers of two, so that few different statements are prepared.
 */
const ROWS_MAX = 64;

/** Returns statements that write these rows in order, each with as many rows as possible. */
export type Write = (rows: readonly (readonly Value[])[]) => Statement[];

/**
 * Returns a function that inserts many rows by constant SQL with a parameter for each value. For wide rows this
 * takes half the time of `json_each(?)`, which searches each value from the beginning of its row
 * (docs/decisions/0002).
 */
export const multiRowInsert = (table: string, columns: readonly string[]): Write =>
	byChunks(columns.length, (rows) => `INSERT INTO "${table}" (${quoted(columns).join(', ')}) VALUES ${rows}`);

/** Returns a function that updates these columns of many rows. Each row begins with its integer key. */
export const multiRowUpdate = (table: string, key: string, columns: readonly string[]): Write =>
	byChunks(columns.length + 1, (rows) => {
		const set = quoted(columns).map((name, i) => `${name} = "given"."column${i + 2}"`);
		return `UPDATE "${table}" SET ${set.join(', ')} FROM (VALUES ${rows}) AS "given" WHERE "${key}" = "given"."column1"`;
	});

const quoted = (names: readonly string[]): string[] => names.map((name) => `"${name}"`);

function byChunks(width: number, textWith: (rows: string) => string): Write {
	const row = `(${new Array<string>(width).fill('?').join(', ')})`;
	const texts = new Map<number, string>();
	const textOf = (count: number): string => {
		let text = texts.get(count);
		if (text === undefined) texts.set(count, (text = textWith(new Array<string>(count).fill(row).join(', '))));
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
 * Returns a value that SQLite can store. SQLite would store a lone surrogate as broken UTF-8, which no driver reads
 * back, and SQL functions cut a text at a NUL.
 */
export function storable<T>(value: T): T | string {
	if (typeof value !== 'string' || (value.isWellFormed() && !value.includes('\0'))) return value;
	return value.toWellFormed().replaceAll('\0', '\ufffd');
}
