/** How long work may block the page before it yields for painting and input. */
const TURN_MS = 12;

/** Reports when work should yield, and yields to the event loop. */
export class Turns {
	#since = performance.now();

	get over(): boolean {
		return performance.now() - this.#since >= TURN_MS;
	}

	async next(): Promise<void> {
		await new Promise((resolve) => setTimeout(resolve));
		this.#since = performance.now();
	}
}
