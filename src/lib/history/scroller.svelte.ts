import { flushSync, tick } from 'svelte';
import type { Call, CallPage } from '#contract';
import { saidWhat, type Reply } from '#lib/api/api.ts';
import type { Board } from './board.svelte.ts';
import { between, countOf, leadHolding, placesOf, type Extent } from './extent.ts';
import { rowOf } from './keys.ts';
import { beyond, roomFor, shareAt, type Beyond } from './room.ts';
import { wanted } from './wants.ts';

/** What the scroller asks of the page around it. */
interface Around {
	/** A page of the list that is shown. */
	page(token: string | null): Promise<Reply<CallPage>>;
	/** Shows the list from another place: `end`, a share of the history, or its beginning. */
	go(at: string | null): Promise<void>;
	/** Loads the list anew from where the reader is. */
	reload(): Promise<void>;
	/** The reader came to rest: the call at the top of the screen, or null at the list's beginning. */
	rests(id: string | null): void;
}

/** Where a jump goes: `at` as the address says it, and the room before the first row where that is known. */
type Goal = { to: 'start' | 'end'; at: string | null } | { to: 'share'; at: string; lead: number };

/** Without a scroll event for so long, the reader has come to rest. */
const REST_MS = 150;
/** Rows that are rendered on either side of the screen, and how many there may be in all. */
const AROUND = 24;
const ROWS_MAX = 180;
/** Rows farther than this are let go; what is farther still is forgotten. */
const KEPT = 600;
const KNOWN = 25_000;
/** Farther from what is known than this, the reader has jumped: what lies between is not read. */
const JUMP = 1_000;
/** A first page that has grown to this while it was watched is read anew. */
const LONG = 600;

const bottom = (): number => document.documentElement.scrollHeight - innerHeight;

/**
 * Endless scrolling: of the whole list only the rows on the screen and some around them are rendered, at computed
 * places. Pages are asked for before they are needed, and let go when they are far.
 */
export class Scroller {
	/** False on the server and until the browser has taken over: then all that came with the page is rendered. */
	active = $state(false);
	/** Room for rows behind the last that is known. */
	tail = $state(0);
	/** Why further calls did not come. */
	failure = $state<string | null>(null);
	/** Its row has the focus, or its menu is open: it stays rendered. */
	focused = $state<string | null>(null);
	menuFor = $state<string | null>(null);

	#from = $state(0);
	#to = $state(ROWS_MAX);
	#board: Board;
	#around: Around;
	#body: HTMLElement | null = null;
	#rowPx = 42;
	/** The rows on the screen, counted from the first that is known; both may be beyond. */
	#seen: readonly [from: number, to: number] = [0, 1];
	/** How many more rows are thought to stand before the first than it has room for. */
	#skew = 0;
	#y = 0;
	/** Where the list's room begins, from the top of the page. */
	#top = 0;
	/** What is read while the list's head is out of sight, and where its first row stands, from the edge of the head. */
	#read: { ids: readonly string[]; offset: number } = { ids: [], offset: 0 };
	#down = true;
	#moving = false;
	#resting: ReturnType<typeof setTimeout> | undefined;
	#loading = false;
	#jumping = false;
	#landed: object | null = null;
	#goal: Goal | null = null;
	/** The call at the top of the screen when its place was shown. */
	#placed: string | null = null;

