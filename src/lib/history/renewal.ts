import { createContext } from 'svelte';
import { Pace } from '#lib/time/pace.ts';
import type { Board } from './board.svelte.ts';

/** What the reload of the list needs from the page. */
interface Around {
	/** Resolves once the server responds. */
	reached(): Promise<void>;
	/** Resolves once no navigation is under way. */
	navigated(): Promise<void>;
	/** Returns whether the list is on the screen. */
	shows(): boolean;
	/** Loads the list from the position `at`: null means its beginning, undefined the position in the address. */
	load(at: string | null | undefined): Promise<void>;
}

/** The shortest interval between reloads, however many changes need one. */
const EVERY_MS = 2_000;

/**
 * Reloads the list at the reader's position, so that visible rows do not move. One load runs at a time, and all
 * requests during a load share the next load. A reload never brings a reader back who has left the list.
 */
export class Renewal {
	#board: Board;
	#around: Around;
	#pace = new Pace(
		() => this.#renew(),
		() => EVERY_MS,
	);
	#asked: ((isHere: boolean) => void)[] = [];
	#stopped = false;

	constructor(board: Board, around: Around) {
		this.#board = board;
		this.#around = around;
	}

	/**
	 * Requests a reload. Resolves when a load that began after this call has ended: with true if the list is on
	 * the screen, with false if the reader has left it.
	 */
	ask(): Promise<boolean> {
		if (this.#stopped) return Promise.resolve(false);
		return new Promise((answer) => {
			this.#asked.push(answer);
			this.#pace.ask();
		});
	}

	stop(): void {
		this.#stopped = true;
		this.#pace.stop();
		for (const answer of this.#asked.splice(0)) answer(false);
	}

	async #renew(): Promise<void> {
		const asked = this.#asked.splice(0);
		const { reached, navigated, shows } = this.#around;
		try {
			await reached();
			await navigated();
			if (shows()) await this.#load();
			// A link may have superseded the load. Wait for the link's page, to see whether the reader has left
			// the list.
			await navigated();
		} finally {
			const isHere = shows();
			for (const answer of asked) answer(isHere);
		}
	}

	async #load(): Promise<void> {
		const board = this.#board;
		const { view } = board;
		const at = board.placeOf();
		board.again = true;
		try {
			await this.#around.load(at);
		} finally {
			// The same view means that the load failed. The next list that is shown is then not a reload.
			if (board.view === view) board.again = false;
		}
	}
}

export const [getRenewal, setRenewal] = createContext<Renewal>();
