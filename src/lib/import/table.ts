import type { ParseResult, Parser } from 'papaparse';
import { ROWS_MAX } from './file.ts';
import { closeQuotes } from './quotes.ts';
import { detectDelimiter, withoutSeparator } from './separator.ts';

/** A row, and the line of the file on which it begins, from 1. */
export interface Row {
	line: number;
	cells: string[];
}

export interface Table {
	rows: Row[];
	delimiter: string;
}

/** The file cannot be read as a table. The message says why, and how to fix it. */
export class Unreadable extends Error {
	override readonly name = 'Unreadable';
}

/** How many characters are parsed at a time. No row may be longer. */
const CHUNK = 1 << 17;

/**
 * Parses a text in slices, so that the page stays responsive. Leaves out empty rows. Throws `Unreadable`. If
 * `delimiter` is null, the file's first line declares it, or it is detected.
 */
export async function readTable(given: string, delimiter: string | null = null): Promise<Table> {
	if (given.includes('\0'))
		throw new Unreadable('This is not a text file. Save the table as CSV and choose that file.');
	const { default: Papa } = await import('papaparse');
	// Normalize line ends: the parser would miss some in a file with several kinds.
	const stripped = withoutSeparator(given.replace(/^\uFEFF+/, '').replace(/\r\n?/g, '\n'));
	const rows: Row[] = [];
	let line = 1 + stripped.lines;
	const found =
		delimiter ??
		stripped.delimiter ??
		(await detectDelimiter(stripped.text.slice(0, CHUNK), (sample, delimiter) =>
			Papa.parse<string[]>(sample, { delimiter, newline: '\n', skipEmptyLines: 'greedy' }),
		));
	const text = await closeQuotes(stripped.text, found);

	const take = ({ data, errors }: ParseResult<string[]>): void => {
		const [broken] = errors.filter(({ type }) => type === 'Quotes');
		for (const cells of data) {
			if (cells.some((cell) => cell.trim() !== '')) rows.push({ line, cells });
			line += 1 + cells.reduce((sum, cell) => sum + newlines(cell), 0);
		}
		if (rows.length > ROWS_MAX + 1)
			throw new Unreadable(`More than ${ROWS_MAX.toLocaleString('en')} rows. Split the file and import the parts.`);
		if (broken) throw unclosed(rows.at(-1)?.line ?? line);
		// The current row is longer than a whole slice.
		if (data.length === 0 && text.length > CHUNK) throw text.includes('"') ? unclosed(line) : endless(line);
	};
	await new Promise<void>((resolve, reject) => {
		let over = false;
		Papa.parse<string[]>(text, {
			delimiter: found,
			newline: '\n',
			chunkSize: CHUNK,
			skipEmptyLines: false,
			chunk(results: ParseResult<string[]>, parser: Parser) {
				if (over) return;
				try {
					take(results);
				} catch (error) {
					over = true;
					reject(error instanceof Error ? error : new Error(String(error)));
					return parser.abort(); // `abort` calls `complete`
				}
				parser.pause();
				setTimeout(() => parser.resume());
			},
			complete: () => resolve(),
		});
	});
	return { rows, delimiter: found };
}

const newlines = (text: string): number => {
	let count = 0;
	for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
	return count;
};

const endless = (line: number): Unreadable =>
	new Unreadable(`Line ${line.toLocaleString('en')} is too long. Save the table as CSV with one line for each row.`);

const unclosed = (line: number): Unreadable =>
	new Unreadable(
		`Near line ${line.toLocaleString('en')} a quote is not closed properly. Fix it and choose the file again.`,
	);
