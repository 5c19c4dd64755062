import type { Board } from './board.svelte.ts';
import { countOf, leadHolding, type Extent } from './extent.ts';
import { beyond, roomFor, shareAt, type Beyond } from './room.ts';

/**
 * The empty space for rows that are not known: before the first known row (the board's lead) and after the last.
 */
export class Spacer {
	/** The empty space after the last known row, in rows. */
	tail = $state(0);
	#board: Board;
	/** The estimated number of rows before the first known row, minus the lead. */
	#skew = 0;

	/** The length of the list on the page, in rows: the known rows and the empty space around them. */
	readonly length: number = $derived.by(() => this.#board.extent.lead + this.#board.count + this.tail);
	/** The number of rows in the whole list; null if unknown. */
	readonly total: number | null = $derived.by(() => {
		const { extent, view, count, total } = this.#board;
		if (extent.previous === null && extent.next === null) return count;
		return view?.shareBefore === null ? null : Math.max(total, count);
	});
	/** The number of rows before the first known row; null if only an estimate exists. */
	readonly before: number | null = $derived.by(() => {
		const { extent, count } = this.#board;
		if (extent.previous === null) return 0;
		return extent.next === null && this.total !== null ? this.total - count : null;
	});

	constructor(board: Board) {
		this.#board = board;
	}

	/** Returns the position of a row in the whole list, from 1. It may be an estimate. */
	rank(index: number): number {
		return (this.before ?? Math.max(0, Math.round(this.#board.extent.lead + this.#skew))) + index + 1;
	}

	/**
	 * Returns the lead for a list that is shown now, and sets the tail. `share` is the share of the history before
	 * the list. A jump passes the `lead` of its target. After a reload, the returned lead keeps visible rows in
	 * place.
	 */
	leadOf(extent: Extent, share: number | null, rowPx: number, lead: number | null, anew: boolean): number {
		const board = this.#board;
		const guess = (share ?? 0) * board.total;
		const room = this.#roomOf(extent, guess, share, rowPx);
		const held = anew ? leadHolding(board.extent, extent, board.reading) : null;
		const chosen = lead ?? held ?? room.before;
		this.#skew = guess - chosen;
		// Set the tail together with the rows. Otherwise the page is briefly too short, and the browser scrolls.
		this.tail = room.behind;
		return extent.previous === null && held === null ? 0 : chosen;
	}

	/** Corrects the tail. Returns how many rows the caller must add to the lead now; negative to remove rows. */
	correct(rowPx: number, canWait: boolean): number {
		const { extent, view } = this.#board;
		const { lead } = extent;
		const room = this.#roomOf(extent, lead + this.#skew, view?.shareBefore ?? null, rowPx);
		this.tail = room.behind;
		const isWrong = extent.previous === null ? lead !== 0 : Math.abs(room.before - lead) > lead * 0.1;
		const shift = isWrong && !canWait ? room.before - lead : 0;
		this.#skew -= shift;
		return shift;
	}

	/** Returns the share of the history, from 0 to 1, before a row. The row counts from the first known row. */
	shareAt(row: number): number {
		const { extent, count, view, total } = this.#board;
		const thought = beyond(extent, view?.shareBefore === null ? null : total, extent.lead + this.#skew);
		return shareAt(row, count, { before: extent.lead, behind: this.tail }, thought);
	}

	#roomOf(extent: Extent, guess: number, share: number | null, rowPx: number): Beyond {
		const { total } = this.#board;
		return roomFor(beyond(extent, share === null ? null : total, guess), countOf(extent), rowPx);
	}
}
