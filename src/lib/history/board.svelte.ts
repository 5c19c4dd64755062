import { createContext } from 'svelte';
import type { Call, CallPage, CallsView, Change, Stats } from '#contract';
import { parseCursor } from '#contract/cursor.ts';
import * as extents from './extent.ts';
import type { Extent, Segment } from './extent.ts';
import { matches } from './matches.ts';
import { few, inOrder, latest, MOVING_MAX, NONE } from './rows.ts';
import { Tally } from './tally.ts';
import { Waiting } from './waiting.ts';

/** The most changes kept for pages that were read before them. */
const LOG_MAX = 5_000;

/** The loaded calls. All changes, from push, sync and reconnect, go through `apply`; the newest seq of a call wins. */
export class Board {
	view = $state.raw<CallsView | null>(null);
	/** The known part of the list. */
	extent = $state.raw<Extent>(extents.NOTHING);
	/** How many new calls match and wait, because the reader has scrolled away. */
	waiting = $state(0);
	/** True if more calls wait than are counted. */
	waitingMore = $state(false);
	total = $state(0);
	pending = $state(0);
	/** The reader has scrolled away or uses a row's menu, so nothing may move. */
	held = $state(false);

	/** Ids from the last small batch of arrivals, whose rows slide in. */
	arriving: ReadonlySet<string> = NONE;
	/** The last batch of changes was small, so changed rows flash. */
	calm = true;
	/** The visible calls, in order. The first of them that remains keeps its place on the screen. */
	reading: readonly string[] = [];
	/** The next page shown is a reload of the same list at the reader's place. */
	again = false;
	/** Returns the room in rows before the first row of a page that is shown now. */
	leadOf: (extent: Extent, shareBefore: number | null) => number = () => 0;
	/** Returns the `at` of the address for a reload. Undefined if the address already holds the place. */
	placeOf: () => string | null | undefined = () => undefined;

	readonly count = $derived(extents.countOf(this.extent));
	readonly first = $derived(this.extent.previous === null);
	readonly newestFirst = $derived(this.view?.query.order !== 'oldest');

	#waiting = new Waiting();
	#tally: Tally | null = null;
	/** The server's counts, while it sends them. */
	#figures: { total: number; pending: number } | null = null;
	#base = 0;
	#epoch = '';
	#log: Change[] = [];
	#logFrom = 0;

	/**
	 * Shows a loaded page, updated with the changes received since. Returns false if some of those are no longer known.
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

	/** Drops the changes up to `cursor`, while no list is shown. A view from before it is then too old. */
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

	/** Applies changes in commit order. Returns false if the list must be reloaded. */
	apply(changes: readonly Change[]): boolean {
		for (const change of changes) this.#log.push(change);
		const extra = this.#log.length - LOG_MAX;
		if (extra > 0) this.#logFrom = this.#log.splice(0, extra).at(-1)?.seq ?? this.#logFrom;
		return this.#play(changes.filter(({ seq }) => seq > this.#base));
	}

	/**
	 * Adds a further page where it was requested: after, before, or in place of a segment. Returns false if the page is
	 * from another epoch or too old.
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

	/** Replaces the list by its first page. Returns false like `take`. */
	restart(page: CallPage): boolean {
		const { epoch, seq } = parseCursor(page.cursor);
		if (epoch !== this.#epoch || seq < this.#logFrom) return false;
		this.extent = extents.begin(this.#current(page, seq), null);
		this.#follow(seq);
		return true;
	}

	/** Drops rows far from these places, except for `kept`, and forgets segments that are even farther. */
	tidy(
		near: readonly [from: number, to: number],
		far: readonly [from: number, to: number],
		kept: readonly string[],
	): void {
		const lighter = extents.letGo(this.extent, ...near, ({ id }) => kept.includes(id));
		this.extent = extents.trim(lighter, ...far);
	}

	/** Changes the room before the first row. */
	leave(lead: number): void {
		if (lead !== this.extent.lead) this.extent = { ...this.extent, lead };
	}

	/** Takes the server's counts. Without them (null), changes are counted on from the last ones. */
	told(stats: Pick<Stats, 'byStatus'> | null): void {
		const pending = stats?.byStatus.PENDING ?? 0;
		this.#figures = stats && { total: pending + stats.byStatus.COMPLETED + stats.byStatus.FAILED, pending };
		if (this.#figures && this.#tally) Object.assign(this.#tally, this.#figures);
		this.#publish();
	}

	/**
	 * Inserts the waiting calls. Those whose neighbors are not loaded keep waiting. Returns false if there are too many
	 * and the list must be reloaded.
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

	/** Returns true for a row that no longer matches, and stays only until the next load. */
	isStray(call: Call): boolean {
		return this.view !== null && !matches(call, this.view.query);
	}

	find(id: string): Call | undefined {
		for (const [, call] of extents.loaded(this.extent)) if (call.id === id) return call;
		return undefined;
	}

	/** Returns a page updated with the changes received since it was read. */
	#current(page: CallPage, seq: number): CallPage {
		const since = this.#log.filter((change) => change.seq > seq);
		if (since.length === 0) return page;
		// After a clear of everything, nothing follows this page either.
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
		// Apply changes first: after a clear nothing lies beyond the loaded rows, so newer calls belong here.
		this.#put(extents.change(this.extent, changes));
		const alive = this.#arrivals(changes);
		// In oldest-first order new calls appear after everything read, and move nothing.
		const enters = !this.held || !this.newestFirst;
		this.arriving = enters ? few(alive) : NONE;
		this.#place(alive, enters);
		this.#publish();
		return whole || this.#figures !== null;
	}

	/** Inserts calls in their places. A call that belongs before the loaded part waits in any case. */
	#place(calls: Call[], enters: boolean): void {
		const outside = enters ? this.#enter(inOrder(calls, false)) : calls;
		if (this.newestFirst) for (const call of outside) this.#waiting.put(call);
	}

	/** Changes received after the page was read may add calls to it. No later page will contain them. */
	#follow(seq: number): void {
		this.#place(this.#arrivals(this.#log.filter((change) => change.seq > seq)), true);
		this.#meet();
		if (this.waiting > 0 && this.first && !this.held) this.release();
	}

	/**
	 * Returns calls that match, are not loaded, and belong among or before the loaded ones. Leaves out calls that a
	 * later change in the batch deletes, or makes no longer match.
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
	 * Inserts calls, given oldest first, unless a page has already brought them. Returns those that belong outside the
	 * loaded part.
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
