import { Turns } from './turns.ts';

/** What one import takes. */
export const BYTES_MAX = 20_000_000;
export const ROWS_MAX = 100_000;

/** A text with the encoding that it was read as. */
export interface ReadText {
	text: string;
	encoding: 'UTF-8' | 'UTF-16' | 'Windows-1252';
}

const SLICE = 1 << 20;

/** Reads UTF-8, with its mark or without; where it is none, Windows-1252, which Excel writes. */
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
