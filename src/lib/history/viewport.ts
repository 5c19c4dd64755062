/** The row height in pixels until a row height is measured. */
const ROW_PX = 42;

/** Runs `call` in the second animation frame from now, after pending scrolls and renders were drawn. */
const afterFrames = (call: () => void): unknown => requestAnimationFrame(() => requestAnimationFrame(call));

/** Measures where the rows are in the browser window, and scrolls the page. */
export class Viewport {
	/** The element that holds the rows. */
	body: HTMLElement | null = null;
	rowPx = ROW_PX;
	/** As of the last `read`: the page's scroll position, and `#top`, the list's distance from the top of the page. */
	y = 0;
	#top = 0;
	#landed: object | null = null;

	/** The height of the sticky elements above the rows, in pixels. */
	get head(): number {
		return this.body === null ? 0 : Number.parseFloat(getComputedStyle(this.body).scrollMarginTop) || 0;
	}

	/** Sets the element that holds the rows; null for none. */
	holds(body: HTMLElement | null): void {
		this.body = body;
		this.rowPx = this.#measured();
	}

	/**
	 * Returns the pixels from the sticky elements down to the list's top; negative if the top is scrolled past.
	 */
	edge(): number {
		return (this.body?.getBoundingClientRect().top ?? 0) - this.head;
	}

	/** How many rows a page key moves: one fewer than fit on the screen, so that one row stays visible. */
	get screenful(): number {
		return Math.max(1, Math.floor((innerHeight - this.head) / this.rowPx) - 1);
	}

	/** The page's maximum scroll position. */
	get bottom(): number {
		return document.documentElement.scrollHeight - innerHeight;
	}

	/**
	 * True if `scrollTo` scrolled the page in this frame or the previous one. The browser may drop a smooth scroll that
	 * begins now.
	 */
	get landing(): boolean {
		return this.#landed !== null;
	}

	/**
	 * Scrolls the page to `y`, unless it is already there: even such a scroll would end the reader's smooth
	 * scroll.
	 */
	scrollTo(y: number): void {
		if (Math.abs(y - scrollY) <= 0.5) return;
		scrollTo(0, y);
		const landed = (this.#landed = {});
		const settle = (): void => {
			if (this.#landed === landed) this.#landed = null;
		};
		afterFrames(settle);
	}

	/**
	 * Scrolls until a row is `offset` pixels below the sticky elements. `row` counts from the top of the list's
	 * space.
	 */
	scrollToRow(row: number, offset: number): void {
		this.scrollTo(scrollY + this.edge() + row * this.rowPx - offset);
	}

	/**
	 * Returns `edge()` and the rows on the screen, counted from the top of the list's space. Null without an
	 * element.
	 */
	read(): { from: number; to: number; edge: number } | null {
		this.y = scrollY;
		if (!this.body) return null;
		const { top } = this.body.getBoundingClientRect();
		this.#top = top + this.y;
		const edge = top - this.head;
		// Disable the browser's scroll anchoring: with both corrections, the rows would move twice as far.
		document.documentElement.style.overflowAnchor = edge < 0 ? 'none' : '';
		return { edge, from: Math.floor(-edge / this.rowPx), to: Math.ceil((innerHeight - top) / this.rowPx) };
	}

	/**
	 * Call this when content above the list or the rows changed height. Scrolls so that the reader stays at `row`.
	 */
	resized(row: number): void {
		if (!this.body) return;
		const [top, rowPx] = [this.body.getBoundingClientRect().top + scrollY, this.rowPx];
		const [isScrolled, moved] = [this.y > this.#top - this.head, top - this.#top];
		this.rowPx = this.#measured();
		if (isScrolled && Math.abs(this.rowPx - rowPx) > 0.01) this.scrollToRow(row, 0);
		else if (isScrolled) this.scrollTo(scrollY + moved);
	}

	/**
	 * Returns the height of one row: the height that CSS reserves for all rows, divided by their number. It is
	 * known before any row renders.
	 */
	#measured(): number {
		const rows = Number(this.body?.style.getPropertyValue('--rows'));
		const height = this.body?.getBoundingClientRect().height ?? 0;
		return rows > 0 && height > 0 ? height / rows : this.rowPx;
	}

	/** Restores the browser's scroll anchoring. Call this when the list leaves the page. */
	release(): void {
		document.documentElement.style.overflowAnchor = '';
	}
}
