import { flushSync } from 'svelte';
import type { Change } from '#contract';
import { createGatherer } from '#contract/gatherer.ts';

/** The longest time a change waits for other changes of the same burst. */
const DRAW_WITHIN_MS = 250;
/**
 * If more changes than this wait, they are applied at once: a browser may run the timers of a hidden tab only once
 * a minute.
 */
const HELD_MAX = 1_000;

interface Deps {
	/** Applies a batch of changes to the page. The changes are in commit order. */
	apply(changes: readonly Change[]): void;
	/** Called when `apply` or the rendering throws. The page must then reload its list. */
	lost(error: unknown): void;
}

/**
 * Batches changes on their way to the page. A lone change renders at once. In a burst, changes that arrive during a
 * render, and for three times as long after it, render together. A tab under heavy load therefore keeps up and stays
 * usable.
 */
export class Arrivals {
	#held = 0;
	#stopped = false;
	#gatherer;

	constructor({ apply, lost }: Deps) {
		this.#gatherer = createGatherer<readonly Change[]>({
			send: (groups) => {
				this.#held = 0;
				if (this.#stopped) return;
				apply(groups.flat());
				flushSync(); // render here, so that the pause also depends on the time that rendering takes
			},
			maxPauseMs: DRAW_WITHIN_MS,
			onError: lost,
		});
	}

	add(changes: readonly Change[]): void {
		this.#held += changes.length;
		this.#gatherer.add(changes);
		if (this.#held > HELD_MAX) this.flush();
	}

	/**
	 * Renders waiting changes now. Call this before a step that needs these changes on the page, such as a reload
	 * of the list.
	 */
	flush(): void {
		this.#gatherer.flush();
	}

	/** Drops waiting changes. Call this when the page is closed. */
	stop(): void {
		this.#stopped = true;
		this.#gatherer.close();
	}
}
