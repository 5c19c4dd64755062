import { createContext } from 'svelte';
import type { Call, CallPage, CallsView, Change, Stats } from '#contract';
import { parseCursor } from '#contract/cursor.ts';
import * as extents from './extent.ts';
import type { Extent, Segment } from './extent.ts';
import { matches } from './matches.ts';
import { few, inOrder, latest, MOVING_MAX, NONE } from './rows.ts';
import { Tally } from './tally.ts';
import { Waiting } from './waiting.ts';

/** The most changes in the log. A page that the server read before a logged change is updated from the log. */
const LOG_MAX = 5_000;

/** The loaded calls. All changes, from push, sync and reconnect, go through `apply`; the newest seq of a call wins. */
export class Board {
	view = $state.raw<CallsView | null>(null);
	/** The known part of the list: its pages, some without their rows, and the tokens of further pages. */
	extent = $state.raw<Extent>(extents.NOTHING);
	/**
	 * The number of new calls that match but are not in the list yet. Rows may not move now, or the calls belong
	 * before the loaded part.
	 */
	waiting = $state(0);
	/** True if more calls wait than `waiting` counts. */
	waitingMore = $state(false);
	total = $state(0);
	pending = $state(0);
	/** True while the reader has scrolled away or has a row's menu open, so that no visible row may move. */
	held = $state(false);

	/** The ids of the calls that arrived last, whose rows slide in. Empty after a large batch. */
	arriving: ReadonlySet<string> = NONE;
	/** True if the last batch of changes was small, so that changed rows flash. */
	calm = true;
	/**
	 * The ids of the visible calls, in list order. After a change, the first of these calls that remains keeps its
	 * position on the screen. Empty while the top of the list is in sight.
	 */
	reading: readonly string[] = [];
	/** True if the next view that is shown is a reload of the same list, at the reader's position. */
	again = false;
	/** Returns the empty space before the first row of a new view, in rows. Set by the scroller. */
	leadOf: (extent: Extent, shareBefore: number | null) => number = () => 0;
	/**
	 * Returns the `at` parameter for a reload: null for the list's beginning, undefined to keep the address. Set
	 * by the scroller.
	 */
	placeOf: () => string | null | undefined = () => undefined;

	readonly count = $derived(extents.countOf(this.extent));
	readonly first = $derived(this.extent.previous === null);
	readonly newestFirst = $derived(this.view?.query.order !== 'oldest');

	#waiting = new Waiting();
	#tally: Tally | null = null;
	/** The counts from the server's statistics; null while the feed delivers none. Then `#tally` counts. */
	#figures: { total: number; pending: number } | null = null;
	#base = 0;
	#epoch = '';
	#log: Change[] = [];
	#logFrom = 0;

