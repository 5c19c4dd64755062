import { createContext } from 'svelte';

const SECOND = 1_000;
const TENTH = 100;
/**
 * In milliseconds. If `#offset` falls by more than this, a clock was set. A smaller fall comes from a slow
 * response.
 */
const JUMP = 2_000;

/**
 * The page's only clock, on the server's time. Until `start`, the clock shows the time of the first response in
 * UTC, so that the browser hydrates the same text that the server rendered.
 */
export class Clock {
	/** Milliseconds since the epoch, updated every second. */
	now = $state(0);
	/** The same, updated every tenth of a second while a growing duration is shown. */
	fine = $state(0);
	locale = $state('en');
	zone = $state('UTC');

	#offset: number;
	#growing = 0;
	#pace: ReturnType<typeof setInterval> | undefined;

	constructor(at: string) {
		this.now = this.fine = Date.parse(at);
		this.#offset = this.now - Date.now();
	}

	/** Starts ticking. Returns a function that stops it. */
	start(): () => void {
		this.locale = navigator.language;
		this.zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
		this.#tick();
		const timer = setInterval(() => this.#tick(), SECOND);
		return () => {
			clearInterval(timer);
			clearInterval(this.#pace);
			this.#pace = undefined;
		};
	}

	/**
	 * Corrects the clock by the server's time in a response. A larger offset means a shorter travel time of the
	 * response, so this offset is more precise. An offset that falls by more than `JUMP` means that a clock was
	 * set.
	 */
	correct(at: string): void {
		const offset = Date.parse(at) - Date.now();
		if (offset > this.#offset || this.#offset - offset > JUMP) this.#offset = offset;
	}

	/**
	 * Updates `fine` every tenth of a second. Returns a stop function. The updates end when each caller has called
	 * its stop function.
	 */
	quicken(): () => void {
		this.#growing += 1;
		this.#pace ??= setInterval(() => (this.fine = Date.now() + this.#offset), TENTH);
		return () => {
			this.#growing -= 1;
			if (this.#growing > 0) return;
			clearInterval(this.#pace);
			this.#pace = undefined;
		};
	}

	#tick(): void {
		const now = Date.now() + this.#offset;
		this.now = now;
		this.fine = now;
	}
}

export const [getClock, setClock] = createContext<Clock>();
