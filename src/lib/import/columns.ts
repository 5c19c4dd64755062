import { unguarded } from '#contract/csv.ts';
import { LINE_BREAK } from '#contract/typed-text.ts';
import { WORKFLOWS } from '#contract/words.ts';
import * as heads from './heads.ts';
import type { Row } from './table.ts';
import { timeOf } from './time.ts';

/** The fields that a column may hold, in the order in which the page lists them. */
export const FIELDS = ['customerName', 'phoneNumber', 'workflow', 'scheduledAt', 'scenario', 'run'] as const;
export type Field = (typeof FIELDS)[number];

/** The fields that need a column: without a name and a number, no row can become a call. */
export const NEEDED = ['customerName', 'phoneNumber'] as const satisfies readonly Field[];

/**
 * The index of a column, or of several columns that `cellOf` reads together: the parts of a name, or several phone
 * numbers. Null if the file has no such column.
 */
export type Column = number | readonly number[] | null;
export type Columns = Record<Field, Column>;

/** Returns the indexes of the columns that are read for a field. */
export const indexesOf = (column: Column): readonly number[] =>
	column === null ? [] : typeof column === 'number' ? [column] : column;

/**
 * Returns a field's cell. A name joins its parts. Other fields use the first cell that is not empty; a phone number
 * prefers the first with a digit.
 */
export function cellOf(cells: readonly string[], field: Field, column: Column): string {
	const filled = indexesOf(column)
		.map((i) => unguarded(cells[i] ?? '').trim())
		.filter((cell) => cell !== '');
	if (field === 'customerName') return filled.join(' ');
	const number = field === 'phoneNumber' ? filled.find((cell) => /\d/.test(cell)) : undefined;
	return number ?? filled[0] ?? '';
}

/**
 * Returns the first value of a cell. Google Contacts separates values by `:::`, and other address books by line
 * breaks.
 */
export const firstValue = (cell: string): string =>
	cell
		.split(':::')
		.flatMap((value) => value.split(LINE_BREAK))
		.map((value) => value.trim())
		.find((value) => value !== '') ?? '';

