/**
 * CSV (RFC 4180): the server writes it and the browser parses it back. Free of Zod.
 *
 * Spreadsheets run a cell that begins with = + - or @ as a formula, even after blanks and quotes (OWASP, CSV
 * Injection). A leading apostrophe marks such text as text. A plain E.164 number stays unguarded: its + makes it a
 * number and nothing else, and scripts need it unchanged.
 */
const FORMULA = /^[\s'"]*[=+\-@＝＋－＠\t\r\n\0]/;
const E164 = /^\+\d{1,15}$/;

const isFormula = (text: string): boolean => FORMULA.test(text) && !E164.test(text);

/** Prefixes an apostrophe to text that a spreadsheet would run as a formula. `unguarded` reverses it. */
export const guarded = (text: string): string => (isFormula(text) ? `'${text}` : text);

/** Returns the original text of a guarded cell. */
export const unguarded = (cell: string): string =>
	cell.startsWith("'") && isFormula(cell.slice(1)) ? cell.slice(1) : cell;

/** Formats one cell. Quotes a guarded cell, and a cell whose characters could break the record or be trimmed. */
export function csvCell(value: string | number | object | null): string {
	if (value === null) return '';
	if (typeof value === 'number') return String(value);
	const text = typeof value === 'string' ? value : JSON.stringify(value);
	const safe = guarded(text);
	return safe !== text || /[",;\r\n]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Formats one record, including its line end. */
export const csvLine = (values: readonly (string | number | object | null)[]): string =>
	`${values.map(csvCell).join(',')}\r\n`;
