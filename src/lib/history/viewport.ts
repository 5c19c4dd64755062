/** The row height that rows have before one was measured. */
const ROW_PX = 42;

/** Calls back in the second frame from now: what was set off has been drawn. */
const afterFrames = (call: () => void): unknown => requestAnimationFrame(() => requestAnimationFrame(call));

/** The window over the rows: measures them on the screen, and scrolls the page. */
export class Viewport {
	/** The element that holds the rows. */
	body: HTMLElement | null = null;
	rowPx = ROW_PX;
	/** As of the last `read`: how far the page is scrolled, and where the list's room begins from the top of the page. */
	y = 0;
	#top = 0;
	#landed: object | null = null;

	/** The height of what stands above the rows while they are scrolled. */
	get head(): number {
		return this.body === null ? 0 : Number.parseFloat(getComputedStyle(this.body).scrollMarginTop) || 0;
	}

	/** Holds this element's rows from now on; null: none. */
	holds(body: HTMLElement | null): void {
		this.body = body;
		this.rowPx = this.#measured();
	}

	/** Where the list's room begins, from the edge of the head. */
	edge(): number {
		return (this.body?.getBoundingClientRect().top ?? 0) - this.head;
	}

	/** How many rows a screen has. */
	get screenful(): number {
		return Math.max(1, Math.floor((innerHeight - this.head) / this.rowPx) - 1);
	}

	/** The page's last place to scroll to. */
	get bottom(): number {
		return document.documentElement.scrollHeight - innerHeight;
	}

	/**
	 * The page was scrolled from here in this frame or the one before it. A smooth scroll that begins now may be dropped
	 * by the browser.
	 */
	get landing(): boolean {
		return this.#landed !== null;
	}

	/** Scrolls, unless the page stands there: that would end a smooth scroll that the reader has begun. */
	scrollTo(y: number): void {
		if (Math.abs(y - scrollY) <= 0.5) return;
		scrollTo(0, y);
		const landed = (this.#landed = {});
		const settle = (): void => {
			if (this.#landed === landed) this.#landed = null;
		};
		afterFrames(settle);
	}

	/** Scrolls so that a row, counted from the list's first, stands `offset` pixels below the head. */
	scrollToRow(row: number, offset: number): void {
		this.scrollTo(scrollY + this.edge() + row * this.rowPx - offset);
	}

	/** The rows on the screen, counted from the list's first, and how far the list's head is above its place. */
	read(): { from: number; to: number; edge: number } | null {
		this.y = scrollY;
		if (!this.body) return null;
		const { top } = this.body.getBoundingClientRect();
		this.#top = top + this.y;
		const edge = top - this.head;
		// The browser would keep in place what is read too, and it would move twice as far.
		document.documentElement.style.overflowAnchor = edge < 0 ? 'none' : '';
		return { edge, from: Math.floor(-edge / this.rowPx), to: Math.ceil((innerHeight - top) / this.rowPx) };
	}

	/** What stands above the list has another height, or its rows have: the reader goes along, who reads from `row` on. */
	resized(row: number): void {
		if (!this.body) return;
		const [top, rowPx] = [this.body.getBoundingClientRect().top + scrollY, this.rowPx];
		const [isScrolled, moved] = [this.y > this.#top - this.head, top - this.#top];
		this.rowPx = this.#measured();
		if (isScrolled && Math.abs(this.rowPx - rowPx) > 0.01) this.scrollToRow(row, 0);
		else if (isScrolled) this.scrollTo(scrollY + moved);
	}

	/** The height of a row, by the room for all of them: it is known before one is rendered, wherever the reader is. */
	#measured(): number {
		const rows = Number(this.body?.style.getPropertyValue('--rows'));
		const height = this.body?.getBoundingClientRect().height ?? 0;
		return rows > 0 && height > 0 ? height / rows : this.rowPx;
	}

	/** The list's element is gone, or no longer ours. */
	release(): void {
		document.documentElement.style.overflowAnchor = '';
	}
}
