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

/** What the scroller asks of the page around it. */
interface Around {
	/** A page of the list that is shown. */
	page(token: string | null): Promise<Reply<CallPage>>;
	/** Shows the list from another place: `end`, a share of the history, or its beginning. */
	go(at: string | null): Promise<void>;
	/** Loads the list anew from where the reader is. */
	reload(): Promise<unknown>;
	/** Resolves once the navigation that is under way is over; null where none is. */
	navigation(): Promise<void> | null;
	/** The reader came to rest: the call at the top of the screen, or null at the list's beginning. */
	rests(id: string | null): void;
}

/** Without a scroll event for so long, the reader has come to rest. */
const REST_MS = 150;
const FRAME_MS = 1000 / 60;
/** Rows that are rendered on either side of the screen, and how many there may be in all. */
const AROUND = 24;
const ROWS_MAX = 180;
/** So many on a side that is passed too fast to be seen. */
const LEAST = 4;
/** Farther from what is known than this, the reader has jumped: what lies between is not read. */
const JUMP = 1_000;

/**
 * Endless scrolling: of the whole list only the rows on the screen and some around them are rendered, at computed
 * places. Follows the reader, and keeps what is read where it is.
 */
export class Scroller {
	/** False on the server and until the browser has taken over: then all that came with the page is rendered. */
	active = $state(false);
	/** Its row has the focus, or its menu is open: it stays rendered. */
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
	/** The rows on the screen, counted from the first that is known; both may be beyond. */
	#seen: readonly [from: number, to: number] = [0, 1];
	/** What is read while the list's head is out of sight, and where its first row stands, from the edge of the head. */
	#read: { ids: readonly string[]; offset: number } = { ids: [], offset: 0 };
	#down = true;
	/** How fast the reader moves, in rows a millisecond; how many rows since the last look, and when that was. */
	#speed = 0;
	#stride = 0;
	#lookedAt = 0;
	#moving = false;
	#resting: ReturnType<typeof setTimeout> | undefined;
	/** The call at the top of the screen when its place was shown. */
	#placed: string | null = null;

