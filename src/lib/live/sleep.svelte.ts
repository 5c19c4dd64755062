/** The interval between two checks of the feed, in milliseconds. */
export const TICK_MS = 500;
/**
 * A tick that comes this long after the last means that the tab slept. In a hidden tab, a second between ticks is
 * normal.
 */
const SLEPT_MS = 3 * TICK_MS;

/**
 * Detects that the tab slept. Frames that are processed after a sleep may be older than the sleep. They do not
 * prove that the connection is live before the server has responded to a new request.
 */
export class Sleep {
	/** `#sleeps` counts the sleeps. `#answered` is that count when the last request with a response was sent. */
	#sleeps = $state(0);
	#answered = $state(0);
	#tickedAt = Date.now();

	get sleeps(): number {
		return this.#sleeps;
	}

	/** True if no request that was sent after the last sleep has received its response. */
	get isUnanswered(): boolean {
		return this.#answered !== this.#sleeps;
	}

	/** Returns true if the last tick was so long ago that the tab slept, and counts this sleep. */
	notice(): boolean {
		const slept = Date.now() - this.#tickedAt >= SLEPT_MS;
		if (slept) this.#sleeps++;
		return slept;
	}

	tick(now: number): void {
		this.#tickedAt = now;
	}

	/** Notes that the server responded to a request that was sent after this many sleeps. */
	answered(sleeps: number): void {
		this.#answered = sleeps;
	}
}
