import type { Change } from '#contract';
import { Gathered } from './gathered.ts';

/** The shortest interval between two announcements. */
const EVERY_MS = 5_000;

/** Announces new and failed calls to screen readers in summary: "4 new calls, 1 failed". */
export class News {
	text = $state('');
	#gathered = new Gathered();
	#timer: ReturnType<typeof setTimeout> | undefined;
	#spokeAt = -Infinity;

	add(changes: readonly Change[]): void {
		this.#gathered.add(changes);
		if (this.#timer !== undefined || this.#gathered.empty) return;
		// Empty the live region first. Otherwise, a screen reader would not announce the same text again.
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
		this.text = this.#gathered.take();
	}
}
