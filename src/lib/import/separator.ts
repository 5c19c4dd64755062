import type { ParseResult } from 'papaparse';
import { fieldsNamed, HEADER_ROWS } from './columns.ts';
import { closeQuotes } from './quotes.ts';

/** What may divide columns, with its word. A file may name another character in its first line. */
export const DELIMITERS: Readonly<Record<string, string>> = { ',': 'Comma', ';': 'Semicolon', '\t': 'Tab', '|': 'Bar' };

/** A text behind the line in which Excel names the delimiter. */
export interface Stripped {
	/** Null: the text does not name one. */
	delimiter: string | null;
	text: string;
	/** How many lines were taken from its beginning. */
	lines: number;
}

/** `sep=;`, also quoted, behind empty lines, and with the empty cells that a spreadsheet adds to a line. */
const SEP = /^([^\S\n]*\n)*[^\S\n]*(["']?)sep=(["']?)(\\t|[^\n"'\p{L}\p{N}]?)\3\2[,;|\t ]*(?:\n|$)/iu;

/** Takes the first line from a text where it names the delimiter. */
export function withoutSeparator(text: string): Stripped {
	const [line, , , , named] = SEP.exec(text) ?? [];
	if (line === undefined) return { delimiter: null, text, lines: 0 };
	const delimiter = named === '\\t' ? '\t' : named === '' || named === ' ' ? null : (named ?? null);
	return { delimiter, text: text.slice(line.length), lines: line.split('\n').length - 1 };
}

type Parse = (text: string, delimiter: string) => ParseResult<string[]>;

/**
 * The delimiter that divides the beginning of a text: the one with which a row names the most columns, else the one
 * that divides the most rows alike.
 */
export async function detectDelimiter(sample: string, parse: Parse): Promise<string> {
	let best = { delimiter: ',', named: 0, alike: 0 };
	for (const delimiter of ['\t', ';', '|', ',']) {
		const rows = parse(await closeQuotes(sample, delimiter), delimiter).data.slice(0, HEADER_ROWS);
		const widths = new Map<number, number>();
		for (const { length } of rows) if (length > 1) widths.set(length, (widths.get(length) ?? 0) + length - 1);
		const named = Math.max(0, ...rows.map((cells) => (cells.length > 1 ? fieldsNamed(cells) : 0)));
		const one = { delimiter, named: named > 1 ? named : 0, alike: Math.max(0, ...widths.values()) };
		if (one.named > best.named || (one.named === best.named && one.alike > best.alike)) best = one;
	}
	return best.delimiter;
}
