/** A place in the feed, taken apart. */
export interface Place {
	epoch: string;
	seq: number;
}

/** Reads `"<epoch>.<seq>"`; null for anything else. */
export function readCursor(text: unknown): Place | null {
	if (typeof text !== 'string') return null;
	const [, epoch, seq] = /^([0-9a-z]{1,32})\.(\d{1,15})$/.exec(text) ?? [];
	return epoch === undefined ? null : { epoch, seq: Number(seq) };
}

export const writeCursor = ({ epoch, seq }: Place): string => `${epoch}.${seq}`;
