import { createContext } from 'svelte';
import type { Call, CallPage, CallsView, Change, Stats } from '#contract';
import { place } from '#contract/cursor.ts';
import * as extents from './extent.ts';
import type { Extent, Segment } from './extent.ts';
import { matches } from './matches.ts';
import { few, inOrder, latest, MOVING_MAX, NONE } from './rows.ts';
import { Tally } from './tally.ts';
import { Waiting } from './waiting.ts';

/** The most changes that are kept for a page that was read before them. */
const LOG_MAX = 5_000;

/** The calls that are here. Page, push, sync and reconnect all go through `apply`; the newest seq of a call wins. */
export class Board {
	view = $state.raw<CallsView | null>(null);
	/** The stretch of the list that is known. */
	extent = $state.raw<Extent>(extents.NOTHING);
	/** How many new calls match and wait, because the reader is elsewhere. */
	waiting = $state(0);
	/** And more, which are not counted. */
	waitingMore = $state(false);
	total = $state(0);
	pending = $state(0);
	/** The reader has scrolled away or is busy with a row: nothing may move. */
	held = $state(false);

	/** Arrived with the last few, so their rows slide in. */
	arriving: ReadonlySet<string> = NONE;
	/** The last changes were few, so their rows flash. */
	calm = true;
	/** The calls that are being read, in order: the first of them that stays keeps its place on the screen. */
	reading: readonly string[] = [];
	/** The page that is shown next is the same list, loaded anew where the reader is. */
	again = false;
	/** How much room a page that is shown now leaves before its first row. */
	leadOf: (extent: Extent, shareBefore: number | null) => number = () => 0;
	/** Where a list that is loaded anew begins, as the address says it; undefined where the address says it already. */
	placeOf: () => string | null | undefined = () => undefined;

	readonly count = $derived(extents.countOf(this.extent));
	readonly first = $derived(this.extent.previous === null);
	readonly newestFirst = $derived(this.view?.query.order !== 'oldest');

	#waiting = new Waiting();
	#tally: Tally | null = null;
	/** What the server counts, while it tells. */
	#figures: { total: number; pending: number } | null = null;
	#base = 0;
	#epoch = '';
	#log: Change[] = [];
	#logFrom = 0;

	/** Shows a page as it was loaded, brought up to what the feed has told since. False: that can no longer be done. */
	show(view: CallsView): boolean {
		const { epoch, seq } = place(view.page.cursor);
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

	/** Nobody shows the calls, and what came before `cursor` is not known: a view from before it is too old. */
	forget(cursor: string): void {
		const { epoch, seq } = place(cursor);
		this.#epoch = epoch;
		this.#log = [];
		this.#logFrom = seq;
	}

	/** Nobody shows the calls any more. What the feed tells is kept for the view that comes next. */
	close(): void {
		this.view = null;
		this.extent = extents.NOTHING;
		this.#waiting.clear();
		this.#publish();
	}

	/** Takes changes in the order of their commits. False: the list has to be loaded anew. */
	apply(changes: readonly Change[]): boolean {
		for (const change of changes) this.#log.push(change);
		const extra = this.#log.length - LOG_MAX;
		if (extra > 0) this.#logFrom = this.#log.splice(0, extra).at(-1)?.seq ?? this.#logFrom;
		return this.#play(changes.filter(({ seq }) => seq > this.#base));
	}

	/** A further page, where it was asked for: behind, before, or again. False: it is of another life, or too old. */
	take(page: CallPage, where: 'next' | 'previous' | Segment): boolean {
		const { epoch, seq } = place(page.cursor);
		if (epoch !== this.#epoch || seq < this.#logFrom) return false;
		const current = this.#current(page, seq);
		const extent = this.extent;
		if (where === 'next') this.#put(extents.append(extent, current));
		else if (where === 'previous') this.#put(extents.prepend(extent, current));
		else this.#put(extents.fill(extent, where, current));
		this.#follow(seq);
		return true;
	}

	/** The list's first page in place of what is here. False: as with `take`. */
	restart(page: CallPage): boolean {
		const { epoch, seq } = place(page.cursor);
		if (epoch !== this.#epoch || seq < this.#logFrom) return false;
		this.extent = extents.begin(this.#current(page, seq), null);
		this.#follow(seq);
		return true;
	}

	/** Rows far from these places are let go, but for `kept`; what is farther still is forgotten. */
	tidy(
		near: readonly [from: number, to: number],
		far: readonly [from: number, to: number],
		kept: readonly string[],
	): void {
		const lighter = extents.letGo(this.extent, ...near, ({ id }) => kept.includes(id));
		this.extent = extents.trim(lighter, ...far);
	}

	/** Makes other room before the first row. */
	leave(lead: number): void {
		if (lead !== this.extent.lead) this.extent = { ...this.extent, lead };
	}

	/** The server's figures count; without them (null) what the feed tells is counted on from the last ones. */
	told(stats: Pick<Stats, 'byStatus'> | null): void {
		const pending = stats?.byStatus.PENDING ?? 0;
		this.#figures = stats && { total: pending + stats.byStatus.COMPLETED + stats.byStatus.FAILED, pending };
		if (this.#figures && this.#tally) Object.assign(this.#tally, this.#figures);
		this.#publish();
	}

	/**
	 * Lets the waiting calls in, but for those whose neighbours are not here: they wait until these are. False: they are too
	 * many, and the list has to be loaded anew.
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

	/** True for a row that stays only until the next load. */
	isStray(call: Call): boolean {
		return this.view !== null && !matches(call, this.view.query);
	}

	find(id: string): Call | undefined {
		for (const [, call] of extents.loaded(this.extent)) if (call.id === id) return call;
		return undefined;
	}

	/** A page brought up to what the feed has told since it was read. */
	#current(page: CallPage, seq: number): CallPage {
		const since = this.#log.filter((change) => change.seq > seq);
		if (since.length === 0) return page;
		// After a clear of all nothing is beyond it either.
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
		// First of all: after a clear nothing is beyond what is here, and what was made since belongs here.
		this.#put(extents.change(this.extent, changes));
		const alive = this.#arrivals(changes);
		// Oldest first, what is new stands behind all that is read, and moves nothing.
		const enters = !this.held || !this.newestFirst;
		this.arriving = enters ? few(alive) : NONE;
		this.#place(alive, enters);
		this.#publish();
		return whole || this.#figures !== null;
	}

	/** Lets calls in where they belong. Where the list's beginning is not here, what belongs there waits all the same. */
	#place(calls: Call[], enters: boolean): void {
		const outside = enters ? this.#enter(inOrder(calls, false)) : calls;
		if (this.newestFirst) for (const call of outside) this.#waiting.put(call);
	}

	/** What was told before a page came, and after it was read, may belong where it stands: no page brings it any more. */
	#follow(seq: number): void {
		this.#place(this.#arrivals(this.#log.filter((change) => change.seq > seq)), true);
		this.#meet();
		if (this.waiting > 0 && this.first && !this.held) this.release();
	}

	/**
	 * Calls that are not here and match, and would stand among those that are here, or before them. What was deleted in the
	 * same breath, or matches no more, never arrives.
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

	/** Puts calls, oldest first, where they belong, but for those that a page has brought; answers those that belong outside. */
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

	/** A page may have brought calls that wait. */
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
