import type { CallPage } from '#contract';
import { saidWhat, type Reply } from '#lib/api/api.ts';
import type { Board } from './board.svelte.ts';
import { AHEAD_MAX, wanted } from './wants.ts';

/** Rows farther than this are let go; what is farther still is forgotten. */
const KEPT = AHEAD_MAX + 200;
const KNOWN = 25_000;
/** A first page that has grown to this while it was watched is read anew. */
const LONG = 600;

/** What the loader needs of the reader and of the page around. */
export interface Needs {
	/** A page of the list that is shown. */
	page(token: string | null): Promise<Reply<CallPage>>;
	/** Loads the list anew from where the reader is. */
	reload(): Promise<unknown>;
	/** The list is on the screen: nothing is to be done for one that was left. */
	active(): boolean;
	/** The rows on the screen, counted from the first that is known; both may be beyond. */
	seen(): readonly [from: number, to: number];
	/** The reader moves down, or did when last on the move. */
	down(): boolean;
	/** How fast, in rows a millisecond. */
	speed(): number;
	/** The calls whose rows stay, wherever they are. */
	kept(): readonly string[];
	/** Whether the reader is where pages are read on; not after a jump. */
	isNear(): boolean;
	/** A page has come. */
	loaded(): void;
}

/** Asks for the pages around the reader before they are needed, one after the other, and lets go what is far. */
export class Loader {
	/** Why further calls did not come. */
	failure = $state<string | null>(null);
	loading = false;
	#board: Board;
	#needs: Needs;

	constructor(board: Board, needs: Needs) {
		this.#board = board;
		this.#needs = needs;
	}

	/** Asks for what is missing. False: that is being done already, or it did not come. */
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
			// Nobody else looks at the list that has come: this was still under way.
			return true;
		}
		this.#tidy();
		this.#needs.loaded();
		return true;
	}

	/** Lets go what is far from the reader. */
	#tidy(): void {
		// Where the reader is beyond what is known, its edge is read on from.
		const { count } = this.#board;
		const [from, to] = this.#needs.seen().map((at) => Math.min(Math.max(at, 0), count)) as [number, number];
		const far = Math.max(KEPT, to - from);
		this.#board.tidy([from - far, to + far], [from - KNOWN, to + KNOWN], this.#needs.kept());
	}
}