	readonly rows: readonly { index: number; call: Call }[] = $derived.by(() => {
		const { extent } = this.#board;
		const shown = between(extent, this.#from, this.#to);
		const away = this.#kept.filter((id) => !shown.some(({ call }) => call.id === id));
		if (away.length === 0) return shown;
		const kept = between(extent, 0, Infinity).filter(({ call }) => away.includes(call.id));
		// In their order: an element that is moved in the document loses its focus.
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

	/** Takes the list over until the answer is called. */
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
		// A scroll that begins is told before its first event: it would be ended by one of ours.
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

	/** The element that holds the rows. */
	readonly attach = (body: HTMLElement): (() => void) => {
		this.viewport.holds(body);
		// What is above may grow, and rows fold: what is read stays where it is.
		const sizes = new ResizeObserver(() => this.#resized());
		sizes.observe(body);
		sizes.observe(document.body);
		const listening = new AbortController();
		body.addEventListener('focusin', ({ target }) => (this.focused = rowOf(target)), listening);
		// Afterwards: a focused row that is taken out of the list tells it while the list is being rendered.
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
		// The address says this place already; a share of the history is no place to come back to.
		this.#placed = goal?.to === 'share' ? null : this.#topmost;
		this.#rest();
	}

	/** Rows came or went: those on the screen have other places in what is known. */
	async changed(): Promise<void> {
		await tick();
		if (this.loader.loading || !this.active) return;
		this.#makeRoom();
		void this.#load();
	}

	/** Puts the room right for rows that have just come or gone; scrolls that begin afterwards are not ended by that. */
	async settle(): Promise<void> {
		await tick();
		this.#makeRoom();
	}

	/** `anew`: what stands there now is not known here. */
	async toStart(anew = false): Promise<void> {
		const isHere = this.#board.first && !anew;
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

	/** Brings a row onto the screen and its button into focus; past what is here, the nearest that is. */
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

	/** Asks again for what did not come. */
	retry(): void {
		this.loader.failure = null;
		void this.#load();
	}

	async #jump(goal: Goal): Promise<void> {
		// It would cancel a link that is being followed.
		await this.#around.navigation();
		if (this.#jumps.active || !this.active) return;
		const walks = this.focused !== null && goal.to !== 'share';
		try {
			await this.#jumps.to(goal);
		} finally {
			this.#look();
		}
		// The row that had the focus is gone.
		if (walks) await this.focusRow(goal.to === 'end' ? this.#board.count - 1 : 0);
	}

	/** Shows the list from where the reader has gone, where nothing is known for a long way; true then. */
	#hasJumped(): boolean {
		const { extent, count, view } = this.#board;
		const [from, to] = this.#seen;
		const isFar = (extent.previous !== null && to < -JUMP) || (extent.next !== null && from > count + JUMP);
		if (!isFar || view?.shareBefore === null) return false;
		const navigation = this.#around.navigation();
		// The list that comes may have rows there, or the reader leaves this one.
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

	/** Scrolls so that the first call that was read and is still here stands where it stood. */
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

	/** The reader has gone so many rows since the last look, up where they are below zero. */
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

	/** Looks which rows are on the screen, and asks for what is missing. */
	#look(): void {
		this.#measure();
		void this.#load();
	}

	/** Finds out which rows are on the screen, and renders them. */
	#measure(): void {
		const { extent, count } = this.#board;
		const seen = this.viewport.read();
		if (!seen) return;
		const [from, to] = [seen.from - extent.lead, seen.to - extent.lead];
		this.#seen = [from, to];
		const [before, behind] = this.#margins(to - from);
		// In steps, so that not every pixel changes what is rendered.
		this.#from = Math.max(0, (from - before) & ~3);
		this.#to = Math.min(count, (to + behind + 3) & ~3);
		const first = Math.max(0, from);
		const ids = seen.edge >= 0 ? [] : between(extent, first, to).map(({ call }) => call.id);
		this.#board.reading = ids;
		this.#read = { ids, offset: seen.edge + (extent.lead + first) * this.viewport.rowPx };
	}

	/** How many rows are rendered before and behind the screen: fewer where a reader in a hurry will not see them. */
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

	/** The reader has come to rest: the room is put right, and the address says where that is. */
	#rest(): void {
		this.#moving = false;
		this.#speed = this.#stride = 0;
		this.#makeRoom();
		this.#tell();
		void this.#load();
	}

	/** Says where the reader is at rest, once the rows there are known. */
	#tell(): void {
		if (!this.active || this.#moving || this.#jumps.active) return;
		const { first, extent } = this.#board;
		const top = this.#topmost;
		const isUnknown = this.#seen[0] < 0 && extent.previous !== null;
		if (isUnknown || top === this.#placed) return;
		this.#placed = null;
		this.#around.rests(first && this.#seen[0] <= 0 ? null : top);
	}

	/** Gives the room around what is known its right size; the rows stay where they are on the screen. */
	#makeRoom(): void {
		if (!this.active) return;
		const { lead, previous } = this.#board.extent;
		const { rowPx } = this.viewport;
		// While the reader moves, only where no room is left, or some before the list's beginning is in sight.
		const canWait = this.#moving && lead > 0 && (previous !== null || this.#seen[0] > 0);
		const shift = this.spacer.correct(rowPx, canWait);
		const [y, isScrolled] = [scrollY + shift * rowPx, this.viewport.edge() < 0];
		// At once: where the page were of a wrong length for a moment, the browser would scroll it.
		flushSync(() => this.#board.leave(lead + shift));
		if (shift !== 0 && isScrolled) this.viewport.scrollTo(y);
		this.#measure();
	}

	async #load(): Promise<void> {
		if (!this.active || this.#jumps.active) return;
		// The reader may have come to rest where nothing was known yet.
		if (await this.loader.load()) this.#tell();
	}
}
