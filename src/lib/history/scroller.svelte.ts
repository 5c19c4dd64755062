import { flushSync, tick } from 'svelte';
import type { Call, CallPage } from '#contract';
import type { Reply } from '#lib/api/api.ts';
import type { Board } from './board.svelte.ts';
import { between, placesOf } from './extent.ts';
import { Jumps, type Goal } from './jumps.ts';
import { rowOf } from './keys.ts';
import { Loader } from './loader.svelte.ts';
import { Spacer } from './spacer.svelte.ts';
import { Viewport } from './viewport.ts';

/** What the scroller needs from the page. */
interface Around {
	/** Reads a page of the current list; the first page for null. */
	page(token: string | null): Promise<Reply<CallPage>>;
	/** Shows the list from the position `at`: `end`, a share of the history, or null for the list's beginning. */
	go(at: string | null): Promise<void>;
	/** Reloads the list at the reader's position. */
	reload(): Promise<unknown>;
	/** Returns a promise that resolves once the current navigation is over; null if no navigation is under way. */
	navigation(): Promise<void> | null;
	/** Receives the call at the top of the screen when the reader comes to rest; null at the list's beginning. */
	rests(id: string | null): void;
}

/** After this long without a scroll event, the reader has come to rest. */
const REST_MS = 150;
const FRAME_MS = 1000 / 60;
/** The number of rows rendered on each side of the screen. `ROWS_MAX` limits all rendered rows. */
const AROUND = 24;
const ROWS_MAX = 180;
/** The number of rows rendered on a side of the screen that a fast scroll leaves unseen. */
const LEAST = 4;
/**
 * If the reader is more rows than this outside the known rows, the list jumps there and skips the rows between.
 */
const JUMP = 1_000;

/**
 * Endless scrolling: renders only the rows on the screen and some around them, at computed positions. Loads pages
 * as the reader scrolls, and keeps visible rows in place.
 */
export class Scroller {
	/** False on the server and until hydration. Until then, all rows of the page are rendered. */
	active = $state(false);
	/** The ids of the call whose row has the focus and of the call whose menu is open. Both rows stay rendered. */
	focused = $state<string | null>(null);
	menuFor = $state<string | null>(null);

	readonly spacer: Spacer;
	readonly loader: Loader;
	readonly viewport = new Viewport();

	#from = $state(0);
	#to = $state(ROWS_MAX);
	#board: Board;
	#around: Around;
	#jumps: Jumps;
	/** The rows on the screen, counted from the first known row. Both numbers may lie outside the known rows. */
	#seen: readonly [from: number, to: number] = [0, 1];
	/**
	 * The ids of the visible calls, and the pixels from the sticky elements down to the first of their rows. No
	 * ids while the top of the list is in sight.
	 */
	#read: { ids: readonly string[]; offset: number } = { ids: [], offset: 0 };
	#down = true;
	/**
	 * The scroll speed in rows per millisecond, the rows that the last scroll event moved, and the time of that
	 * event.
	 */
	#speed = 0;
	#stride = 0;
	#lookedAt = 0;
	#moving = false;
	#resting: ReturnType<typeof setTimeout> | undefined;
	/**
	 * The call that was at the top of the screen when the list was shown. The address already has its position.
	 */
	#placed: string | null = null;

