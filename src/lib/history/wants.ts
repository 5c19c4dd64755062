import { countOf, type Extent, type Segment } from './extent.ts';

/** What is to be asked for: what is behind, what is before, or a segment whose rows were let go. */
export interface Want {
	where: 'next' | 'previous' | Segment;
	token: string | null;
}

/** Rows that are loaded ahead of the screen and behind it; ahead also those of so many milliseconds of travel. */
const AROUND = 250;
const TRAVEL_MS = 600;
export const AHEAD_MAX = 1_000;

/** What a reader needs next who sees these places and moves down or up, `speed` rows a millisecond; null when all is here. */
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
	// What is on the screen first, then what lies ahead, then what lies behind.
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

/** A segment is read on from its rows: they show where it meets the next page. */
const isHere = (segment: Segment | undefined): boolean => segment?.rows != null;

/** The first segment among these places, in the reader's direction, whose rows are not here; the outermost for places beyond. */
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
