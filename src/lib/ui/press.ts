/**
 * Tracks whether the mouse button is down or a finger taps. If the pressed button moved meanwhile, the click would
 * be lost.
 */
export class Press {
	#isDown = false;
	#waiting: (() => void)[] = [];

	/** Watches the whole page. Returns a function that stops watching. */
	watch(): () => void {
		const listening = new AbortController();
		const given = { signal: listening.signal, capture: true };
		addEventListener('mousedown', ({ button }) => (this.#isDown ||= button === 0), given);
		// The click fires right after `mouseup`, before any timer. `keydown` ends a press whose release was missed.
		for (const end of ['mouseup', 'dragend', 'contextmenu', 'keydown'] as const)
			addEventListener(end, () => setTimeout(() => this.#release()), given);
		return () => listening.abort();
	}

	/** Runs work that may move the page: at once, or after the current press and its click. */
	after(work: () => void): void {
		if (this.#isDown) this.#waiting.push(work);
		else work();
	}

	#release(): void {
		this.#isDown = false;
		for (const work of this.#waiting.splice(0)) work();
	}
}