	readonly rows: readonly { index: number; call: Call }[] = $derived.by(() => {
		const { extent } = this.#board;
		const shown = between(extent, this.#from, this.#to);
		const away = this.#kept.filter((id) => !shown.some(({ call }) => call.id === id));
		if (away.length === 0) return shown;
		const kept = between(extent, 0, Infinity).filter(({ call }) => away.includes(call.id));
		// Keep list order: an element that moves within the document loses its focus.
		return [...shown, ...kept].sort((one, other) => one.index - other.index);
	});

	constructor(board: Board, around: Around) {
		this.#board = board;
		this.#around = around;
		this.spacer = new Spacer(board);
		this.#jumps = new Jumps(around.go, () => board.again);
		this.loader = new Loader(board, {
			page: around.page,
			reload: around.reload,
			active: () => this.active,
			seen: () => this.#seen,
			down: () => this.#down,
			speed: () => this.#speed,
			kept: () => this.#kept,
			isNear: () => !this.#hasJumped(),
			loaded: () => this.#makeRoom(),
		});
	}

	/** Starts to follow the reader and to load pages. Returns a function that stops this and drops the list. */
	start(): () => void {
		const { view, extent } = this.#board;
		const board = this.#board;
		this.active = true;
		board.leadOf = (shown, share) => {
			const { goal } = this.#jumps;
			const lead = goal?.to === 'share' ? goal.lead : null;
			return this.spacer.leadOf(shown, share, this.viewport.rowPx, lead, board.again && !goal);
		};
		board.placeOf = () => {
			const { goal } = this.#jumps;
			return goal ? goal.at : board.reading.find((id) => board.find(id));
		};
		if (view) board.leave(board.leadOf(extent, view.shareBefore));
		const listening = new AbortController();
		const on = { signal: listening.signal, passive: true };
		addEventListener('scroll', () => this.#scrolled(), on);
		// Notice a scroll before its first scroll event: a scroll by the list itself would end the reader's scroll.
		for (const begins of ['wheel', 'keydown', 'touchmove']) addEventListener(begins, () => this.#moves(), on);
		addEventListener('resize', () => this.#resized(), on);
		this.viewport.y = scrollY;
		return () => {
			listening.abort();
			clearTimeout(this.#resting);
			this.viewport.release();
			board.leadOf = () => 0;
			board.placeOf = () => undefined;
			board.again = false;
			board.close();
			this.active = false;
		};
	}

	/** Attaches the element that holds the rows. */
	readonly attach = (body: HTMLElement): (() => void) => {
		this.viewport.holds(body);
		// Content above the list may grow, and rows may fold into several lines. Keep the visible rows in place.
		const sizes = new ResizeObserver(() => this.#resized());
		sizes.observe(body);
		sizes.observe(document.body);
		const listening = new AbortController();
		body.addEventListener('focusin', ({ target }) => (this.focused = rowOf(target)), listening);
		// Defer: removing a focused row fires this event during rendering.
		const left = (): void => queueMicrotask(() => (this.focused = rowOf(document.activeElement)));
		body.addEventListener('focusout', left, listening);
		return () => {
			sizes.disconnect();
			listening.abort();
			this.viewport.holds(null);
		};
	};

	/**
	 * Scrolls to the right position. Call this when the board shows another view; `at` is the address's parameter.
	 */
	async shown(at: string | null): Promise<void> {
		await tick();
		if (!this.active) return;
		const { viewport } = this;
		const goal = this.#jumps.land();
		const { again, view } = this.#board;
		const read = this.#read;
		this.loader.failure = null;
		this.#board.again = false;
		this.#makeRoom();
		if (goal?.to === 'start') viewport.scrollTo(0);
		else if (goal?.to === 'share') viewport.scrollTo(viewport.y);
		else if (again) this.#toRead(read);
		else if (goal?.to === 'end' || at === 'end') viewport.scrollTo(viewport.bottom);
		else if (view?.query.page !== undefined || viewport.edge() < 0) this.#toRow(0, 0);
		this.#measure();
		// The address already has this position. Only a share of the history is imprecise: a call's id replaces it.
		this.#placed = goal?.to === 'share' ? null : this.#topmost;
		this.#rest();
	}

	/**
	 * Call this when rows were added or removed. Measures again, because the indexes of visible rows have shifted.
	 */
	async changed(): Promise<void> {
		await tick();
		if (this.loader.loading || !this.active) return;
		this.#makeRoom();
		void this.#load();
	}

	/**
	 * Corrects the empty space after rows changed. Await this before a smooth scroll, which the correction would
	 * end.
	 */
	async settle(): Promise<void> {
		await tick();
		this.#makeRoom();
	}

	/**
	 * Shows the list's beginning. With `isReload`, loads it even if it is loaded, because newer calls are missing.
	 */
	async toStart(isReload = false): Promise<void> {
		const isHere = this.#board.first && !isReload;
		if (isHere && this.focused !== null) await this.focusRow(0);
		else if (isHere) this.viewport.scrollTo(0);
		else await this.#jump({ to: 'start', at: null });
	}

	async toEnd(): Promise<void> {
		const { extent, count } = this.#board;
		const isHere = extent.next === null && between(extent, count - 1, count).length === 1;
		if (isHere && this.focused !== null) await this.focusRow(count - 1);
		else if (isHere) this.viewport.scrollTo(this.viewport.bottom);
		else await this.#jump({ to: 'end', at: 'end' });
	}

	/**
	 * Scrolls to a loaded row and focuses its button. An index outside the known rows means the nearest known row.
	 */
	async focusRow(index: number): Promise<void> {
		const { extent, count } = this.#board;
		const { body, rowPx, head } = this.viewport;
		const at = Math.min(Math.max(index, 0), count - 1);
		const [row] = between(extent, at, at + 1);
		if (!row || !body) return;
		this.focused = row.call.id;
		const top = this.viewport.edge() + (extent.lead + at) * rowPx;
		const room = innerHeight - head - rowPx;
		if (top < 0 || top > room) this.#toRow(at, top < 0 ? 0 : room);
		this.#look();
		await tick();
		body.querySelector<HTMLElement>(`[data-call="${row.call.id}"] button`)?.focus({ preventScroll: true });
	}

	/** Retries a failed load. */
	retry(): void {
		this.loader.failure = null;
		void this.#load();
	}

	async #jump(goal: Goal): Promise<void> {
		// Wait, because a jump would cancel a navigation that is under way.
		await this.#around.navigation();
		if (this.#jumps.active || !this.active) return;
		const walks = this.focused !== null && goal.to !== 'share';
		try {
			await this.#jumps.to(goal);
		} finally {
			this.#look();
		}
		// The row that had the focus no longer exists, so focus a row at the jump's target.
		if (walks) await this.focusRow(goal.to === 'end' ? this.#board.count - 1 : 0);
	}

	/** Starts a jump and returns true if the reader is far outside the known rows. */
	#hasJumped(): boolean {
		const { extent, count, view } = this.#board;
		const [from, to] = this.#seen;
		const isFar = (extent.previous !== null && to < -JUMP) || (extent.next !== null && from > count + JUMP);
		if (!isFar || view?.shareBefore === null) return false;
		const navigation = this.#around.navigation();
		// Check again after the navigation: its list may have rows here, or the reader may have left this list.
		if (navigation) void navigation.then(() => this.active && this.#look());
		else void this.#jump({ to: 'share', at: this.spacer.shareAt(from).toFixed(6), lead: extent.lead + from });
		return true;
	}

	/** The ids of the calls whose rows stay rendered. */
	get #kept(): readonly string[] {
		return [this.focused, this.menuFor].filter((id) => id !== null);
	}

	#toRow(index: number, offset: number): void {
		this.viewport.scrollToRow(this.#board.extent.lead + index, offset);
	}

	/** Scrolls so that the first of the visible calls that is still loaded keeps its position on the screen. */
	#toRead({ ids, offset }: { ids: readonly string[]; offset: number }): void {
		const here = placesOf(this.#board.extent, ids);
		const i = ids.findIndex((id) => here.has(id));
		if (i >= 0) this.#toRow(here.get(ids[i]!)!, offset + i * this.viewport.rowPx);
	}

	#scrolled(): void {
		this.#travel((scrollY - this.viewport.y) / this.viewport.rowPx);
		this.#moves();
		this.#look();
	}

	/** Records a scroll by this many rows; negative is up. */
	#travel(rows: number): void {
		const now = performance.now();
		this.#down = rows >= 0;
		this.#stride = Math.abs(rows);
		this.#speed = this.#stride / Math.max(FRAME_MS, now - this.#lookedAt);
		this.#lookedAt = now;
	}

	#moves(): void {
		this.#moving = true;
		clearTimeout(this.#resting);
		this.#resting = setTimeout(() => this.#rest(), REST_MS);
	}

	#resized(): void {
		this.viewport.resized(this.#board.extent.lead + this.#seen[0]);
		if (this.viewport.body) this.#look();
	}

	/** Measures the visible rows, and loads what is missing. */
	#look(): void {
		this.#measure();
		void this.#load();
	}

	/** Measures which rows are on the screen, and renders them. */
	#measure(): void {
		const { extent, count } = this.#board;
		const seen = this.viewport.read();
		if (!seen) return;
		const [from, to] = [seen.from - extent.lead, seen.to - extent.lead];
		this.#seen = [from, to];
		const [before, behind] = this.#margins(to - from);
		// Round to steps of four rows, so that a scroll by a few pixels renders nothing.
		this.#from = Math.max(0, (from - before) & ~3);
		this.#to = Math.min(count, (to + behind + 3) & ~3);
		const first = Math.max(0, from);
		const ids = seen.edge >= 0 ? [] : between(extent, first, to).map(({ call }) => call.id);
		this.#board.reading = ids;
		this.#read = { ids, offset: seen.edge + (extent.lead + first) * this.viewport.rowPx };
	}

	/** Returns how many rows to render before and after the screen: fewer on a side that a fast reader will not see. */
	#margins(screen: number): readonly [before: number, behind: number] {
		const most = Math.max(0, Math.min(AROUND, (ROWS_MAX - screen) >> 1));
		const passed = this.#stride > screen / 2 ? Math.min(LEAST, most) : most;
		const ahead = this.#stride > screen + AROUND ? Math.min(LEAST, most) : most;
		return this.#down ? [passed, ahead] : [ahead, passed];
	}

	get #topmost(): string | null {
		const [from, to] = this.#seen;
		return between(this.#board.extent, Math.max(0, from), to)[0]?.call.id ?? null;
	}

	/**
	 * Call this when the reader has stopped scrolling. Corrects the empty space and reports the reader's position.
	 */
	#rest(): void {
		this.#moving = false;
		this.#speed = this.#stride = 0;
		this.#makeRoom();
		this.#tell();
		void this.#load();
	}

