import { createContext } from 'svelte';

/** What the pending navigation needs from the page. */
interface Around {
	/** Returns true while the feed is connected. */
	isUp(): boolean;
	/** Resolves with whether the server responds over HTTP. A proxy may block only the feed. */
	answers(): Promise<boolean>;
}

/** The target of a navigation: another list, or another position in the current list. */
type Wish = 'list' | 'place';

/** The page shows that a navigation waits only after this time. */
export const SILENT_MS = 600;
/** The interval between two checks of a server that does not respond. */
export const AGAIN_MS = 5_000;

/** Yields one macrotask, so that the router registers the previous `goto`. */
const turn = (): Promise<void> => new Promise((over) => setTimeout(over));
const ended = (signal: AbortSignal): Promise<void> =>
	new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));

/**
 * Delays navigations of the list until the server responds, because a failed load would replace the app by an error
 * page. Of several waiting navigations only the last is kept. Another list takes precedence over another position
 * in the current list.
 */
export class Going {
	/** True if a navigation has waited so long that the page shows the wait. */
	waits = $state(false);
	#around: Around;
	#waiting: { for: Wish; dropped: AbortController } | null = null;
	#risen: (() => void)[] = [];

	constructor(around: Around) {
		this.#around = around;
	}

	/**
	 * Calls `load` at once if the feed is connected, otherwise when the server responds. Resolves without the call
	 * if another navigation or a link supersedes this one.
	 */
	async go(load: () => Promise<void>, wish: Wish = 'list'): Promise<void> {
		if (this.#around.isUp()) this.drop();
		else {
			if (wish === 'place' && this.#waiting?.for === 'list') return ended(this.#waiting.dropped.signal).then(turn);
			// The new navigation keeps waiting, so `waits` stays as it is.
			this.#waiting?.dropped.abort();
			const dropped = new AbortController();
			const { signal } = dropped;
			this.#waiting = { for: wish, dropped };
			const late = setTimeout(() => (this.waits = true), SILENT_MS);
			await Promise.race([this.reached(), ended(signal)]);
			clearTimeout(late);
			if (signal.aborted) return;
			this.drop();
		}
		await load();
	}

	/** Resolves once the server responds. */
	async reached(): Promise<void> {
		if (this.#around.isUp()) return;
		const risen = new Promise<true>((resolve) => this.#risen.push(() => resolve(true)));
		// Poll, because without the feed nothing else reports that the server is back.
		while (!(await Promise.race([risen, this.#around.answers()])))
			if (await Promise.race([risen, new Promise<false>((again) => setTimeout(() => again(false), AGAIN_MS))])) break;
		await turn();
	}

	/** Cancels the waiting navigation. */
	drop(): void {
		this.#waiting?.dropped.abort();
		this.#waiting = null;
		this.waits = false;
	}

	/** Resumes the waiting navigations. Call this when the feed is connected again. */
	up(): void {
		for (const risen of this.#risen.splice(0)) risen();
	}
}

export const [getGoing, setGoing] = createContext<Going>();
