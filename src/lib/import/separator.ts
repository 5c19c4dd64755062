import type { ParseResult } from 'papaparse';
import { fieldsNamed, HEADER_ROWS } from './columns.ts';
import { closeQuotes } from './quotes.ts';

/** The possible delimiters with their names. A file may declare another character in its first line. */
export const DELIMITERS: Readonly<Record<string, string>> = {
	',': 'Comma',
	';': 'Semicolon',
	'\t': 'Tab',
	'|': 'Pipe',
};

/** A text without the line in which Excel declares the delimiter. */
export interface Stripped {
	/** Null if the text does not declare a delimiter. */
	delimiter: string | null;
	text: string;
	/** The number of lines removed from the beginning. */
	lines: number;
}

/** Matches `sep=;`, also quoted, after empty lines, and with the empty cells that a spreadsheet appends. */
const SEP = /^([^\S\n]*\n)*[^\S\n]*(["']?)sep=(["']?)(\\t|[^\n"'\p{L}\p{N}]?)\3\2[,;|\t ]*(?:\n|$)/iu;

/** Removes the first line if it declares the delimiter. */
export function withoutSeparator(text: string): Stripped {
	const [line, , , , named] = SEP.exec(text) ?? [];
	if (line === undefined) return { delimiter: null, text, lines: 0 };
	const delimiter = named === '\\t' ? '\t' : named === '' || named === ' ' ? null : (named ?? null);
	return { delimiter, text: text.slice(line.length), lines: line.split('\n').length - 1 };
}

type Parse = (text: string, delimiter: string) => ParseResult<string[]>;

/**
 * Detects the delimiter from the beginning of a text. The delimiter whose rows name the most columns wins. If none
 * names two, the delimiter wins that splits the most rows into equally many cells.
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
