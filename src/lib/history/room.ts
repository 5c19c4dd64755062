import { countOf, type Extent } from './extent.ts';

/**
 * The greatest height of the list. Browsers limit an element's height, so a longer list gets scaled empty space.
 */
const MOST_PX = 12_000_000;
/** The empty space where more rows follow but their number is unknown, in rows. */
const RUNWAY = 40;

/** The estimated numbers of rows before and after the known ones. */
export interface Beyond {
	before: number;
	behind: number;
}

/**
 * Estimates how many rows are before and after the extent. `total` is the length of the whole list, or null if
 * unknown. `guess` is the caller's estimate of the rows before the extent.
 */
export function beyond(extent: Extent, total: number | null, guess: number): Beyond {
	const count = countOf(extent);
	if (total === null)
		return { before: extent.previous === null ? 0 : RUNWAY, behind: extent.next === null ? 0 : RUNWAY };
	const others = Math.max(1, total - count);
	const before = extent.previous === null ? 0 : extent.next === null ? others : clamp(Math.round(guess), 1, others);
	return { before, behind: extent.next === null ? 0 : Math.max(1, others - before) };
}

/**
 * Returns the empty space to show for the estimated rows, in rows. Scales the space down if the whole list would
 * be higher than `MOST_PX`.
 */
export function roomFor({ before, behind }: Beyond, count: number, rowPx: number): Beyond {
	const most = MOST_PX / rowPx - count;
	const scale = before + behind > most ? Math.max(0, most) / (before + behind) : 1;
	return { before: Math.ceil(before * scale), behind: Math.ceil(behind * scale) };
}

/**
 * Returns the share of the list, from 0 to 1, before a row that may be in the empty space. Row 0 is the first
 * known row. `room` is the empty space, `thought` the estimated rows.
 */
export function shareAt(row: number, count: number, room: Beyond, thought: Beyond): number {
	const rank =
		row < 0
			? thought.before * (1 + row / Math.max(1, room.before))
			: thought.before + count + thought.behind * Math.max(0, (row - count) / Math.max(1, room.behind));
	return clamp(rank / (thought.before + count + thought.behind), 0, 1);
}

const clamp = (value: number, least: number, most: number): number => Math.min(Math.max(value, least), most);
