import { createContext } from 'svelte';

const SECOND = 1_000;
const TENTH = 100;
/** A clock that jumped by more than this was set anew; less is a slow answer. */
const JUMP = 2_000;

/**
 * The one clock of the page, on the server's time. Until it starts it stands at the time of the first answer, in UTC,
 * so that what the server drew and what the browser takes over are the same words.
 */
export class Clock {
	/** In milliseconds, every second. */
	now = $state(0);
	/** The same, every tenth of a second while something that grows is on the screen. */
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

	/** Ticks until the answer is called. */
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

	/** The server said what time it is. Of two answers the one that travelled faster says it better. */
	correct(at: string): void {
		const offset = Date.parse(at) - Date.now();
		if (offset > this.#offset || this.#offset - offset > JUMP) this.#offset = offset;
	}

	/** Asks for tenths of a second until the answer is called. */
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
