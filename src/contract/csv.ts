/**
 * How text crosses a wire as CSV (RFC 4180), without Zod: the server writes it, the browser reads it back.
 *
 * Spreadsheets take a cell that begins with = + - or @ for a formula, also behind blanks and quotes (OWASP, CSV
 * Injection). Such text gets an apostrophe before it, which they take for "this is text". A plain E.164 number is left as
 * it is: its + makes a number and nothing else, and scripts want it whole.
 */
const FORMULA = /^[\s'"]*[=+\-@＝＋－＠\t\r\n\0]/;
const E164 = /^\+\d{1,15}$/;

const isFormula = (text: string): boolean => FORMULA.test(text) && !E164.test(text);

/** What `unguarded` is to be given back as: with an apostrophe before it where a spreadsheet would run it. */
export const guarded = (text: string): string => (isFormula(text) ? `'${text}` : text);

/** What was guarded, exactly as it was. */
export const unguarded = (cell: string): string =>
	cell.startsWith("'") && isFormula(cell.slice(1)) ? cell.slice(1) : cell;

/** One cell: quoted where it must be, and where it is guarded. */
export function csvCell(value: string | number | object | null): string {
	if (value === null) return '';
	if (typeof value === 'number') return String(value);
	const text = typeof value === 'string' ? value : JSON.stringify(value);
	const safe = guarded(text);
	return safe !== text || /[",;\r\n]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** One line of a file. */
export const csvLine = (values: readonly (string | number | object | null)[]): string =>
	`${values.map(csvCell).join(',')}\r\n`;