	/**
	 * Shows a view from the server, updated with the changes that arrived after the server read it. Returns false
	 * if the log no longer has all of these changes, so that the list must be reloaded.
	 */
	show(view: CallsView): boolean {
		const { epoch, seq } = parseCursor(view.page.cursor);
		if (epoch !== this.#epoch) {
			this.#log = [];
			this.#logFrom = seq;
		}
		const missed = seq < this.#logFrom;
		this.#epoch = epoch;
		this.#base = seq;
		this.#tally = new Tally(view);
		if (this.#figures) this.#figures = { total: view.total, pending: view.pending };
		this.view = view;
		const extent = extents.begin(view.page, view.query.page ?? null, view.back);
		this.total = view.total;
		this.extent = { ...extent, lead: this.leadOf(extent, view.shareBefore) };
		this.#waiting.clear();
		this.arriving = NONE;
		this.reading = [];
		this.#publish();
		this.#play(this.#log.filter((change) => change.seq > seq));
		return !missed;
	}

	/** Empties the log after a reset without a list. `show` then returns false for a view from before `cursor`. */
	forget(cursor: string): void {
		const { epoch, seq } = parseCursor(cursor);
		this.#epoch = epoch;
		this.#log = [];
		this.#logFrom = seq;
	}

	/** Drops the list. Changes are still logged for the view that is shown next. */
	close(): void {
		this.view = null;
		this.extent = extents.NOTHING;
		this.#waiting.clear();
		this.#publish();
	}

	/** Applies changes, which must be in commit order. Returns false if the list must be reloaded. */
	apply(changes: readonly Change[]): boolean {
		for (const change of changes) this.#log.push(change);
		const extra = this.#log.length - LOG_MAX;
		if (extra > 0) this.#logFrom = this.#log.splice(0, extra).at(-1)?.seq ?? this.#logFrom;
		return this.#play(changes.filter(({ seq }) => seq > this.#base));
	}

	/**
	 * Adds a further page after the list, before the list, or in place of a segment without rows. Returns false if
	 * the page is from another epoch, or too old to be updated from the log.
	 */
	take(page: CallPage, where: 'next' | 'previous' | Segment): boolean {
		const { epoch, seq } = parseCursor(page.cursor);
		if (epoch !== this.#epoch || seq < this.#logFrom) return false;
		const current = this.#current(page, seq);
		const extent = this.extent;
		if (where === 'next') this.#put(extents.append(extent, current));
		else if (where === 'previous') this.#put(extents.prepend(extent, current));
		else this.#put(extents.fill(extent, where, current));
		this.#follow(seq);
		return true;
	}

	/** Replaces the list with its first page. Returns false in the same cases as `take`. */
	restart(page: CallPage): boolean {
		const { epoch, seq } = parseCursor(page.cursor);
		if (epoch !== this.#epoch || seq < this.#logFrom) return false;
		this.extent = extents.begin(this.#current(page, seq), null);
		this.#follow(seq);
		return true;
	}

	/**
	 * Drops the rows of segments outside the indexes `near`, except segments with a call of `kept`. Forgets whole
	 * segments outside the indexes `far`.
	 */
	tidy(
		near: readonly [from: number, to: number],
		far: readonly [from: number, to: number],
		kept: readonly string[],
	): void {
		const lighter = extents.letGo(this.extent, ...near, ({ id }) => kept.includes(id));
		this.extent = extents.trim(lighter, ...far);
	}

	/** Sets the empty space before the first row, in rows. */
	leave(lead: number): void {
		if (lead !== this.extent.lead) this.extent = { ...this.extent, lead };
	}

	/**
	 * Takes the server's counts. After null, the board continues from the last counts and counts each change
	 * itself.
	 */
	told(stats: Pick<Stats, 'byStatus'> | null): void {
		const pending = stats?.byStatus.PENDING ?? 0;
		this.#figures = stats && { total: pending + stats.byStatus.COMPLETED + stats.byStatus.FAILED, pending };
		if (this.#figures && this.#tally) Object.assign(this.#tally, this.#figures);
		this.#publish();
	}

	/**
	 * Inserts the waiting calls. Calls whose neighbors are not loaded keep waiting. Returns false if too many
	 * calls wait, so that the list must be reloaded.
	 */
	release(): boolean {
		if (this.#waiting.isMany) return false;
		const arrived = inOrder(this.#waiting.calls, false);
		this.#waiting.clear();
		this.arriving = few(arrived);
		this.#place(arrived, true);
		this.#publish();
		return true;
	}

	/** Returns true for a call that no longer matches the filters. Its row stays until the next load. */
	isStray(call: Call): boolean {
		return this.view !== null && !matches(call, this.view.query);
	}

	find(id: string): Call | undefined {
		for (const [, call] of extents.loaded(this.extent)) if (call.id === id) return call;
		return undefined;
	}

	/** Returns the page updated with the logged changes after `seq`, at which the server read the page. */
	#current(page: CallPage, seq: number): CallPage {
		const since = this.#log.filter((change) => change.seq > seq);
		if (since.length === 0) return page;
		// Take the tokens from `change`, too: after all calls were cleared, no page follows.
		const { segments, previous, next } = extents.change(extents.begin(page, null), since);
		return { ...page, calls: [...(segments[0]?.rows ?? [])], previousPage: previous, nextPage: next };
	}

	#play(changes: readonly Change[]): boolean {
		const view = this.view;
		if (!view || !this.#tally || changes.length === 0) return true;
		let whole = true;
		this.calm = changes.length <= MOVING_MAX;
		for (const change of changes) {
			whole = this.#tally.count(change) && whole;
			this.#waiting.change(change, (call) => matches(call, view.query));
		}
		// Apply the changes before new calls enter: after all calls were cleared, no page follows, so new calls
		// fit here.
		this.#put(extents.change(this.extent, changes));
		const alive = this.#arrivals(changes);
		// While `held`, no visible row may move. In oldest-first order new calls enter even then, because they go below
		// the loaded rows.
		const enters = !this.held || !this.newestFirst;
		this.arriving = enters ? few(alive) : NONE;
		this.#place(alive, enters);
		this.#publish();
		return whole || this.#figures !== null;
	}

	/**
	 * Inserts the calls if `enters` is true. In newest-first order, calls that are not inserted wait. In
	 * oldest-first order, a page that is loaded later brings them.
	 */
	#place(calls: Call[], enters: boolean): void {
		const outside = enters ? this.#enter(inOrder(calls, false)) : calls;
		if (this.newestFirst) for (const call of outside) this.#waiting.put(call);
	}

	/**
	 * Inserts calls from the changes after `seq`, at which the server read a page. No later page contains these
	 * calls.
	 */
	#follow(seq: number): void {
		this.#place(this.#arrivals(this.#log.filter((change) => change.seq > seq)), true);
		this.#meet();
		if (this.waiting > 0 && this.first && !this.held) this.release();
	}

	/**
	 * Returns the changed calls that match, are neither loaded nor waiting, and belong among or before the loaded
	 * calls. Leaves out calls that a later change in the batch deletes, or makes no longer match.
	 */
	#arrivals(changes: readonly Change[]): Call[] {
		const { query } = this.view!;
		const fresh = changes.flatMap((change) => {
			if (change.type === 'deleted' || change.type === 'cleared') return [];
			const { call, type } = change;
			if (this.#waiting.has(call.id) || !matches(call, query)) return [];
			const isNew = type === 'created' && this.newestFirst;
			return isNew || extents.enter(this.extent, call, this.newestFirst) !== null ? [call] : [];
		});
		if (fresh.length === 0) return fresh;
		const here = extents.placesOf(
			this.extent,
			fresh.map(({ id }) => id),
		);
		const arrived = fresh.filter(({ id }) => !here.has(id));
		return latest(arrived, changes).filter((call) => matches(call, query));
	}

	/**
	 * Inserts calls, which must be sorted oldest first, except calls that a page has already brought. Returns the
	 * calls that belong outside the loaded part.
	 */
	#enter(calls: readonly Call[]): Call[] {
		let extent = this.extent;
		const outside: Call[] = [];
		const here = extents.placesOf(
			extent,
			calls.map(({ id }) => id),
		);
		for (const call of calls) {
			if (here.has(call.id)) continue;
			const entered = extents.enter(extent, call, this.newestFirst);
			if (entered) extent = entered;
			else outside.push(call);
		}
		this.#put(extent);
		return outside;
	}

	#put(extent: Extent): void {
		if (extent === this.extent) return;
		this.extent = extents.hold(this.extent, extent, this.reading);
	}

	/** Removes waiting calls that a page has brought. */
	#meet(): void {
		if (this.#waiting.size === 0) return;
		for (const [, { id }] of extents.loaded(this.extent)) this.#waiting.remove(id);
		this.#publish();
	}

	#publish(): void {
		this.waiting = this.#waiting.size;
		this.waitingMore = this.#waiting.isMore;
		const { total, pending } = this.#figures ?? this.#tally ?? { total: 0, pending: 0 };
		[this.total, this.pending] = [total, pending];
	}
}

export const [getBoard, setBoard] = createContext<Board>();
