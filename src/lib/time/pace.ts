/**
 * Throttles `work`. The first `ask` runs it at once. All calls of `ask` during a run share the next run. The next
 * run begins `everyMs` after the current run began, but not before the current run has ended.
 */
export class Pace {
	#work: () => Promise<void>;
	#everyMs: () => number;
	#timer: ReturnType<typeof setTimeout> | undefined;
	#beganAt = -Infinity;
	#works = false;
	#asked = false;
	#stopped = false;

	constructor(work: () => Promise<void>, everyMs: () => number) {
		this.#work = work;
		this.#everyMs = everyMs;
	}

	ask(): void {
		if (this.#stopped || this.#timer !== undefined) return;
		if (this.#works) this.#asked = true;
		else {
			const wait = Math.max(0, this.#beganAt + this.#everyMs() - performance.now());
			this.#timer = setTimeout(() => void this.#run(), wait);
		}
	}

	stop(): void {
		this.#stopped = true;
		clearTimeout(this.#timer);
	}

	async #run(): Promise<void> {
		this.#timer = undefined;
		this.#beganAt = performance.now();
		this.#works = true;
		try {
			await this.#work();
		} finally {
			this.#works = false;
			if (this.#asked) {
				this.#asked = false;
				this.ask();
			}
		}
	}
}
