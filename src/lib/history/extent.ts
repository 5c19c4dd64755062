import type { Call, CallPage, Change } from '#contract';
import { drop, isLater } from './rows.ts';

/** One page of the list. Far from the reader its rows are dropped, and its token requests them again. */
export interface Segment {
	/** The token that requests this page; null for the list's beginning. */
	token: string | null;
	/** True if the token reads backwards, so that the page ends at the token's position. */
	back: boolean;
	/** The number of rows, now or when the page was last loaded; a guess if the page was never loaded. */
	count: number;
	rows: readonly Call[] | null;
	/** The ids of the page's first and last call, also after its rows were dropped; null if unknown. */
	first: string | null;
	last: string | null;
	/** The tokens of the pages before and after this page; null at an end of the list, undefined if unknown. */
	before: string | null | undefined;
	after: string | null | undefined;
}

/**
 * The known part of the list, without holes: its segments in list order, and the tokens of the pages before and after.
 * A token of null means an end of the list. Immutable: every change returns a new value.
 */
export interface Extent {
	segments: readonly Segment[];
	previous: string | null;
	next: string | null;
	/**
	 * The empty space before the first row, in whole rows. It changes so that visible rows stay where they are.
	 */
	lead: number;
}

export const NOTHING: Extent = { segments: [], previous: null, next: null, lead: 0 };

type Page = Pick<CallPage, 'calls' | 'nextPage' | 'previousPage'>;

const segment = (
	rows: readonly Call[],
	token: string | null,
	back: boolean,
	around: Pick<Segment, 'before' | 'after'>,
): Segment => ({ token, back, rows, ...around, ...ends(rows), count: rows.length });

const ends = (rows: readonly Call[]): Pick<Segment, 'first' | 'last'> => ({
	first: rows[0]?.id ?? null,
	last: rows.at(-1)?.id ?? null,
});

const around = (page: Page): Pick<Segment, 'before' | 'after'> => ({
	before: page.previousPage,
	after: page.nextPage,
});

/**
 * Returns an extent of a single page. `token` requested the page, and `back` says that the token reads backwards.
 */
export function begin(page: Page, token: string | null, back = false): Extent {
	const segments = page.calls.length === 0 ? [] : [segment(page.calls, token, back, around(page))];
	return { segments, previous: page.previousPage, next: page.nextPage, lead: 0 };
}

export const countOf = ({ segments }: Extent): number => segments.reduce((sum, { count }) => sum + count, 0);

/** Yields the loaded rows with their indexes in the extent, in order. */
export function* loaded({ segments }: Extent): Generator<[index: number, call: Call]> {
	let index = 0;
	for (const { rows, count } of segments) {
		if (rows) for (const [i, call] of rows.entries()) yield [index + i, call];
		index += count;
	}
}

/** Returns the loaded rows from index `from` up to but excluding `to`. */
export function between({ segments }: Extent, from: number, to: number): { index: number; call: Call }[] {
	const found = [];
	let start = 0;
	for (const { rows, count } of segments) {
		for (let i = Math.max(from, start); rows && i < Math.min(to, start + count); i++)
			found.push({ index: i, call: rows[i - start]! });
		start += count;
	}
	return found;
}

/** Returns the index of each call of `calls` (ids) that is loaded, by id. */
export function placesOf(extent: Extent, calls: readonly string[]): Map<string, number> {
	const ids = new Set(calls);
	const found = new Map<string, number>();
	for (const [index, { id }] of loaded(extent)) if (ids.has(id)) found.set(id, index);
	return found;
}

const without = (rows: readonly Call[], extent: Extent, but: Segment | null): readonly Call[] => {
	const known = new Set<string>();
	for (const other of extent.segments) if (other !== but) for (const { id } of other.rows ?? []) known.add(id);
	return known.size === 0 ? rows : rows.filter(({ id }) => !known.has(id));
};

/** Appends a page that was requested with the token `next`, without the calls that are loaded already. */
export function append(extent: Extent, page: Page): Extent {
	const rows = without(page.calls, extent, null);
	const whole = rows.length === page.calls.length;
	const added = segment(rows, extent.next, false, {
		before: whole ? page.previousPage : undefined,
		after: page.nextPage,
	});
	return {
		...extent,
		segments: rows.length === 0 ? extent.segments : [...extent.segments, added],
		next: page.nextPage,
	};
}

/**
 * Prepends a page that was requested with the token `previous`, without the calls that are loaded already. The
 * lead shrinks by the number of added rows, so that visible rows keep their position.
 */
export function prepend(extent: Extent, page: Page): Extent {
	// Near the list's beginning, the server returns the whole first page, which overlaps the loaded calls.
	const cut = upTo(page.calls, extent.segments[0]?.first ?? null);
	const rows = without(cut, extent, null);
	const whole = rows.length === page.calls.length;
	const added = segment(rows, extent.previous, true, {
		before: page.previousPage,
		after: whole ? page.nextPage : undefined,
	});
	return {
		...extent,
		segments: rows.length === 0 ? extent.segments : [added, ...extent.segments],
		previous: page.previousPage,
		lead: extent.lead - rows.length,
	};
}

