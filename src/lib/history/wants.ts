import { countOf, type Extent, type Segment } from './extent.ts';

/** The next request: the page after or before the known rows, or a segment without rows. */
export interface Want {
	where: 'next' | 'previous' | Segment;
	token: string | null;
}

/**
 * `AROUND` rows are loaded on each side of the screen. In the direction of scrolling, the rows of the next
 * `TRAVEL_MS` are added, up to `AHEAD_MAX` rows.
 */
const AROUND = 250;
const TRAVEL_MS = 600;
export const AHEAD_MAX = 1_000;

/**
 * Returns the next request for a reader who sees the rows `from` to `to`, or null if all rows nearby are loaded.
 * `down` is the direction of scrolling, and `speed` is in rows per millisecond.
 */
export function wanted(
	extent: Extent,
	[from, to]: readonly [number, number],
	down: boolean,
	speed: number,
): Want | null {
	const far = Math.min(AHEAD_MAX, AROUND + speed * TRAVEL_MS);
	const count = countOf(extent);
	const next: Want | null = extent.next === null ? null : { where: 'next', token: extent.next };
	const previous: Want | null = extent.previous === null ? null : { where: 'previous', token: extent.previous };
	if (count === 0) return next ?? previous;
	// First the screen, then the rows ahead, then the rows behind.
	const ahead = down ? ([to, to + far] as const) : ([from - far, from] as const);
	const behind = down ? ([from - AROUND, from] as const) : ([to, to + AROUND] as const);
	for (const [start, end] of [[from, to] as const, ahead, behind]) {
		const missing = missingIn(extent, start, end, down);
		if (missing) return { where: missing, token: missing.token };
		if (end > count && next && isHere(extent.segments.at(-1))) return next;
		if (start < 0 && previous && isHere(extent.segments[0])) return previous;
	}
	return null;
}

/**
 * Returns whether a segment has its rows. A further page is only requested next to such a segment, because the
 * rows show which calls of that page are loaded already.
 */
const isHere = (segment: Segment | undefined): boolean => segment?.rows != null;

/**
 * Returns the first segment without rows in this range, in the direction of scrolling. Indexes outside the known
 * rows count as part of the outermost segment.
 */
function missingIn({ segments }: Extent, from: number, to: number, down: boolean): Segment | null {
	let start = 0;
	let found: Segment | null = null;
	for (const [i, one] of segments.entries()) {
		const [first, last] = [i === 0 ? -Infinity : start, i === segments.length - 1 ? Infinity : start + one.count];
		start += one.count;
		if (one.rows || first >= to || last <= from) continue;
		found = one;
		if (down) return found;
	}
	return found;
}
