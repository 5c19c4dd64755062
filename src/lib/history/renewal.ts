import { createContext } from 'svelte';
import { Pace } from '#lib/time/pace.ts';
import type { Board } from './board.svelte.ts';

/** What it asks of the pages around. */
interface Around {
	/** Resolves once the server is there. */
	reached(): Promise<void>;
	/** Resolves once no navigation is under way. */
	navigated(): Promise<void>;
	/** The list is on the screen. */
	shows(): boolean;
	/** Loads the list from that place; undefined: from where the address says. */
	load(at: string | null | undefined): Promise<void>;
}

/** At most so often, however many calls go of which not all is known here. */
const EVERY_MS = 2_000;

/**
 * Loads the list anew from what is read, which stays where it is on the screen: one load at a time, and one more for all
 * who asked meanwhile. A reader who leaves the list is not brought back.
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

	/** Answers once a list that was asked for from now on has come, or will not; false: the reader has left the list. */
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
			// Overtaken by a link that is followed: only its end says where the reader is.
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
			// It did not come, and what comes next is another list.
			if (board.view === view) board.again = false;
		}
	}
}

export const [getRenewal, setRenewal] = createContext<Renewal>();