const upTo = (rows: readonly Call[], id: string | null): readonly Call[] => {
	const at = id === null ? -1 : rows.findIndex((call) => call.id === id);
	return at < 0 ? rows : rows.slice(0, at);
};
const past = (rows: readonly Call[], id: string | null): readonly Call[] => {
	const at = id === null ? -1 : rows.findIndex((call) => call.id === id);
	return at < 0 ? rows : rows.slice(at + 1);
};

/**
 * Fills a segment with its page, which was requested again. Leaves out calls that a neighbor already has. The list
 * may have changed meanwhile, so that calls are missing between the page and the next segment in reading
 * direction. A segment without rows then covers this gap, and the loader requests its page.
 */
export function fill(extent: Extent, filled: Segment, page: Page): Extent {
	// Find the segment by its token, because its other fields may have changed since the request.
	const i = extent.segments.findIndex(({ token, back }) => token === filled.token && back === filled.back);
	if (i < 0) return extent;
	const [earlier, later] = [extent.segments.slice(0, i), extent.segments.slice(i + 1)];
	const toNext = upTo(page.calls, later[0]?.first ?? null);
	const fromLast = past(toNext, earlier.at(-1)?.last ?? null);
	const rows = without(fromLast, extent, extent.segments[i]!);
	const met = { next: toNext.length < page.calls.length, last: fromLast.length < toNext.length };
	const one = segment(rows, filled.token, filled.back, {
		before: met.last || rows.length < fromLast.length ? undefined : page.previousPage,
		after: met.next || rows.length < fromLast.length ? undefined : page.nextPage,
	});
	const middle = rows.length === 0 ? [] : [one];
	if (filled.back) {
		const link = met.last ? 'met' : linkOf(page.previousPage, earlier.at(-1), true);
		if (link === 'end') return { ...extent, segments: [...middle, ...later], previous: null };
		const joined = link === 'met' ? earlier : [...earlier.slice(0, -1), ...link];
		return { ...extent, segments: [...joined, ...middle, ...later], ...outside(extent, page, earlier, later) };
	}
	const link = met.next ? 'met' : linkOf(page.nextPage, later[0], false);
	if (link === 'end') return { ...extent, segments: [...earlier, ...middle], next: null };
	const joined = link === 'met' ? later : [...link, ...later.slice(1)];
	return { ...extent, segments: [...earlier, ...middle, ...joined], ...outside(extent, page, earlier, later) };
}

/**
 * Returns the extent's outer tokens after a fill. An outermost page has newer tokens, because calls may have
 * appeared beyond the old ones.
 */
const outside = (
	{ previous, next }: Extent,
	page: Page,
	earlier: readonly Segment[],
	later: readonly Segment[],
): Pick<Extent, 'previous' | 'next'> => ({
	previous: earlier.length === 0 ? page.previousPage : previous,
	next: later.length === 0 ? page.nextPage : next,
});

/**
 * Returns `met` if no call is missing between a page and its neighbor, or `end` if the list ends with the page.
 * Otherwise returns the segments that replace the neighbor.
 */
function linkOf(token: string | null, neighbor: Segment | undefined, back: boolean): 'met' | 'end' | Segment[] {
	if (!neighbor) return 'met';
	// The page is the last in this direction, so the segments beyond it no longer exist.
	if (token === null) return 'end';
	// The token of a neighbor that was read in the other direction cannot be compared. Assume that no call is
	// missing.
	if (neighbor.back !== back || neighbor.token === token) return 'met';
	const gap: Segment = {
		token,
		back,
		rows: null,
		count: neighbor.rows ? 1 : neighbor.count,
		first: null,
		last: null,
		before: undefined,
		after: undefined,
	};
	return neighbor.rows ? (back ? [neighbor, gap] : [gap, neighbor]) : [gap];
}

/** Drops the rows of segments outside the indexes `from` to `to`, except segments with a call that `isKept`. */
export function letGo(extent: Extent, from: number, to: number, isKept: (call: Call) => boolean): Extent {
	let start = 0;
	const segments = extent.segments.map((one) => {
		const far = start + one.count < from || start > to;
		start += one.count;
		if (!far || !one.rows || one.first === null || one.rows.some(isKept)) return one;
		return { ...one, rows: null };
	});
	return segments.some((one, i) => one !== extent.segments[i]) ? { ...extent, segments } : extent;
}

/**
 * Forgets segments outside the indexes `from` to `to`, if the tokens at the cut are known. The segments load again
 * when the reader returns.
 */
export function trim(extent: Extent, from: number, to: number): Extent {
	const { segments } = extent;
	let [head, tail, start] = [0, segments.length, 0];
	for (const [i, one] of segments.entries()) {
		const end = start + one.count;
		const following = segments[i + 1];
		if (end < from && following && beforeOf(one, following) !== undefined && !one.rows) head = i + 1;
		if (start > to && i < tail && i > 0 && afterOf(segments[i - 1]!, one) !== undefined) tail = i;
		start = end;
	}
	if (tail <= head || (head === 0 && tail === segments.length)) return extent;
	const gone = segments.slice(0, head).reduce((sum, { count }) => sum + count, 0);
	return {
		segments: segments.slice(head, tail),
		previous: head === 0 ? extent.previous : beforeOf(segments[head - 1]!, segments[head]!)!,
		next: tail === segments.length ? extent.next : afterOf(segments[tail - 1]!, segments[tail]!)!,
		lead: extent.lead + gone,
	};
}

