/** A place in the feed: a number within one life of the database. */
export interface Place {
	epoch: string;
	seq: number;
}

/** Reads `"<epoch>.<seq>"`. */
export function place(cursor: string): Place {
	const dot = cursor.lastIndexOf('.');
	return { epoch: cursor.slice(0, dot), seq: Number(cursor.slice(dot + 1)) };
}

/** True when `cursor` is past `own` in the same epoch, or of another one. */
export function isPast(own: string, cursor: string): boolean {
	const [mine, theirs] = [place(own), place(cursor)];
	return mine.epoch !== theirs.epoch || theirs.seq > mine.seq;
}
