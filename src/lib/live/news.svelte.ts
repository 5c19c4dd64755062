import type { Change } from '#contract';
import { Gathered } from './gathered.ts';

/** Speaks at most this often. */
const EVERY_MS = 5_000;

/** Sums up what arrives for those who listen: "4 new calls, 1 failed". */
export class News {
	text = $state('');
	#gathered = new Gathered();
	#timer: ReturnType<typeof setTimeout> | undefined;
	#spokeAt = -Infinity;

	add(changes: readonly Change[]): void {
		this.#gathered.add(changes);
		if (this.#timer !== undefined || this.#gathered.empty) return;
		// An empty region first, so that the same words twice are heard twice.
		this.text = '';
		const wait = Math.max(1_000, this.#spokeAt + EVERY_MS - performance.now());
		this.#timer = setTimeout(() => this.#speak(), wait);
	}

	stop(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
	}

	#speak(): void {
		this.#timer = undefined;
		this.#spokeAt = performance.now();
		this.text = this.#gathered.tell();
	}
}
