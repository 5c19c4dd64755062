/** Whether the mouse is pressed, or a finger taps: what moves under it meanwhile would swallow the click. */
export class Press {
	#isDown = false;
	#waiting: (() => void)[] = [];

	/** Watches the whole page until the answer is called. */
	watch(): () => void {
		const listening = new AbortController();
		const given = { signal: listening.signal, capture: true };
		addEventListener('mousedown', ({ button }) => (this.#isDown ||= button === 0), given);
		// The click is given right after the mouse is released, before any timer; a key says that a release was missed.
		for (const end of ['mouseup', 'dragend', 'contextmenu', 'keydown'] as const)
			addEventListener(end, () => setTimeout(() => this.#release()), given);
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
