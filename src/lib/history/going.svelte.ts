import { createContext } from 'svelte';

/** What it asks of the pages around. */
interface Around {
	/** The server is heard. */
	isUp(): boolean;
	/** Asks the server whether it is there: no push comes through everywhere. */
	answers(): Promise<boolean>;
}

/** What is gone to: another list, or another place in the one that is shown. */
type Wish = 'list' | 'place';

/** Shorter breaks stay silent. */
export const SILENT_MS = 600;
/** A server that did not answer is asked again after this time. */
export const AGAIN_MS = 5_000;

/** One after the other: the router knows of who goes first only when his turn is over, and who comes next waits for it. */
const turn = (): Promise<void> => new Promise((over) => setTimeout(over));
const ended = (signal: AbortSignal): Promise<void> =>
	new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));

/**
 * Goes to another list, or to another place in it, once the server is there: a load that fails would put an error page
 * in place of all. Of wishes that wait only the last is kept, and of a list and a place in this one, the list.
 */
export class Going {
	/** A wish has waited for so long that it is to be said. */
	waits = $state(false);
	#around: Around;
	#waiting: { for: Wish; dropped: AbortController } | null = null;
	#risen: (() => void)[] = [];

	constructor(around: Around) {
		this.#around = around;
	}

	/** `load` is called at once where the server is heard; not at all where another wish, or a link, comes first. */
	async go(load: () => Promise<void>, wish: Wish = 'list'): Promise<void> {
		if (this.#around.isUp()) this.drop();
		else {
			if (wish === 'place' && this.#waiting?.for === 'list') return ended(this.#waiting.dropped.signal).then(turn);
			// Another in its stead waits on: that is still said.
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

	/** Resolves once the server is there. */
	async reached(): Promise<void> {
		if (this.#around.isUp()) return;
		const risen = new Promise<true>((resolve) => this.#risen.push(() => resolve(true)));
		// Asked again: where no push comes through, nothing else tells that the server is back.
		while (!(await Promise.race([risen, this.#around.answers()])))
			if (await Promise.race([risen, new Promise<false>((again) => setTimeout(() => again(false), AGAIN_MS))])) break;
		await turn();
	}

	/** What waits is wished no more. */
	drop(): void {
		this.#waiting?.dropped.abort();
		this.#waiting = null;
		this.waits = false;
	}

	/** The server is heard again. */
	up(): void {
		for (const risen of this.#risen.splice(0)) risen();
	}
}

export const [getGoing, setGoing] = createContext<Going>();
