/**
 * The target of a jump: an end of the list, or a share of the history. `at` is the parameter of the address, and
 * `lead` the empty space before the first row, in rows.
 */
export type Goal = { to: 'start' | 'end'; at: string | null } | { to: 'share'; at: string; lead: number };

/** Shows the list from another position, without loading the rows between. */
export class Jumps {
	/** The target of the list that arrives next; null if no jump requested that list. */
	goal: Goal | null = null;
	/** True while a jump loads its list. */
	active = false;
	#go: (at: string | null) => Promise<void>;
	#isAnew: () => boolean;

	/**
	 * `go` loads the list from the position `at`. `isAnew` returns true while a reload of the same list is under
	 * way.
	 */
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
			// A reload that superseded the jump loads the jump's target, and still needs the goal.
			if (!this.#isAnew()) this.goal = null;
		}
	}

	/** Returns and clears the goal. Call this when the next list has arrived. */
	land(): Goal | null {
		const { goal } = this;
		this.goal = null;
		return goal;
	}
}
