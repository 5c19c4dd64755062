import type { NewCall } from '#contract';
import type { LostPlus } from '#lib/phone/lost-plus.ts';
import type { Ready } from './batches.ts';
import {
	cellOf,
	findHeader,
	guessColumns,
	indexesOf,
	NEEDED,
	type Column,
	type Columns,
	type Field,
} from './columns.ts';
import { BYTES_MAX, decode, type ReadText } from './file.ts';
import type { LostPlusChoice, PhoneCode } from './number.ts';
import { checkRow, type Plan, type RowError } from './rows.ts';
import { readTable, Unreadable, type Row, type Table } from './table.ts';
import { Turns } from './turns.ts';

/** A row that cannot become a call, with the reasons. */
export interface BadRow extends Row {
	errors: RowError[];
}

/** The result of checking the rows. */
export interface Found {
	ready: Ready[];
	bad: BadRow[];
}

export interface SheetDeps {
	country: string;
	/** Loads the script that validates numbers. */
	phones(): Promise<PhoneCode>;
}

const NO_COLUMNS: Columns = {
	customerName: null,
	phoneNumber: null,
	workflow: null,
	scheduledAt: null,
	scenario: null,
	run: null,
};

/**
 * A chosen file, its interpretation and the checked rows. Each change checks every row again, in slices that keep the
 * page responsive.
 */
export class Sheet {
	name = $state('');
	encoding = $state<ReadText['encoding']>('UTF-8');
	table = $state.raw<Table | null>(null);
	/** The index of the header row; null without one. Rows above it are ignored. */
	header = $state<number | null>(null);
	columns = $state.raw(NO_COLUMNS);
	/** The guessed columns. A field may have several columns that are read together. */
	guessed = $state.raw(NO_COLUMNS);
	/** The user's choice for digits that may have lost their +. */
	lostPlus = $state<LostPlusChoice>(null);
	/** The first digits in the file that may have lost their +; null if there are none. */
	unclear = $state.raw<LostPlus | null>(null);
	workflow = $state<NewCall['workflow']>('SUPPORT');
	run = $state('');
	country = $state('');
	/** Null while the rows are being checked. */
	found = $state.raw<Found | null>(null);
	/** The work in progress, and its share done from 0 to 1. */
	work = $state.raw<{ what: 'reading' | 'checking'; share: number } | null>(null);
	/** Why the file cannot be read or checked; empty if it can. */
	error = $state('');
	readonly #deps: SheetDeps;
	#text = '';
	#generation = 0;

	constructor(deps: SheetDeps) {
		this.#deps = deps;
		this.country = deps.country;
	}

	/** The columns' names: from the header, or letters as in spreadsheets. Duplicate names get their letter too. */
	readonly heads: string[] = $derived.by(() => {
		const rows = this.table?.rows ?? [];
		const width = rows.reduce((most, { cells }) => Math.max(most, filledWidth(cells)), 0);
		const names = Array.from({ length: width }, (_, i) =>
			this.header === null ? '' : shown(rows[this.header]?.cells[i]),
		);
		return names.map((name, i) => {
			const letter = letterOf(i);
			if (name === '') return `Column ${letter}`;
			return names.indexOf(name) === names.lastIndexOf(name) ? name : `${name} (column ${letter})`;
		});
	});

	readonly #body: readonly Row[] = $derived((this.table?.rows ?? []).slice(this.header === null ? 0 : this.header + 1));
	/** The columns that have content but no field. */
	readonly unused: readonly string[] = $derived.by(() => {
		const used = Object.values(this.columns).flatMap(indexesOf);
		return this.heads.filter((_, i) => !used.includes(i) && this.#body.some(({ cells }) => cells[i]?.trim()));
	});
	readonly count: number = $derived(this.#body.length);
	/** Required fields without a column. Rows are not checked until each of these fields has one. */
	readonly missing: readonly Field[] = $derived(NEEDED.filter((field) => this.columns[field] === null));

	/** Returns the first cell of a field that is not empty. */
	example(field: Field): string {
		const column = this.columns[field];
		for (const { cells } of this.#body) {
			const cell = cellOf(cells, field, column);
			if (cell !== '') return cell;
		}
		return '';
	}

	async open(file: File): Promise<void> {
		await this.#take(file.name, async () => {
			if (file.size > BYTES_MAX) throw new Unreadable('Larger than 20 MB. Split the file and import the parts.');
			return decode(new Uint8Array(await file.arrayBuffer()));
		});
	}