	readonly rows: readonly { index: number; call: Call }[] = $derived.by(() => {
		const { extent } = this.#board;
		const shown = between(extent, this.#from, this.#to);
		const away = [this.focused, this.menuFor].filter((id) => id !== null && !shown.some(({ call }) => call.id === id));
		if (away.length === 0) return shown;
		return [...shown, ...between(extent, 0, Infinity).filter(({ call }) => away.includes(call.id))];
	});
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

	constructor(board: Board, around: Around) {
		this.#board = board;
		this.#around = around;
	}

	/** Takes the list over until the answer is called. */
	start(): () => void {
		const board = this.#board;
		this.active = true;
		board.leadOf = (extent, share) => this.#leadOf(extent, share);
		board.placeOf = () => (this.#goal ? this.#goal.at : board.reading.find((id) => board.find(id)));
		if (board.view) board.leave(this.#leadOf(board.extent, board.view.shareBefore));
		const listening = new AbortController();
		const on = { signal: listening.signal, passive: true };
		addEventListener('scroll', () => this.#scrolled(), on);
		// A scroll that begins is told before its first event: it would be ended by one of ours.
		for (const begins of ['wheel', 'keydown', 'touchmove']) addEventListener(begins, () => this.#moves(), on);
		addEventListener('resize', () => this.#resized(), on);
		this.#y = scrollY;
		return () => {
			listening.abort();
			clearTimeout(this.#resting);
			document.documentElement.style.overflowAnchor = '';
			board.leadOf = () => 0;
			board.placeOf = () => undefined;
			board.leave(0);
			this.active = false;
		};
	}

	/** The element that holds the rows. */
	readonly attach = (body: HTMLElement): (() => void) => {
		this.#body = body;
		// What is above may grow, and rows fold: what is read stays where it is.
		const sizes = new ResizeObserver(() => this.#resized());
		sizes.observe(body);
		sizes.observe(document.body);
		const listening = new AbortController();
		body.addEventListener('focusin', ({ target }) => (this.focused = rowOf(target)), listening);
		body.addEventListener('focusout', () => (this.focused = null), listening);
		return () => {
			sizes.disconnect();
			listening.abort();
			this.#body = null;
		};
	};

	/** The board shows another page, from its beginning or from a place in the list. */
	async shown(at: string | null): Promise<void> {
		await tick();
		const goal = this.#goal;
		const { again } = this.#board;
		const read = this.#read;
		this.#goal = this.failure = null;
		this.#board.again = false;
		this.#makeRoom();
		const isPlace = this.#board.view?.query.page !== undefined;
		if (goal?.to === 'start') this.#toY(0);
		else if (goal?.to === 'share') this.#toY(this.#y);
		else if (again) this.#toRead(read);
		else if (goal?.to === 'end' || at === 'end') this.#toY(bottom());
		else if (isPlace || this.#edge() < 0) this.#toRow(0, 0);
		this.#measure();
		// The address says this place already; a share of the history is no place to come back to.
		this.#placed = goal?.to === 'share' ? null : this.#topmost;
		this.#rest();
	}

	/** Rows came or went: those on the screen have other places in what is known. */
	async changed(): Promise<void> {
		await tick();
		if (this.#loading || !this.active) return;
		this.#makeRoom();
		void this.#load();
	}

	async toStart(): Promise<void> {
		if (this.#board.first && this.focused !== null) await this.focusRow(0);
		else if (this.#board.first) this.#toY(0);
		else await this.#jump({ to: 'start', at: null });
	}

	async toEnd(): Promise<void> {
		const { extent, count } = this.#board;
		const isHere = extent.next === null && between(extent, count - 1, count).length === 1;
		if (isHere && this.focused !== null) await this.focusRow(count - 1);
		else if (isHere) this.#toY(bottom());
		else await this.#jump({ to: 'end', at: 'end' });
	}

	/** Brings a row onto the screen and its button into focus; past what is here, the nearest that is. */
	async focusRow(index: number): Promise<void> {
		const { extent, count } = this.#board;
		const at = Math.min(Math.max(index, 0), count - 1);
		const [row] = between(extent, at, at + 1);
		if (!row || !this.#body) return;
		this.focused = row.call.id;
		const top = this.#edge() + (extent.lead + at) * this.#rowPx;
		const room = innerHeight - this.#head - this.#rowPx;
		if (top < 0 || top > room) this.#toRow(at, top < 0 ? 0 : room);
		this.#look();
		await tick();
		this.#body.querySelector<HTMLElement>(`[data-call="${row.call.id}"] button`)?.focus({ preventScroll: true });
	}

	/** The place of a row in the whole list, from one; as far as it is known. */
	rank(index: number): number {
		return (this.before ?? Math.max(0, Math.round(this.#board.extent.lead + this.#skew))) + index + 1;
	}

	/** How many rows a screen has. */
	get screenful(): number {
		return Math.max(1, Math.floor((innerHeight - this.#head) / this.#rowPx) - 1);
	}

	/** Asks again for what did not come. */
	retry(): void {
		this.failure = null;
		void this.#load();
	}

	async #jump(goal: Goal): Promise<void> {
		if (this.#jumping) return;
		const walks = this.focused !== null && goal.to !== 'share';
		this.#jumping = true;
		this.#goal = goal;
		try {
			await this.#around.go(goal.at);
		} finally {
			this.#jumping = false;
			// Overtaken: only a reload goes there in its stead.
			if (!this.#board.again) this.#goal = null;
			this.#look();
		}
		// The row that had the focus is gone.
		if (walks) await this.focusRow(goal.to === 'end' ? this.#board.count - 1 : 0);
	}

	/** The height of what stands above the rows while they are scrolled. */
	get #head(): number {
		return this.#body === null ? 0 : Number.parseFloat(getComputedStyle(this.#body).scrollMarginTop) || 0;
	}

	/** Where the list's room begins, from the edge of the head. */
	#edge(): number {
		return (this.#body?.getBoundingClientRect().top ?? 0) - this.#head;
	}

	/** Scrolls so that a row stands `offset` pixels below the head. */
	#toRow(index: number, offset: number): void {
		this.#toY(scrollY + this.#edge() + (this.#board.extent.lead + index) * this.#rowPx - offset);
	}

	/** Scrolls, unless the page stands there: that would end a smooth scroll that the reader has begun. */
	#toY(y: number): void {
		if (Math.abs(y - scrollY) <= 0.5) return;
		scrollTo(0, y);
		const landed = (this.#landed = {});
		requestAnimationFrame(() =>
			requestAnimationFrame(() => {
				if (this.#landed === landed) this.#landed = null;
			}),
		);
	}

	/**
	 * The page was scrolled from here in this frame or the one before it. A smooth scroll that begins now may be dropped
	 * by the browser.
	 */
	get landing(): boolean {
		return this.#landed !== null;
	}

	/** Scrolls so that the first call that was read and is still here stands where it stood. */
	#toRead({ ids, offset }: { ids: readonly string[]; offset: number }): void {
		const here = placesOf(this.#board.extent, ids);
		const i = ids.findIndex((id) => here.has(id));
		if (i >= 0) this.#toRow(here.get(ids[i]!)!, offset + i * this.#rowPx);
	}

	#scrolled(): void {
		this.#down = scrollY >= this.#y;
		this.#moves();
		this.#look();
	}

	#moves(): void {
		this.#moving = true;
		clearTimeout(this.#resting);
		this.#resting = setTimeout(() => this.#rest(), REST_MS);
	}

	/** What stands above the list has another height, or its rows have: the reader goes along. */
	#resized(): void {
		const body = this.#body;
		if (!body) return;
		const [from] = this.#seen;
		const [top, rowPx] = [body.getBoundingClientRect().top + scrollY, this.#rowPx];
		const [isScrolled, moved] = [this.#y > this.#top - this.#head, top - this.#top];
		const row = body.firstElementChild?.getBoundingClientRect().height ?? 0;
		if (row > 0) this.#rowPx = row;
		if (isScrolled && Math.abs(this.#rowPx - rowPx) > 0.01) this.#toRow(from, 0);
		else if (isScrolled) this.#toY(scrollY + moved);
		this.#look();
	}

	/** Looks which rows are on the screen, and asks for what is missing. */
	#look(): void {
		this.#measure();
		void this.#load();
	}

	/** Finds out which rows are on the screen, and renders them. */
	#measure(): void {
		this.#y = scrollY;
		if (!this.#body) return;
		const { extent, count } = this.#board;
		const { top } = this.#body.getBoundingClientRect();
		this.#top = top + this.#y;
		const edge = top - this.#head;
		const from = Math.floor(-edge / this.#rowPx) - extent.lead;
		const to = Math.ceil((innerHeight - top) / this.#rowPx) - extent.lead;
		this.#seen = [from, to];
		const extra = Math.max(0, Math.min(AROUND, (ROWS_MAX - (to - from)) >> 1));
		// In steps, so that not every pixel changes what is rendered.
		this.#from = Math.max(0, (from - extra) & ~3);
		this.#to = Math.min(count, (to + extra + 3) & ~3);
		const first = Math.max(0, from);
		// The browser would do so too, and what is read would move twice as far.
		document.documentElement.style.overflowAnchor = edge < 0 ? 'none' : '';
		const ids = edge >= 0 ? [] : between(extent, first, to).map(({ call }) => call.id);
		this.#board.reading = ids;
		this.#read = { ids, offset: edge + (extent.lead + first) * this.#rowPx };
	}

	get #topmost(): string | null {
		const [from, to] = this.#seen;
		return between(this.#board.extent, Math.max(0, from), to)[0]?.call.id ?? null;
	}

	/** The reader has come to rest: the room is put right, and the address says where that is. */
	#rest(): void {
		this.#moving = false;
		this.#makeRoom();
		this.#tell();
		void this.#load();
	}

	/** Says where the reader is at rest, once the rows there are known. */
	#tell(): void {
		if (this.#moving || this.#jumping) return;
		const { first, extent } = this.#board;
		const top = this.#topmost;
		const isUnknown = this.#seen[0] < 0 && extent.previous !== null;
		if (isUnknown || top === this.#placed) return;
		this.#placed = null;
		this.#around.rests(first && this.#seen[0] <= 0 ? null : top);
	}

	/** Lets go what is far from the reader. */
	#tidy(): void {
		// Where the reader is beyond what is known, its edge is read on from.
		const [from, to] = this.#seen.map((at) => Math.min(Math.max(at, 0), this.#board.count)) as [number, number];
		const far = Math.max(KEPT, to - from);
		const kept = [this.focused, this.menuFor].filter((id) => id !== null);
		this.#board.tidy([from - far, to + far], [from - KNOWN, to + KNOWN], kept);
	}

	// What is thought to stand around what is known.

	#leadOf(extent: Extent, share: number | null): number {
		const board = this.#board;
		const guess = (share ?? 0) * board.total;
		const room = this.#roomOf(extent, guess, share);
		const held = board.again && !this.#goal ? leadHolding(board.extent, extent, board.reading) : null;
		const lead = this.#goal?.to === 'share' ? this.#goal.lead : (held ?? room.before);
		this.#skew = guess - lead;
		// With the rows: where the page were too short for a moment, the browser would scroll it.
		this.tail = room.behind;
		return extent.previous === null && held === null ? 0 : lead;
	}

	#beyond(): Beyond {
		const { extent, view, total } = this.#board;
		return beyond(extent, view?.shareBefore === null ? null : total, extent.lead + this.#skew);
	}

	#roomOf(extent: Extent, guess: number, share: number | null): Beyond {
		const { total } = this.#board;
		return roomFor(beyond(extent, share === null ? null : total, guess), countOf(extent), this.#rowPx);
	}

	/** Gives the room around what is known its right size; the rows stay where they are on the screen. */
	#makeRoom(): void {
		if (!this.active) return;
		const { extent, view } = this.#board;
		const { lead } = extent;
		const room = this.#roomOf(extent, lead + this.#skew, view?.shareBefore ?? null);
		this.tail = room.behind;
		const isWrong = extent.previous === null ? lead !== 0 : Math.abs(room.before - lead) > lead * 0.1;
		// While the reader moves, only where no room is left, or some before the list's beginning is in sight.
		const canWait = this.#moving && lead > 0 && (extent.previous !== null || this.#seen[0] > 0);
		const shift = isWrong && !canWait ? room.before - lead : 0;
		const [y, isScrolled] = [scrollY + shift * this.#rowPx, this.#edge() < 0];
		this.#skew -= shift;
		// At once: where the page were of a wrong length for a moment, the browser would scroll it.
		flushSync(() => this.#board.leave(lead + shift));
		if (shift !== 0 && isScrolled) this.#toY(y);
		this.#measure();
	}

	/** Asks for what is missing, one page after the other. */
	async #load(): Promise<void> {
		if (!this.active || this.#loading || this.#jumping || this.failure !== null) return;
		this.#loading = true;
		try {
			while (!this.#hasJumped() && (await this.#loadOne()));
		} finally {
			this.#loading = false;
		}
		// The reader may have come to rest where nothing was known yet.
		this.#tell();
	}

	async #loadOne(): Promise<boolean> {
		const { view, extent } = this.#board;
		const restarts = extent.previous === null && this.#seen[0] <= 0 && (extent.segments[0]?.rows?.length ?? 0) > LONG;
		const want = restarts ? null : wanted(extent, this.#seen, this.#down);
		if (!want && !restarts) return false;
		const { ok, problem } = await this.#around.page(want?.token ?? null);
		if (this.#board.view !== view) return true;
		if (problem) {
			this.failure = saidWhat(problem);
			return false;
		}
		const taken = want ? this.#board.take(ok, want.where) : this.#board.restart(ok);
		if (!taken) {
			await this.#around.reload();
			return false;
		}
		this.#tidy();
		this.#makeRoom();
		return true;
	}

	/** Shows the list from where the reader has gone, where nothing is known for a long way; true then. */
	#hasJumped(): boolean {
		const { extent, count, view } = this.#board;
		const [from, to] = this.#seen;
		const isFar = (extent.previous !== null && to < -JUMP) || (extent.next !== null && from > count + JUMP);
		if (!isFar || view?.shareBefore === null) return false;
		const room = { before: extent.lead, behind: this.tail };
		const share = shareAt(from, count, room, this.#beyond());
		void this.#jump({ to: 'share', at: share.toFixed(6), lead: extent.lead + from });
		return true;
	}
}
