/** Whether the mouse is pressed, or a finger taps: what moves under it meanwhile would swallow the click. */
export class Press {
	#isDown = false;
	#waiting: (() => void)[] = [];

	/** Watches the whole page until the answer is called. */
	watch(): () => void {
		const listening = new AbortController();
		const on = (name: 'mousedown' | 'mouseup' | 'dragend' | 'keydown', heard: () => void): void =>
			addEventListener(name, heard, { signal: listening.signal, capture: true });
		on('mousedown', () => (this.#isDown = true));
		// The click is given right after the mouse is released, before any timer.
		for (const end of ['mouseup', 'dragend', 'keydown'] as const) on(end, () => setTimeout(() => this.#release()));
		return () => listening.abort();
	}

	/** Does what may move the page: at once, or when the press is over and its click was given. */
	after(work: () => void): void {
		if (this.#isDown) this.#waiting.push(work);
		else work();
	}

	#release(): void {
		this.#isDown = false;
		for (const work of this.#waiting.splice(0)) work();
	}
}
