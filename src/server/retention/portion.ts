/** How much is done at once, so that it takes about `turnMs`: it follows how long the last one took. */
export class Portion {
	readonly #least: number;
	readonly #most: number;
	readonly #turnMs: number;
	size: number;

	constructor(least: number, most: number, turnMs: number) {
		this.#least = this.size = least;
		this.#most = most;
		this.#turnMs = turnMs;
	}

	/** A whole portion took so long. */
	took(ms: number): void {
		const wanted = this.size * Math.min(2, this.#turnMs / Math.max(ms, 0.1));
		this.size = Math.round(Math.max(this.#least, Math.min(this.#most, wanted)));
	}
}
