/** A batch size that adapts to the duration of the last batch, so that one takes about `turnMs`. */
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

	/** Reports the duration of a full batch. */
	took(ms: number): void {
		const wanted = this.size * Math.min(2, this.#turnMs / Math.max(ms, 0.1));
		this.size = Math.round(Math.max(this.#least, Math.min(this.#most, wanted)));
	}
}