	/**
	 * Reports the call at the top of the screen, if the reader has stopped scrolling and the rows there are known.
	 */
	#tell(): void {
		if (!this.active || this.#moving || this.#jumps.active) return;
		const { first, extent } = this.#board;
		const top = this.#topmost;
		const isUnknown = this.#seen[0] < 0 && extent.previous !== null;
		if (isUnknown || top === this.#placed) return;
		this.#placed = null;
		this.#around.rests(first && this.#seen[0] <= 0 ? null : top);
	}

	/** Corrects the empty space around the known rows. The rows keep their position on the screen. */
	#makeRoom(): void {
		if (!this.active) return;
		const { lead, previous } = this.#board.extent;
		const { rowPx } = this.viewport;
		// Wait while the reader scrolls, unless no space is left above, or the screen shows space above the list's
		// first row.
		const canWait = this.#moving && lead > 0 && (previous !== null || this.#seen[0] > 0);
		const shift = this.spacer.correct(rowPx, canWait);
		const [y, isScrolled] = [scrollY + shift * rowPx, this.viewport.edge() < 0];
		// Render at once. Otherwise the page briefly has the wrong length, and the browser scrolls it.
		flushSync(() => this.#board.leave(lead + shift));
		if (shift !== 0 && isScrolled) this.viewport.scrollTo(y);
		this.#measure();
	}

	async #load(): Promise<void> {
		if (!this.active || this.#jumps.active) return;
		// Report now if the reader stopped before the load, where no rows were known.
		if (await this.loader.load()) this.#tell();
	}
}
