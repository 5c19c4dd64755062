/**
 * Does `work` when it is asked to: at once, and then again, once for all who asked meanwhile, when the last is done and
 * `everyMs` have passed since it began.
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
