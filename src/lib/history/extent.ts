import type { Call, CallPage, Change } from '#contract';
import { drop, isLater } from './rows.ts';

/** A loaded page of the list. Far from the reader its rows are dropped; its token requests them again. */
export interface Segment {
	/** The page token; null for the list's beginning. */
	token: string | null;
	/** The token reads backwards, from the page after it. */
	back: boolean;
	/** The number of rows, now or when the page was last loaded. */
	count: number;
	rows: readonly Call[] | null;
	/** The ids of its outermost calls, even without its rows; null if unknown. */
	first: string | null;
	last: string | null;
	/** The tokens of the pages before and after it; undefined if unknown. */
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
	/** The room in rows before the first row, a whole number. It keeps the visible rows in place. */
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

/** Returns the extent of one page and the token that requested it. `back` if the token reads backwards. */
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

/** Returns the indexes of those of these calls that are loaded. */
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

/** Appends the page that `next` requested. */
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

/** Prepends the page that `previous` requested. The lead shrinks by its rows, so that visible rows keep their place. */
export function prepend(extent: Extent, page: Page): Extent {
	// Near its beginning, the server returns the whole first page.
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
 * Fills a segment that was requested again. The list may have changed meanwhile. Rows that belong to a neighbor are
 * left to it. If the page no longer reaches a neighbor, that one begins elsewhere, or a gap remains to be requested.
 */
export function fill(extent: Extent, filled: Segment, page: Page): Extent {
	// Since the request the segment's rows may have changed, but not its token.
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

/** The outer tokens, updated if the outermost segment was read again: calls may have appeared beyond it. */
const outside = (
	{ previous, next }: Extent,
	page: Page,
	earlier: readonly Segment[],
	later: readonly Segment[],
): Pick<Extent, 'previous' | 'next'> => ({
	previous: earlier.length === 0 ? page.previousPage : previous,
	next: later.length === 0 ? page.nextPage : next,
});

/** Returns whether a page meets its neighbor or ends the list, else the segments that replace that neighbor. */
function linkOf(token: string | null, neighbour: Segment | undefined, back: boolean): 'met' | 'end' | Segment[] {
	if (!neighbour) return 'met';
	// The page is the last in this direction, so the segments beyond it no longer exist.
	if (token === null) return 'end';
	// A neighbor read in the other direction begins where this segment ended, so the two meet.
	if (neighbour.back !== back || neighbour.token === token) return 'met';
	const gap: Segment = {
		...{ token, back, rows: null, count: neighbour.rows ? 1 : neighbour.count },
		...{ first: null, last: null, before: undefined, after: undefined },
	};
	return neighbour.rows ? (back ? [neighbour, gap] : [gap, neighbour]) : [gap];
}

/** Drops the rows of segments far from `from` to `to`, except segments with a call that `isKept`. */
export function letGo(extent: Extent, from: number, to: number, isKept: (call: Call) => boolean): Extent {
	let start = 0;
	const segments = extent.segments.map((one) => {
		const far = start + one.count < from || start > to;
		start += one.count;
		// Keep rows that no token would load again.
		if (!far || !one.rows || one.first === null || one.rows.some(isKept)) return one;
		return { ...one, rows: null };
	});
	return segments.some((one, i) => one !== extent.segments[i]) ? { ...extent, segments } : extent;
}

/**
 * Forgets segments outside `from` to `to` if the tokens at the cut are known. They load again when the reader returns.
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

/** Returns the token that reads backwards from `one`, which follows `earlier`; undefined if unknown. */
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

/** Inserts a call in its place. Returns null if it belongs outside the loaded part. */
export function enter(extent: Extent, call: Call, newestFirst: boolean): Extent | null {
	const { segments, previous, next } = extent;
	const stands = (row: Call): boolean => isLater(call, row) === newestFirst;
	if (segments.length === 0) {
		if (previous !== null || next !== null) return null;
		return { ...extent, segments: [segment([call], null, false, { before: null, after: null })] };
	}
	for (const [i, one] of segments.entries()) {
		if (!one.rows) {
			// The call may belong among these dropped rows. It then arrives with them.
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

/** A call inserted at a segment's edge lies outside its page, so the token of that edge is no longer valid. */
const touched = (at: number, count: number, { before, after }: Segment): Pick<Segment, 'before' | 'after'> => ({
	before: at === 0 ? undefined : before,
	after: at < 0 || at === count - 1 ? undefined : after,
});

/** Returns `after` with its lead moved so that the first anchor in both extents keeps its place on the screen. */
export function hold(before: Extent, after: Extent, anchors: readonly string[]): Extent {
	if (before.segments === after.segments) return after;
	const lead = leadHolding(before, after, anchors);
	return lead === null ? after : { ...after, lead };
}

/** Returns the lead that keeps the first common anchor in place; null without a common anchor. */
export function leadHolding(before: Extent, after: Extent, anchors: readonly string[]): number | null {
	if (anchors.length === 0) return null;
	const [was, is] = [placesOf(before, anchors), placesOf(after, anchors)];
	const anchor = anchors.find((id) => was.has(id) && is.has(id));
	return anchor === undefined ? null : before.lead + was.get(anchor)! - is.get(anchor)!;
}
