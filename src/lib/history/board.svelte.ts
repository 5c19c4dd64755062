import { createContext } from 'svelte';
import type { Call, CallsView, Change } from '#contract';
import { place } from '#contract/cursor.ts';
import { matches } from './matches.ts';
import { byId, drop, few, inOrder, latest, MOVING_MAX, NONE } from './rows.ts';
import { Tally } from './tally.ts';

/** The most rows that stay on the screen. */
const ROWS_MAX = 100;
/** The most changes that are kept for a view that was read before them. */
const LOG_MAX = 5_000;

/** The calls on the screen. Page, push, sync and reconnect all go through `apply`; the newest seq of a call wins. */
export class Board {
	view = $state.raw<CallsView | null>(null);
	rows = $state.raw<readonly Call[]>([]);
	/** New calls that match and wait, newest first, because the reader is elsewhere. */
	waiting = $state.raw<readonly Call[]>([]);
	total = $state(0);
	pending = $state(0);
	/** Rows fell off the end, so the next page begins too late. */
	trimmed = $state(false);
	/** The reader has scrolled away or is busy with a row: nothing may move. */
	held = $state(false);

	/** Arrived with the last few, so their rows slide in. */
	arriving: ReadonlySet<string> = NONE;
	/** The last changes were few, so their rows flash. */
	calm = true;

	readonly first = $derived(this.view?.page.previousPage === null);
	readonly newestFirst = $derived(this.view?.query.order !== 'oldest');

	#tally: Tally | null = null;
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
		this.view = view;
		this.rows = view.page.calls;
		this.waiting = [];
		this.arriving = NONE;
		this.trimmed = false;
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

	/** Takes changes in the order of their commits. False: the list has to be loaded anew. */
	apply(changes: readonly Change[]): boolean {
		this.#log.push(...changes);
		const extra = this.#log.length - LOG_MAX;
		if (extra > 0) this.#logFrom = this.#log.splice(0, extra).at(-1)?.seq ?? this.#logFrom;
		return this.#play(changes.filter(({ seq }) => seq > this.#base));
	}

	/** Lets the waiting calls in. */
	release(): void {
		const arrived = this.waiting;
		this.waiting = [];
		this.arriving = few(arrived);
		this.#put([...arrived, ...this.rows]);
	}

	/** True for a row that stays only until the next load. */
	isStray(call: Call): boolean {
		return this.view !== null && !matches(call, this.view.query);
	}

	#play(changes: readonly Change[]): boolean {
		const view = this.view;
		if (!view || !this.#tally || changes.length === 0) return true;
		let whole = true;
		this.calm = changes.length <= MOVING_MAX;
		const rows = byId(this.rows);
		const waiting = byId(this.waiting);
		const arrived: Call[] = [];
		for (const change of changes) {
			whole = this.#tally.count(change) && whole;
			if (change.type === 'deleted' || change.type === 'cleared') {
				for (const list of [rows, waiting]) drop(list, change);
				continue;
			}
			const { call } = change;
			const list = rows.has(call.id) ? rows : waiting.has(call.id) ? waiting : null;
			if (list) {
				if ((list.get(call.id)?.seq ?? 0) < call.seq) list.set(call.id, call);
			} else if (matches(call, view.query) && this.#isOfThisPage(change.type === 'created', call)) arrived.push(call);
		}
		// What was deleted in the same breath never arrives.
		const alive = latest(arrived, changes);
		const enters = !this.held && (this.newestFirst ? this.first : true);
		this.arriving = enters ? few(alive) : NONE;
		this.waiting = inOrder([...(enters ? [] : alive), ...waiting.values()], true);
		this.#put([...(enters ? alive : []), ...rows.values()]);
		this.#publish();
		return whole;
	}

	/** Whether a call that is not on the screen would be if the page were loaded now, or would stand before it. */
	#isOfThisPage(created: boolean, call: Call): boolean {
		const page = this.view?.page;
		if (!this.newestFirst) return created && page?.nextPage === null;
		if (created) return true;
		const last = this.rows.at(-1);
		return this.first && (page?.nextPage === null || (last !== undefined && call.createdAt >= last.createdAt));
	}

	#put(calls: Call[]): void {
		const rows = inOrder(calls, this.newestFirst);
		if (rows.length > ROWS_MAX) this.trimmed = true;
		this.rows = rows.slice(0, ROWS_MAX);
	}

	#publish(): void {
		this.total = this.#tally?.total ?? 0;
		this.pending = this.#tally?.pending ?? 0;
	}
}

export const [getBoard, setBoard] = createContext<Board>();
