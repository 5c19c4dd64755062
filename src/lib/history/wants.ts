import { countOf, type Extent, type Segment } from './extent.ts';

/** The next request: a page after, a page before, or a segment whose rows were dropped. */
export interface Want {
	where: 'next' | 'previous' | Segment;
	token: string | null;
}

/** Rows loaded around the screen. Ahead of it the range grows by `TRAVEL_MS` of scrolling, up to `AHEAD_MAX`. */
const AROUND = 250;
const TRAVEL_MS = 600;
export const AHEAD_MAX = 1_000;

/**
 * Returns what a reader at these places needs next, or null if everything is loaded. `speed` is in rows per
 * millisecond.
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

/** Only read on from a segment with its rows: they show where it meets the next page. */
const isHere = (segment: Segment | undefined): boolean => segment?.rows != null;

/**
 * Returns the first segment without rows in this range, in the reader's direction. Places beyond the list count as the
 * outermost segment.
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
