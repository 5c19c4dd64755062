/** A batch size that adapts to the duration of the last batch, so that a batch takes about `turnMs` milliseconds. */
export class AdaptiveBatch {
	readonly #min: number;
	readonly #max: number;
	readonly #turnMs: number;
	size: number;

	constructor(min: number, max: number, turnMs: number) {
		this.#min = this.size = min;
		this.#max = max;
		this.#turnMs = turnMs;
	}

	/** Reports the duration of a full batch. */
	took(ms: number): void {
		const target = this.size * Math.min(2, this.#turnMs / Math.max(ms, 0.1));
		this.size = Math.round(Math.max(this.#min, Math.min(this.#max, target)));
	}
}
