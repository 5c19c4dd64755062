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
	/** Reads a page of the current list. */
	page(token: string | null): Promise<Reply<CallPage>>;
	/** Shows the list from another place: `end`, a share of the history, or null for its beginning. */
	go(at: string | null): Promise<void>;
	/** Reloads the list at the reader's place. */
	reload(): Promise<unknown>;
	/** Resolves once the current navigation is over; null if there is none. */
	navigation(): Promise<void> | null;
	/** Receives the call at the top of the screen when the reader comes to rest; null at the list's beginning. */
	rests(id: string | null): void;
}

/** After this long without a scroll event, the reader has come to rest. */
const REST_MS = 150;
const FRAME_MS = 1000 / 60;
/** Rows rendered on either side of the screen. `ROWS_MAX` limits them in total. */
const AROUND = 24;
const ROWS_MAX = 180;
/** Rows rendered on a side that passes too fast to be seen. */
const LEAST = 4;
/** Beyond this distance from the known rows the reader has jumped, and the rows between are not read. */
const JUMP = 1_000;

/**
 * Endless scrolling: renders only the rows on the screen and some around them, at computed places. Follows the reader,
 * and keeps visible rows in place.
 */
export class Scroller {
	/** False on the server and until hydration. Until then, all rows of the page are rendered. */
	active = $state(false);
	/** The call whose row has the focus. Its row stays rendered, as does that of `menuFor` with the open menu. */
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
	/** The rows on the screen, counted from the first known row. Both may lie outside the known rows. */
	#seen: readonly [from: number, to: number] = [0, 1];
	/** The visible calls while the list's head is out of sight, and the distance of the first row from the head. */
	#read: { ids: readonly string[]; offset: number } = { ids: [], offset: 0 };
	#down = true;
	/** The scroll speed in rows per millisecond, the rows since the last measurement, and its time. */
	#speed = 0;
	#stride = 0;
	#lookedAt = 0;
	#moving = false;
	#resting: ReturnType<typeof setTimeout> | undefined;
	/** The call at the top of the screen when its place was last shown. */
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

	/** Takes over the list. Returns a function that releases it. */
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
		// Detect a scroll before its first event, because the list's own scroll would end it.
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
		// Content above may grow, and rows may fold. Keep the visible rows in place.
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

	/** The board shows another page, from its beginning or from a place in the list. */
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
		// The address already holds this place. A share of the history is no place to return to.
		this.#placed = goal?.to === 'share' ? null : this.#topmost;
		this.#rest();
	}

	/** Rows were added or removed, which shifts the indexes of the visible rows. */
	async changed(): Promise<void> {
		await tick();
		if (this.loader.loading || !this.active) return;
		this.#makeRoom();
		void this.#load();
	}

	/** Corrects the room after rows changed, so that the correction ends no scroll that begins afterwards. */
	async settle(): Promise<void> {
		await tick();
		this.#makeRoom();
	}

	/** Shows the list's beginning. `isReload` loads it even if it is here, because newer calls are missing. */
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

	/** Scrolls to a loaded row and focuses its button. An index outside the known rows means the nearest one. */
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
		// The row that had the focus no longer exists.
		if (walks) await this.focusRow(goal.to === 'end' ? this.#board.count - 1 : 0);
	}

	/** Jumps if the reader is far outside the known rows. Returns true then. */
	#hasJumped(): boolean {
		const { extent, count, view } = this.#board;
		const [from, to] = this.#seen;
		const isFar = (extent.previous !== null && to < -JUMP) || (extent.next !== null && from > count + JUMP);
		if (!isFar || view?.shareBefore === null) return false;
		const navigation = this.#around.navigation();
		// The next list may have rows there, or the reader may leave this one.
		if (navigation) void navigation.then(() => this.active && this.#look());
		else void this.#jump({ to: 'share', at: this.spacer.shareAt(from).toFixed(6), lead: extent.lead + from });
		return true;
	}

	/** The calls whose rows stay rendered. */
	get #kept(): readonly string[] {
		return [this.focused, this.menuFor].filter((id) => id !== null);
	}

	#toRow(index: number, offset: number): void {
		this.viewport.scrollToRow(this.#board.extent.lead + index, offset);
	}

	/** Scrolls so that the first visible call that is still loaded keeps its place. */
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
		// In steps of four rows, so that not every pixel renders again.
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

	/** The reader has come to rest: corrects the room and reports the place. */
	#rest(): void {
		this.#moving = false;
		this.#speed = this.#stride = 0;
		this.#makeRoom();
		this.#tell();
		void this.#load();
	}

	/** Reports the reader's resting place, once the rows there are known. */
	#tell(): void {
		if (!this.active || this.#moving || this.#jumps.active) return;
		const { first, extent } = this.#board;
		const top = this.#topmost;
		const isUnknown = this.#seen[0] < 0 && extent.previous !== null;
		if (isUnknown || top === this.#placed) return;
		this.#placed = null;
		this.#around.rests(first && this.#seen[0] <= 0 ? null : top);
	}

	/** Corrects the room around the known rows. The rows keep their place on the screen. */
	#makeRoom(): void {
		if (!this.active) return;
		const { lead, previous } = this.#board.extent;
		const { rowPx } = this.viewport;
		// While the reader moves, wait, unless no room is left or room before the list's beginning is in sight.
		const canWait = this.#moving && lead > 0 && (previous !== null || this.#seen[0] > 0);
		const shift = this.spacer.correct(rowPx, canWait);
		const [y, isScrolled] = [scrollY + shift * rowPx, this.viewport.edge() < 0];
		// Flush at once: the browser would scroll a page that briefly has the wrong length.
		flushSync(() => this.#board.leave(lead + shift));
		if (shift !== 0 && isScrolled) this.viewport.scrollTo(y);
		this.#measure();
	}

	async #load(): Promise<void> {
		if (!this.active || this.#jumps.active) return;
		// The reader may have come to rest where no rows were known yet.
		if (await this.loader.load()) this.#tell();
	}
}
