import type { Statement, Value } from '#db/database.ts';

/** Rows per statement. Each table needs only two constant texts. */
const ROWS = 50;

/** Collects the rows of a table. For statements of one size, bound values cost half as much as JSON. */
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

	/** Returns the statements that write the collected rows, and starts over. */
	take(): Statement[] {
		const statements = this.#full;
		for (let at = 0; at < this.#values.length; at += this.#width)
			statements.push([this.#one, ...this.#values.slice(at, at + this.#width)]);
		[this.#full, this.#values] = [[], []];
		return statements;
	}
}
