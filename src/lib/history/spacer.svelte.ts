import type { Board } from './board.svelte.ts';
import { countOf, leadHolding, type Extent } from './extent.ts';
import { beyond, roomFor, shareAt, type Beyond } from './room.ts';

/** The room for what is not known: before the first row that is (the board's lead), and behind the last. */
export class Spacer {
	/** Room for rows behind the last that is known. */
	tail = $state(0);
	#board: Board;
	/** How many more rows are thought to stand before the first than it has room for. */
	#skew = 0;

	/** All rows that there is room for. */
	readonly length: number = $derived.by(() => this.#board.extent.lead + this.#board.count + this.tail);
	/** How many rows the whole list has; null where that is not known. */
	readonly total: number | null = $derived.by(() => {
		const { extent, view, count, total } = this.#board;
		if (extent.previous === null && extent.next === null) return count;
		return view?.shareBefore === null ? null : Math.max(total, count);
	});
	/** How many rows stand before the first that is known; null where that is thought, not known. */
	readonly before: number | null = $derived.by(() => {
		const { extent, count } = this.#board;
		if (extent.previous === null) return 0;
		return extent.next === null && this.total !== null ? this.total - count : null;
	});

	constructor(board: Board) {
		this.#board = board;
	}

	/** The place of a row in the whole list, from one; as far as it is known. */
	rank(index: number): number {
		return (this.before ?? Math.max(0, Math.round(this.#board.extent.lead + this.#skew))) + index + 1;
	}

	/**
	 * The room before a list that is shown now, before which that share of the history stands: `lead` where a jump has
	 * chosen it; the one with which what is read keeps its place where the same list is loaded anew.
	 */
	leadOf(extent: Extent, share: number | null, rowPx: number, lead: number | null, anew: boolean): number {
		const board = this.#board;
		const guess = (share ?? 0) * board.total;
		const room = this.#roomOf(extent, guess, share, rowPx);
		const held = anew ? leadHolding(board.extent, extent, board.reading) : null;
		const chosen = lead ?? held ?? room.before;
		this.#skew = guess - chosen;
		// With the rows: where the page were too short for a moment, the browser would scroll it.
		this.tail = room.behind;
		return extent.previous === null && held === null ? 0 : chosen;
	}

	/** Gives the room behind its right size, and answers by how many rows the one before is to grow now. */
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

	/** Which share of the history stands before a row that is in the room around what is known. */
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
