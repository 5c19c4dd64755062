/** A place in the feed, taken apart: a number within one life of the database. Without Zod, for the browser too. */
export interface Place {
	epoch: string;
	seq: number;
}

/** `"<epoch>.<seq>"` */
export const CURSOR_PATTERN = /^([0-9a-z]{1,32})\.(\d{1,15})$/;

/** Null for anything that is no cursor. */
export function readCursor(text: unknown): Place | null {
	if (typeof text !== 'string') return null;
	const [, epoch, seq] = CURSOR_PATTERN.exec(text) ?? [];
	return epoch === undefined ? null : { epoch, seq: Number(seq) };
}

export const writeCursor = ({ epoch, seq }: Place): string => `${epoch}.${seq}`;

/** Where a cursor that came from the server is; throws where it is none. */
export function place(cursor: string): Place {
	const found = readCursor(cursor);
	if (!found) throw new RangeError(`Not a cursor of a feed: ${cursor}`);
	return found;
}

/** True when `cursor` is past `own` in the same epoch, or of another one. */
export function isPast(own: string, cursor: string): boolean {
	const [mine, theirs] = [place(own), place(cursor)];
	return mine.epoch !== theirs.epoch || theirs.seq > mine.seq;
}
