/** Where a jump goes: `at` as the address says it, and the room before the first row where that is known. */
export type Goal = { to: 'start' | 'end'; at: string | null } | { to: 'share'; at: string; lead: number };

/** Jumps: the list is shown from another place, and what lies between is not read. */
export class Jumps {
	/** Where the list that comes next is to be shown; null where its page says so itself. */
	goal: Goal | null = null;
	/** A jump is under way. */
	active = false;
	#go: (at: string | null) => Promise<void>;
	#isAnew: () => boolean;

	/** `go` loads the list from a place; `isAnew` says that it is being loaded anew, as it was. */
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
			// Overtaken: only a list that is loaded anew goes there in its stead.
			if (!this.#isAnew()) this.goal = null;
		}
	}

	/** The goal of the list that has come. */
	land(): Goal | null {
		const { goal } = this;
		this.goal = null;
		return goal;
	}
}
