/** How long work may hold the page before it has a turn to paint and to answer. */
const TURN_MS = 12;

/** Says when a turn is over, and waits for the next one. */
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
