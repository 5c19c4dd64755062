import { isDatabaseFault } from './database.ts';

const nextTurn = (): Promise<void> => new Promise(setImmediate);

interface Waiting<In, Out> {
	item: In;
	resolve(out: Out): void;
	reject(reason: unknown): void;
}

export interface GroupLimits<In> {
	/** The maximum weight of one transaction, which bounds how long readers wait. A heavier item is committed alone. */
	most: number;
	/** Returns the weight of an item: 1 if omitted. */
	weigh?(item: In): number;
	/**
	 * True commits an item at once if no commit is under way. Otherwise the item waits one turn of the event loop, so that
	 * items that arrive together join one group.
	 */
	eager?: boolean;
}

/**
 * Collects the items that arrive during a commit into the next commit, in order of arrival. Each caller gets its
 * own result. A group that fails is halved until the faulty item is alone. A fault of the whole database rejects
 * every item. `commit` must write all items, or throw and write none. An item may be committed more than once, so
 * work on it must be pure.
 */
export class GroupCommit<In, Out> {
	readonly #commit: (items: readonly In[]) => Promise<readonly Out[]>;
	readonly #limits: GroupLimits<In>;
	#queue: Waiting<In, Out>[] = [];
	#draining: Promise<void> | undefined;

	constructor(commit: (items: readonly In[]) => Promise<readonly Out[]>, limits: GroupLimits<In>) {
		this.#commit = commit;
		this.#limits = limits;
	}

	add(item: In): Promise<Out> {
		return new Promise((resolve, reject) => {
			this.#queue.push({ item, resolve, reject });
			this.#draining ??= this.#drain();
		});
	}

	/** Resolves when no item waits. */
	async settled(): Promise<void> {
		await this.#draining;
	}

	/** Commits one group per turn of the event loop, so that callers that add again immediately starve no other caller. */
	async #drain(): Promise<void> {
		if (this.#limits.eager !== true) await nextTurn();
		while (this.#queue.length > 0) {
			await this.#write(this.#queue.splice(0, this.#fitting()));
			await nextTurn();
		}
		this.#draining = undefined;
	}

	/** Returns how many waiting items fit into one transaction, at least one. */
	#fitting(): number {
		const { most, weigh = () => 1 } = this.#limits;
		let weight = 0;
		const over = this.#queue.findIndex(({ item }) => (weight += weigh(item)) > most);
		return over < 0 ? this.#queue.length : Math.max(1, over);
	}

	async #write(group: readonly Waiting<In, Out>[]): Promise<void> {
		try {
			const results = await this.#commit(group.map(({ item }) => item));
			group.forEach(({ resolve }, i) => resolve(results[i]!));
		} catch (error) {
			if (group.length === 1 || isDatabaseFault(error)) return group.forEach(({ reject }) => reject(error));
			const half = group.length >> 1;
			await this.#write(group.slice(0, half));
			await this.#write(group.slice(half));
		}
	}
}
