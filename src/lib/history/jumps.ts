/** The target of a jump: `at` for the address, and the room before the first row if it is known. */
export type Goal = { to: 'start' | 'end'; at: string | null } | { to: 'share'; at: string; lead: number };

/** Jumps show the list from another place, without reading what lies between. */
export class Jumps {
	/** Where to show the next list; null if its page decides. */
	goal: Goal | null = null;
	/** A jump is under way. */
	active = false;
	#go: (at: string | null) => Promise<void>;
	#isAnew: () => boolean;

	/** `go` loads the list from a place. `isAnew` returns true while a reload of the same list is under way. */
	constructor(go: (at: string | null) => Promise<void>, isAnew: () => boolean) {
		this.#go = go;
		this.#isAnew = isAnew;
	}

	async to(goal: Goal): Promise<void> {
		this.active = true;
		this.goal = goal;
		try {
			await this.#go(goal.at);
		} finally {
			this.active = false;
			// If the jump was superseded, only a reload of the same list still uses its goal.
			if (!this.#isAnew()) this.goal = null;
		}
	}

	/** Returns the goal for the list that has arrived, and clears it. */
	land(): Goal | null {
		const { goal } = this;
		this.goal = null;
		return goal;
	}
}