/** Returns the token of the page before `one`, which follows `earlier`; undefined if unknown. */
const beforeOf = (earlier: Segment, one: Segment): string | undefined =>
	(earlier.back ? earlier.token : one.before) ?? undefined;
const afterOf = (one: Segment, later: Segment): string | undefined =>
	(later.back ? one.after : later.token) ?? undefined;

/** Applies changes to the loaded rows: the newest seq of a call wins, and deleted calls disappear. */
export function change(extent: Extent, changes: readonly Change[]): Extent {
	const updates = new Map<string, Call>();
	const drops: Extract<Change, { type: 'deleted' | 'cleared' }>[] = [];
	for (const one of changes) {
		if (one.type === 'deleted' || one.type === 'cleared') drops.push(one);
		else if ((updates.get(one.call.id)?.seq ?? 0) < one.call.seq) updates.set(one.call.id, one.call);
	}
	const everything = drops.some((one) => one.type === 'cleared' && one.run === null);
	const segments = extent.segments.flatMap((one) => {
		if (!one.rows) return everything ? [] : [withoutEnds(one, drops)];
		const touched = drops.length > 0 || one.rows.some(({ id }) => updates.has(id));
		if (!touched) return [one];
		const rows = new Map(one.rows.map((call) => [call.id, newer(call, updates.get(call.id))]));
		for (const gone of drops) drop(rows, gone);
		if (rows.size === 0) return [];
		const left = [...rows.values()];
		return [
			left.length === one.rows.length
				? { ...one, rows: left }
				: { ...one, ...ends(left), rows: left, count: left.length },
		];
	});
	if (everything && segments.length === 0) return NOTHING;
	return { ...extent, segments };
}

const newer = (call: Call, other: Call | undefined): Call => (other && other.seq > call.seq ? other : call);

function withoutEnds(one: Segment, drops: readonly Change[]): Segment {
	const gone = (id: string | null): boolean => drops.some((d) => d.type === 'deleted' && d.id === id);
	const [first, last] = [gone(one.first), gone(one.last)];
	return first || last ? { ...one, first: first ? null : one.first, last: last ? null : one.last } : one;
}

/** Inserts a call at its position. Returns null if the call belongs outside the list's loaded rows. */
export function enter(extent: Extent, call: Call, newestFirst: boolean): Extent | null {
	const { segments, previous, next } = extent;
	const stands = (row: Call): boolean => isLater(call, row) === newestFirst;
	if (segments.length === 0) {
		if (previous !== null || next !== null) return null;
		return { ...extent, segments: [segment([call], null, false, { before: null, after: null })] };
	}
	for (const [i, one] of segments.entries()) {
		if (!one.rows) {
			// The call may belong among these dropped rows. If so, their page brings it when it loads again.
			const following = segments.slice(i + 1).find(({ rows }) => rows)?.rows?.[0];
			if (!following || stands(following)) return null;
			continue;
		}
		const at = one.rows.findIndex(stands);
		const isEnd = i === segments.length - 1;
		if (at < 0 && !isEnd) continue;
		if (at < 0 && next !== null) return null;
		if (at === 0 && i === 0 && previous !== null) return null;
		const rows = one.rows.toSpliced(at < 0 ? one.rows.length : at, 0, call);
		return {
			...extent,
			segments: segments.with(i, { ...one, ...ends(rows), rows, count: rows.length, ...touched(at, rows.length, one) }),
		};
	}
	return null;
}

/**
 * Returns the tokens around a segment after a call was inserted at `at`. A call at the segment's edge is not in
 * the segment's page, so that the token of that edge no longer fits.
 */
const touched = (at: number, count: number, { before, after }: Segment): Pick<Segment, 'before' | 'after'> => ({
	before: at === 0 ? undefined : before,
	after: at < 0 || at === count - 1 ? undefined : after,
});

/**
 * Returns `after` with the lead at which the first of `anchors` (ids) that both extents have loaded keeps its
 * position.
 */
export function hold(before: Extent, after: Extent, anchors: readonly string[]): Extent {
	if (before.segments === after.segments) return after;
	const lead = leadHolding(before, after, anchors);
	return lead === null ? after : { ...after, lead };
}

/** Returns the lead of `after` for `hold`; null if no call of `anchors` is loaded in both extents. */
export function leadHolding(before: Extent, after: Extent, anchors: readonly string[]): number | null {
	if (anchors.length === 0) return null;
	const [was, is] = [placesOf(before, anchors), placesOf(after, anchors)];
	const anchor = anchors.find((id) => was.has(id) && is.has(id));
	return anchor === undefined ? null : before.lead + was.get(anchor)! - is.get(anchor)!;
}
