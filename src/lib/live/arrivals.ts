import { flushSync } from 'svelte';
import type { Change } from '#contract';
import { createGatherer } from '#contract/gatherer.ts';

/** So long a change may wait for others that come in the same burst. */
const DRAW_WITHIN_MS = 250;
/** So many wait at most: the timers of a hidden tab may come once a minute. */
const HELD_MAX = 1_000;

interface Deps {
	/** Takes changes in their order. */
	apply(changes: readonly Change[]): void;
	/** Something went wrong with some of them: what is shown has to be loaded anew. */
	lost(error: unknown): void;
}

/**
 * Changes on their way to the page. A lone one is drawn at once; of a burst those that come while the page draws, and for
 * three times as long, are drawn together: so a tab under a flood keeps up, and stays usable.
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
				flushSync(); // what this draws is part of what it costs
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

	/** What waits is drawn now: something else comes that must not overtake it. */
	flush(): void {
		this.#gatherer.flush();
	}

	/** Nobody looks any more: what waits is dropped. */
	stop(): void {
		this.#stopped = true;
		this.#gatherer.close();
	}
}
