import { Turns } from './turns.ts';

/** The limits of one import. */
export const BYTES_MAX = 20_000_000;
export const ROWS_MAX = 100_000;

/** A text, and the encoding it was decoded from. */
export interface ReadText {
	text: string;
	encoding: 'UTF-8' | 'UTF-16' | 'Windows-1252';
}

const SLICE = 1 << 20;

/**
 * Decodes UTF-16 with a byte order mark, and UTF-8 with or without one. Anything else is decoded as Windows-1252, which
 * Excel writes.
 */
export async function decode(bytes: Uint8Array): Promise<ReadText> {
	const [first, second] = bytes;
	if (first === 0xff && second === 0xfe) return { text: await read(bytes, 'utf-16le'), encoding: 'UTF-16' };
	if (first === 0xfe && second === 0xff) return { text: await read(bytes, 'utf-16be'), encoding: 'UTF-16' };
	try {
		return { text: await read(bytes, 'utf-8'), encoding: 'UTF-8' };
	} catch (error) {
		if (!(error instanceof TypeError)) throw error;
		return { text: await read(bytes, 'windows-1252'), encoding: 'Windows-1252' };
	}
}

async function read(bytes: Uint8Array, label: string): Promise<string> {
	const decoder = new TextDecoder(label, { fatal: label === 'utf-8' });
	const turns = new Turns();
	let text = '';
	for (let at = 0; at < bytes.length; at += SLICE) {
		text += decoder.decode(bytes.subarray(at, at + SLICE), { stream: true });
		if (turns.over) await turns.next();
	}
	return text + decoder.decode();
}