const seen = (cell: string): string =>
	firstValue(cell)
		.normalize('NFKC')
		.replace(/\p{Cf}/gu, '')
		.replace(/^'+/, '');
const isDate = (cell: string): boolean => /^\d{1,4}([.\-/])\d{1,2}\1\d{1,4}(\s.*)?$/.test(cell) && digits(cell) <= 8;
/** Matches a price, a coordinate or an IP address. */
const isDecimal = (cell: string): boolean =>
	/^-?\d+[.,]\d{1,2}$|^-?\d{1,3}\.\d{4,}$|^(\d{1,3}\.){3}\d{1,3}$/.test(cell) && !cell.startsWith('0');
const digits = (cell: string): number => cell.replace(/\D/g, '').length;
const isPhone = (given: string): boolean => {
	const cell = seen(given);
	return /^[\s+\d().\-/–]+$/.test(cell) && digits(cell) >= 6 && digits(cell) <= 17 && !isDate(cell);
};
const hasPlus = (cell: string): boolean => isPhone(cell) && seen(cell).startsWith('+') && digits(cell) >= 8;
/** Matches numbers formatted for people rather than machines: in groups, or with a leading zero. */
const isShaped = (cell: string): boolean =>
	isPhone(cell) && !isDecimal(seen(cell)) && (/\D/.test(seen(cell)) || /^0(?:[1-9]|0[1-9]\d{8})/.test(seen(cell)));
/** Matches a number with a trunk zero, or with an area code in brackets. */
const isLocal = (cell: string): boolean => isShaped(cell) && /^[0(]/.test(seen(cell));
/** Matches bare digits as machines write them, including digits that a spreadsheet wrote as a decimal. */
const isCounted = (cell: string): boolean => /^\d+(?:[.,]0{1,2})?$/.test(seen(cell)) && !isShaped(cell);
const isWorkflow = (cell: string): boolean => WORKFLOWS.some((workflow) => workflow === cell.trim().toUpperCase());
const isTime = (cell: string): boolean => timeOf(cell.trim()).at !== undefined;
const isWords = (cell: string): boolean =>
	/\p{L}/u.test(cell) && !isPhone(cell) && !isTime(cell) && !/@|:\/\//.test(cell);

/** Counts the fields that a row names, if read as a header. */
export function fieldsNamed(cells: readonly string[]): number {
	const columns = guessColumns(cells, []);
	return Object.values(columns).filter((column) => column !== null).length;
}

/** How many rows at the top are searched for the header. Delimiter detection uses the same rows. */
export const HEADER_ROWS = 30;

/**
 * Returns the index of the header row, or null if there is none. Reports have lines above their table. A later row
 * is therefore the header if it names two or more columns and the first row names fewer, or no more than the second
 * row. A row with a phone number is no header, and a header has no calls above it (`isAlike`).
 */
export function findHeader(rows: readonly Row[]): number | null {
	const [first, ...others] = rows.slice(0, HEADER_ROWS);
	if (!first) return null;
	const named = fieldsNamed(first.cells);
	const isData = first.cells.some(isPhone);
	const isHeader = (at: number): boolean => {
		const cells = rows[at]?.cells ?? [];
		if (cells.some(isPhone) || fieldsNamed(cells) < 2) return false;
		const below = rows.slice(at + 1, at + 1 + HEADER_ROWS);
		return !rows.slice(0, at).some((row) => below.some((other) => isAlike(row, other, cells)));
	};
	// A line of a report may happen to name columns, such as `Contacts with phone, name`. The header then follows
	// directly.
	const isRemark = isHeader(1) && fieldsNamed(others[0]!.cells) >= named;
	if (named < 2 || isData || isRemark) {
		const later = others.findIndex((_, i) => isHeader(i + 1));
		if (later >= 0) return later + 1;
	}
	if (isData) return null;
	return named > 0 || others.some(({ cells }) => cells.some(isPhone)) ? 0 : null;
}

/**
 * Returns whether both rows have a number with a + in the same column: both are then calls. If the header names
 * that column a phone, an upper row with fewer filled cells may still be a remark, such as a hotline.
 */
const isAlike = (upper: Row, lower: Row, header: readonly string[]): boolean =>
	upper.cells.some(
		(cell, i) =>
			hasPlus(cell) &&
			hasPlus(lower.cells[i] ?? '') &&
			(heads.phoneRank(header[i] ?? '') === null || filled(upper) >= filled(lower)),
	);
const filled = ({ cells }: Row): number => cells.filter((cell) => cell.trim() !== '').length;

/** The rows from which the columns are guessed. */
class Sample {
	readonly #rows: readonly Row[];
	readonly width: number;

	constructor(rows: readonly Row[], head: readonly string[]) {
		this.#rows = rows.slice(0, 1_000);
		this.width = this.#rows.reduce((most, { cells }) => Math.max(most, cells.length), head.length);
	}

	cells(column: number, most = 50): string[] {
		return this.#rows.flatMap(({ cells }) => (cells[column]?.trim() ? [cells[column]] : [])).slice(0, most);
	}

	mostly(column: number, fits: (cell: string) => boolean): boolean {
		const cells = this.cells(column);
		return cells.length > 0 && cells.filter(fits).length * 2 > cells.length;
	}

	/** Returns whether any cell of the column fits; also true for an empty column. */
	mayBe(column: number, fits: (cell: string) => boolean): boolean {
		const cells = this.cells(column, 1_000);
		return cells.length === 0 || cells.some(fits);
	}

	/** Returns whether most cells of a column contain the cell of the other column. */
	contains(whole: number, part: number): boolean {
		const having = this.#rows.filter(({ cells }) => cells[part]?.trim());
		return having.filter(({ cells }) => cells[whole]?.includes(cells[part]!.trim())).length * 2 > having.length;
	}
}

/**
 * Guesses the columns by their heads, which are the cells of the header row. Without a head, or if the head says
 * nothing, the content of the cells decides.
 */
export function guessColumns(head: readonly string[] | null, rows: readonly Row[]): Columns {
	const names = head ?? [];
	const sample = new Sample(rows, names);
	const columns: Columns = {
		customerName: null,
		phoneNumber: null,
		workflow: null,
		scheduledAt: null,
		scenario: null,
		run: null,
	};
	const free = (): number[] => {
		const taken = new Set(Object.values(columns).flatMap(indexesOf));
		return Array.from({ length: sample.width }, (_, i) => i).filter((i) => !taken.has(i));
	};
	const plain = names.map(heads.plain);
	for (const field of FIELDS) {
		const fits = (name: string, i: number): boolean =>
			field !== 'workflow' || !heads.WEAK_WORKFLOW.has(name) || sample.mayBe(i, isWorkflow);
		const found = heads.EXACT[field]?.map((name) => plain.findIndex((one, i) => one === name && fits(name, i)));
		columns[field] = found?.find((i) => i >= 0) ?? null;
	}
	columns.phoneNumber = phoneColumn(names, sample, free());
	columns.customerName = nameColumn(names, sample, free());

	const choose = (field: Field, fits: (cell: string) => boolean): void => {
		columns[field] ??= free().find((i) => sample.mostly(i, fits) && !heads.isOther(names[i] ?? '')) ?? null;
	};
	choose('workflow', isWorkflow);
	// A time under an unknown head may be any time, such as the creation of a contact, so only a file without
	// heads is searched.
	if (head === null) choose('scheduledAt', isTime);
	choose('customerName', isWords);
	return columns;
}

/**
 * Returns the column whose head means a phone, else the only column formatted like phone numbers. Returns null if
 * no column, or more than one, may hold the numbers.
 */
function phoneColumn(names: readonly string[], sample: Sample, free: readonly number[]): Column {
	const rankOf = (i: number): number | null => heads.phoneRank(names[i] ?? '');
	const others = free.filter((i) => !heads.isOther(names[i] ?? ''));
	const plus = others.filter((i) => sample.mostly(i, hasPlus));
	const shaped = others.filter((i) => sample.mostly(i, isShaped) && !heads.isIdentity(names[i] ?? ''));
	const local = others.filter((i) =>
		rankOf(i) === null ? shaped.includes(i) && sample.mostly(i, isLocal) : sample.mostly(i, isShaped),
	);
	// Bare digits may also be a customer or order number, so columns of formatted numbers win over every head.
	const isCalled = (i: number): boolean => (plus.length === 0 && local.length === 0) || !sample.mostly(i, isCounted);
	const called = free
		.filter(isCalled)
		.map((i) => ({ i, rank: rankOf(i) }))
		.filter(({ rank }) => rank !== null)
		.sort((a, b) => (a.rank ?? 0) - (b.rank ?? 0) || a.i - b.i)
		.map(({ i }) => i);
	const numeric = called.filter((i) => sample.mayBe(i, isNumeric));
	const filled = numeric.filter((i) => sample.cells(i, 1).length > 0);
	if (filled.length > 0) return oneOrMore(filled);
	if (plus.length > 0) return onlyOf(plus);
	if (numeric[0] !== undefined && local.length === 0) return numeric[0];
	const weak = free.find((i) => isCalled(i) && heads.isWeakPhone(names[i] ?? '') && sample.mayBe(i, isNumeric));
	return weak ?? onlyOf(shaped) ?? called[0] ?? null;
}

const onlyOf = (found: readonly number[]): number | null => (found.length === 1 ? found[0]! : null);

/** Matches digits that may be a phone number, including those that a spreadsheet has mangled. */
const isNumeric = (cell: string): boolean => digits(cell) >= 3 && !/\p{L}{4}/u.test(cell);

/** Returns the column of the whole name, or the columns of its parts. */
function nameColumn(names: readonly string[], sample: Sample, free: readonly number[]): Column {
	const find = (known: readonly string[]): number | null => {
		const fits = free.filter((i) => !sample.mostly(i, isPhone) && !(names[i] && sample.mostly(i, isBare)));
		for (const name of known) {
			const at = fits.find((i) => heads.namesOf(names[i] ?? '').includes(name));
			if (at !== undefined) return at;
		}
		return null;
	};
	const whole = find(heads.WHOLE_NAME);
	const [middle, last] = [find(heads.MIDDLE_NAME), find(heads.LAST_NAME)];
	const first = find(heads.FIRST_NAME) ?? (last === null ? null : find(heads.FIRST_BESIDE_LAST));
	const join = (...parts: (number | null)[]): Column => {
		const isFamilyFirst = last !== null && heads.FAMILY_FIRST.has(heads.plain(names[last] ?? ''));
		const known = (isFamilyFirst ? [last, first, middle] : parts).filter((part) => part !== null);
		const filled = known.filter((part) => sample.cells(part, 1).length > 0);
		return oneOrMore(filled.length > 0 ? filled : known);
	};
	if (whole === null) return join(first, middle, last);
	const parts = [first, last].filter((part) => part !== null);
	if (parts.every((part) => sample.contains(whole, part))) return whole;
	const isOneOf = (known: ReadonlySet<string>): boolean =>
		heads.namesOf(names[whole] ?? '').some((name) => known.has(name));
	if (first === null) return isOneOf(heads.WHOLE_OR_FIRST) ? join(whole, middle, last) : last;
	if (last === null) return isOneOf(heads.WHOLE_OR_LAST) ? join(first, middle, whole) : first;
	return join(first, middle, last);
}

const isBare = (cell: string): boolean => /^\d+$/.test(cell.trim());

const oneOrMore = (found: readonly number[]): Column => (found.length > 1 ? found : (found[0] ?? null));