	paste(text: string): Promise<void> {
		return this.#take('The pasted text', () => {
			if (text.length > BYTES_MAX) throw new Unreadable('Longer than 20 MB. Import it in parts.');
			return Promise.resolve({ text, encoding: 'UTF-8' });
		});
	}

	setDelimiter(delimiter: string): Promise<void> {
		return this.#parse(delimiter);
	}

	/** Uses another row as the header, or none. */
	async setHeader(header: number | null): Promise<void> {
		this.#guess(header);
		await this.check();
	}

	async choose(field: Field, column: Column): Promise<void> {
		this.columns = { ...this.columns, [field]: column };
		if (field === 'phoneNumber') this.#forgetDigits();
		await this.check();
	}

	/** Sets the country of numbers without a +. */
	async chooseCountry(country: string): Promise<void> {
		this.country = country;
		this.#forgetDigits();
		await this.check();
	}

	/** Sets how to read digits that may have lost their +. */
	async readDigits(choice: LostPlusChoice): Promise<void> {
		this.lostPlus = choice;
		await this.check();
	}

	forget(): void {
		this.#generation++;
		[this.table, this.found, this.work] = [null, null, null];
		[this.name, this.error, this.#text] = ['', '', ''];
	}

	/** Checks every row. Stops without a result if the sheet changes meanwhile. */
	async check(): Promise<void> {
		const generation = ++this.#generation;
		if (this.missing.length > 0 || this.count === 0) {
			[this.found, this.work] = [{ ready: [], bad: [] }, null];
			return;
		}
		this.found = null;
		this.work = { what: 'checking', share: 0 };
		const { columns, workflow, run, country, lostPlus } = this;
		const plan: Plan = { columns, workflow, run, country, lostPlus };
		try {
			const phones = await this.#deps.phones();
			const found: Found = { ready: [], bad: [] };
			const turns = new Turns();
			for (const [i, { line, cells }] of this.#body.entries()) {
				const { call, errors } = checkRow(cells, plan, phones);
				if (call) found.ready.push({ line, call });
				else found.bad.push({ line, cells, errors });
				if (!turns.over) continue;
				if (generation !== this.#generation) return;
				this.work = { what: 'checking', share: i / this.#body.length };
				await turns.next();
			}
			if (generation !== this.#generation) return;
			this.found = found;
			if (lostPlus === null)
				this.unclear = found.bad.flatMap(({ errors }) => errors.flatMap(({ unclear }) => unclear ?? []))[0] ?? null;
		} catch {
			if (generation === this.#generation)
				this.error = 'The rules for phone numbers could not be loaded. Choose the file again.';
		}
		if (generation === this.#generation) this.work = null;
	}

	async #take(name: string, read: () => Promise<ReadText>): Promise<void> {
		this.forget();
		this.name = name;
		const generation = this.#generation;
		this.work = { what: 'reading', share: 0 };
		try {
			const { text, encoding } = await read();
			if (generation !== this.#generation) return;
			[this.#text, this.encoding] = [text, encoding];
			await this.#parse(null);
		} catch (error) {
			if (generation === this.#generation) this.#fail(error);
		}
	}

	async #parse(delimiter: string | null): Promise<void> {
		const generation = ++this.#generation;
		[this.found, this.error, this.work] = [null, '', { what: 'reading', share: 0 }];
		try {
			const table = await readTable(this.#text, delimiter);
			if (generation !== this.#generation) return;
			if (table.rows.length === 0)
				throw new Unreadable('No rows found. Each call needs a row with a name and a number.');
			this.table = table;
			this.#guess(findHeader(table.rows));
			await this.check();
		} catch (error) {
			if (generation === this.#generation) this.#fail(error);
		}
	}

	#guess(header: number | null): void {
		this.header = header;
		const head = header === null ? null : (this.table?.rows[header]?.cells ?? null);
		this.guessed = this.columns = guessColumns(head, this.#body);
		this.#forgetDigits();
	}

	#forgetDigits(): void {
		[this.lostPlus, this.unclear] = [null, null];
	}

	#fail(error: unknown): void {
		[this.table, this.work] = [null, null];
		this.error = error instanceof Unreadable ? error.message : 'The file could not be read. Choose it again.';
	}
}

/** Removes invisible characters from a head. */
const shown = (head = ''): string => head.replace(/\p{Cf}/gu, '').trim();

/** Counts the cells of a row without empty ones at its end. */
const filledWidth = (cells: readonly string[]): number => cells.findLastIndex((cell) => shown(cell) !== '') + 1;

/** Returns a spreadsheet's column letters: A, B, … Z, AA, AB, … */
function letterOf(index: number): string {
	const before = Math.floor(index / 26);
	return (before > 0 ? letterOf(before - 1) : '') + String.fromCharCode(65 + (index % 26));
}
