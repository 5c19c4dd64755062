import type { CallPage } from '#contract';
import { saidWhat, type Reply } from '#lib/api/api.ts';
import type { Board } from './board.svelte.ts';
import { AHEAD_MAX, wanted } from './wants.ts';

/**
 * Distances from the reader in rows. Beyond `KEPT`, rows are dropped; beyond `KNOWN`, whole segments are
 * forgotten.
 */
const KEPT = AHEAD_MAX + 200;
const KNOWN = 25_000;
/** If new calls make the first page longer than this while its beginning is visible, the page is loaded again. */
const LONG = 600;

/** What the loader needs from the reader and the page. */
export interface Needs {
	/** Reads a page of the current list; the first page for null. */
	page(token: string | null): Promise<Reply<CallPage>>;
	/** Reloads the list at the reader's position. */
	reload(): Promise<unknown>;
	/** Returns whether the list is on the screen. A list that was left needs no loading. */
	active(): boolean;
	/** Returns the rows on the screen, counted from the first known row. Both may lie outside the known rows. */
	seen(): readonly [from: number, to: number];
	/** Returns whether the reader scrolls down, or last did. */
	down(): boolean;
	/** The scroll speed, in rows per millisecond. */
	speed(): number;
	/** The ids of the calls whose rows stay loaded at any distance from the reader. */
	kept(): readonly string[];
	/**
	 * Returns whether loading can continue from the known rows; false if the reader is so far outside these rows
	 * that the list jumps.
	 */
	isNear(): boolean;
	/** Called after a page was added. */
	loaded(): void;
}

/** Loads pages around the reader ahead of time, one at a time, and drops distant rows. */
export class Loader {
	/** Why the last page failed to load; null if it did not. */
	failure = $state<string | null>(null);
	loading = false;
	#board: Board;
	#needs: Needs;

	constructor(board: Board, needs: Needs) {
		this.#board = board;
		this.#needs = needs;
	}

	/** Loads all missing pages. Returns false if a load is already under way or the last load failed. */
	async load(): Promise<boolean> {
		if (this.loading || this.failure !== null) return false;
		this.loading = true;
		try {
			while (this.#needs.active() && this.#needs.isNear() && (await this.#loadOne()));
		} finally {
			this.loading = false;
		}
		return true;
	}

	async #loadOne(): Promise<boolean> {
		const { view, extent } = this.#board;
		const seen = this.#needs.seen();
		const restarts = extent.previous === null && seen[0] <= 0 && (extent.segments[0]?.rows?.length ?? 0) > LONG;
		const want = restarts ? null : wanted(extent, seen, this.#needs.down(), this.#needs.speed());
		if (!want && !restarts) return false;
		const { ok, problem } = await this.#needs.page(want?.token ?? null);
		if (!this.#needs.active()) return false;
		if (this.#board.view !== view) return true;
		if (problem) {
			this.failure = saidWhat(problem);
			return false;
		}
		const taken = want ? this.#board.take(ok, want.where) : this.#board.restart(ok);
		if (!taken) {
			await this.#needs.reload();
			// Continue, because `load` returned early for the new list while this load was still under way.
			return true;
		}
		this.#tidy();
		this.#needs.loaded();
		return true;
	}

	/** Drops rows far from the reader. */
	#tidy(): void {
		// For a reader outside the known rows, measure from the nearest known row.
		const { count } = this.#board;
		const [from, to] = this.#needs.seen().map((at) => Math.min(Math.max(at, 0), count)) as [number, number];
		const far = Math.max(KEPT, to - from);
		this.#board.tidy([from - far, to + far], [from - KNOWN, to + KNOWN], this.#needs.kept());
	}
}
