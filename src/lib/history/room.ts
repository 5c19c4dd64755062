import { countOf, type Extent } from './extent.ts';

/** Browsers cut elements off at some 33 million pixels; a longer list gets a scaled scrollbar. */
const MOST_PX = 12_000_000;
/** Room beyond an edge behind which is more, where nobody knows how much. */
const RUNWAY = 40;

/** How many rows of the list are thought to stand before and behind those that are known. */
export interface Beyond {
	before: number;
	behind: number;
}

/** `total` is null where it is not known, `guess` what was thought to stand before. */
export function beyond(extent: Extent, total: number | null, guess: number): Beyond {
	const count = countOf(extent);
	if (total === null)
		return { before: extent.previous === null ? 0 : RUNWAY, behind: extent.next === null ? 0 : RUNWAY };
	const others = Math.max(1, total - count);
	const before = extent.previous === null ? 0 : extent.next === null ? others : clamp(Math.round(guess), 1, others);
	return { before, behind: extent.next === null ? 0 : Math.max(1, others - before) };
}

/** The same as rows on the screen: scaled down where they would be too long for a browser. */
export function roomFor({ before, behind }: Beyond, count: number, rowPx: number): Beyond {
	const most = MOST_PX / rowPx - count;
	const scale = before + behind > most ? Math.max(0, most) / (before + behind) : 1;
	return { before: Math.ceil(before * scale), behind: Math.ceil(behind * scale) };
}

/** Which share of the list stands before a row, counted from the first that is known, that is in the room around. */
export function shareAt(row: number, count: number, room: Beyond, thought: Beyond): number {
	const rank =
		row < 0
			? thought.before * (1 + row / Math.max(1, room.before))
			: thought.before + count + thought.behind * Math.max(0, (row - count) / Math.max(1, room.behind));
	return clamp(rank / (thought.before + count + thought.behind), 0, 1);
}

const clamp = (value: number, least: number, most: number): number => Math.min(Math.max(value, least), most);
