import { createContext } from 'svelte';
import { Pace } from '#lib/time/pace.ts';
import type { Board } from './board.svelte.ts';

/** What the pending navigation needs from the page. */
interface Around {
	/** Resolves once the server responds. */
	reached(): Promise<void>;
	/** Resolves once no navigation is under way. */
	navigated(): Promise<void>;
	/** Returns whether the list is on the screen. */
	shows(): boolean;
	/** Loads the list from that place, or from the address for undefined. */
	load(at: string | null | undefined): Promise<void>;
}

/** The shortest interval between reloads, however many changes need one. */
const EVERY_MS = 2_000;

/**
 * Reloads the list at the reader's place, which keeps its position on the screen. One load runs at a time, and requests
 * during it share one more. A reader who leaves the list is not brought back.
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
	 * Requests a reload. Resolves when a load that began after this call has ended; with false if the reader has left
	 * the list.
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
			// A link may have superseded the load. Only its end shows where the reader is.
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
			// The load failed, so the next list shown is not a reload of this one.
			if (board.view === view) board.again = false;
		}
	}
}

export const [getRenewal, setRenewal] = createContext<Renewal>();
