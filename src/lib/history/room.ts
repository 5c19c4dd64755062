import { countOf, type Extent } from './extent.ts';

/** Browsers limit elements to about 33 million pixels. A longer list gets a scaled scrollbar. */
const MOST_PX = 12_000_000;
/** The room in rows beyond an edge with more rows, if their number is unknown. */
const RUNWAY = 40;

/** The estimated numbers of rows before and after the known ones. */
export interface Beyond {
	before: number;
	behind: number;
}

/**
 * Estimates the rows around the extent. `total` is null if unknown; `guess` is the previous estimate of the rows
 * before.
 */
export function beyond(extent: Extent, total: number | null, guess: number): Beyond {
	const count = countOf(extent);
	if (total === null)
		return { before: extent.previous === null ? 0 : RUNWAY, behind: extent.next === null ? 0 : RUNWAY };
	const others = Math.max(1, total - count);
	const before = extent.previous === null ? 0 : extent.next === null ? others : clamp(Math.round(guess), 1, others);
	return { before, behind: extent.next === null ? 0 : Math.max(1, others - before) };
}

/** Converts the estimate to rows of room on the screen, scaled down if they would exceed the browser's limit. */
export function roomFor({ before, behind }: Beyond, count: number, rowPx: number): Beyond {
	const most = MOST_PX / rowPx - count;
	const scale = before + behind > most ? Math.max(0, most) / (before + behind) : 1;
	return { before: Math.ceil(before * scale), behind: Math.ceil(behind * scale) };
}

/** Returns the share of the list, from 0 to 1, before a row in the room. Rows count from the first known one. */
export function shareAt(row: number, count: number, room: Beyond, thought: Beyond): number {
	const rank =
		row < 0
			? thought.before * (1 + row / Math.max(1, room.before))
			: thought.before + count + thought.behind * Math.max(0, (row - count) / Math.max(1, room.behind));
	return clamp(rank / (thought.before + count + thought.behind), 0, 1);
}

const clamp = (value: number, least: number, most: number): number => Math.min(Math.max(value, least), most);
