/** How often the feed looks how it stands. */
export const TICK_MS = 500;
/** A tick that comes so late says that the tab slept; those of a hidden tab come once a second. */
const SLEPT_MS = 3 * TICK_MS;

/** Whether the tab slept. What is heard after it may be of before it: nothing counts until the server has answered. */
export class Sleep {
	/** How often it was found asleep, and how many of these were before what it has been told since by an answer. */
	#sleeps = $state(0);
	#answered = $state(0);
	#tickedAt = Date.now();

	get sleeps(): number {
		return this.#sleeps;
	}

	/** It slept, and nobody has answered since. */
	get isUnanswered(): boolean {
		return this.#answered !== this.#sleeps;
	}

	/** Looks whether the last tick is too long ago, and says so. */
	notice(): boolean {
		const slept = Date.now() - this.#tickedAt >= SLEPT_MS;
		if (slept) this.#sleeps++;
		return slept;
	}

	tick(now: number): void {
		this.#tickedAt = now;
	}

	/** The server answered what was asked when it had slept so often. */
	answered(sleeps: number): void {
		this.#answered = sleeps;
	}
}
