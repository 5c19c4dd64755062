/** A parsed cursor: a seq within one epoch of the database. Free of Zod, so the browser can use it. */
export interface ParsedCursor {
	epoch: string;
	seq: number;
}

/** `"<epoch>.<seq>"` */
export const CURSOR_PATTERN = /^([0-9a-z]{1,32})\.(\d{1,15})$/;

/** Returns null if `text` is not a cursor. */
export function readCursor(text: unknown): ParsedCursor | null {
	if (typeof text !== 'string') return null;
	const [, epoch, seq] = CURSOR_PATTERN.exec(text) ?? [];
	return epoch === undefined ? null : { epoch, seq: Number(seq) };
}

export const writeCursor = ({ epoch, seq }: ParsedCursor): string => `${epoch}.${seq}`;

/** Parses a cursor that the server sent. Throws a RangeError if it is malformed. */
export function parseCursor(cursor: string): ParsedCursor {
	const found = readCursor(cursor);
	if (!found) throw new RangeError(`Not a cursor of a feed: ${cursor}`);
	return found;
}

/** Whether `cursor` is ahead of `own` in the same epoch, or belongs to another epoch. */
export function isPast(own: string, cursor: string): boolean {
	const [mine, theirs] = [parseCursor(own), parseCursor(cursor)];
	return mine.epoch !== theirs.epoch || theirs.seq > mine.seq;
}
