/** How often the feed checks its state. */
export const TICK_MS = 500;
/** A tick this late means that the tab slept. A hidden tab's timers run once a second. */
const SLEPT_MS = 3 * TICK_MS;

/**
 * Detects that the tab slept. Frames processed after a sleep may date from before it, so none counts until the server
 * responds.
 */
export class Sleep {
	/** The number of sleeps detected, and how many of them preceded the last request with a response. */
	#sleeps = $state(0);
	#answered = $state(0);
	#tickedAt = Date.now();

	get sleeps(): number {
		return this.#sleeps;
	}

	/** True if no request since the last sleep has received its response. */
	get isUnanswered(): boolean {
		return this.#answered !== this.#sleeps;
	}

	/** Returns whether the last tick is too long ago, and counts a sleep if so. */
	notice(): boolean {
		const slept = Date.now() - this.#tickedAt >= SLEPT_MS;
		if (slept) this.#sleeps++;
		return slept;
	}

	tick(now: number): void {
		this.#tickedAt = now;
	}

	/** The server responded to a request that was sent after this many sleeps. */
	answered(sleeps: number): void {
		this.#answered = sleeps;
	}
}
