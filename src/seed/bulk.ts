import type { Statement, Value } from '#db/database.ts';

/** How many rows one statement writes: two constant texts for each table, whatever their number. */
const ROWS = 50;

/** Gathers rows of a table. Where all statements are of one size, bound values cost half of what JSON does. */
export class Bulk {
	readonly #many: string;
	readonly #one: string;
	readonly #width: number;
	#full: Statement[] = [];
	#values: Value[] = [];

	constructor(table: string, columns: readonly string[]) {
		const row = `(${columns.map(() => '?').join(', ')})`;
		const insert = (rows: number): string =>
			`INSERT INTO "${table}" (${columns.map((name) => `"${name}"`).join(', ')}) VALUES ${Array<string>(rows).fill(row).join(', ')}`;
		this.#width = columns.length;
		[this.#many, this.#one] = [insert(ROWS), insert(1)];
	}

	add(row: readonly Value[]): void {
		for (const value of row) this.#values.push(value);
		if (this.#values.length < ROWS * this.#width) return;
		this.#full.push([this.#many, ...this.#values]);
		this.#values = [];
	}

	/** The statements that write what was gathered. */
	take(): Statement[] {
		const statements = this.#full;
		for (let at = 0; at < this.#values.length; at += this.#width)
			statements.push([this.#one, ...this.#values.slice(at, at + this.#width)]);
		[this.#full, this.#values] = [[], []];
		return statements;
	}
}
