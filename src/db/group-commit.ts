import { isDatabaseFault } from './database.ts';

interface Waiting<In, Out> {
	item: In;
	resolve(out: Out): void;
	reject(reason: unknown): void;
}

/** The maximum weight of one transaction, which bounds how long readers wait. A heavier item is committed alone. */
const GROUP_MAX = 256;

/**
 * Collects the items that arrive during a commit into the next commit, in order of arrival. Each caller gets its
 * own result. A group that fails is halved until the faulty item is alone. A fault of the whole database rejects
 * every item. `commit` must write all items, or throw and write none. `weigh` returns the weight of an item.
 */
export class GroupCommit<In, Out> {
	readonly #commit: (items: readonly In[]) => Promise<readonly Out[]>;
	readonly #weigh: (item: In) => number;
	#queue: Waiting<In, Out>[] = [];
	#draining: Promise<void> | undefined;

	constructor(commit: (items: readonly In[]) => Promise<readonly Out[]>, weigh: (item: In) => number = () => 1) {
		this.#commit = commit;
		this.#weigh = weigh;
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

	async #drain(): Promise<void> {
		do {
			// Wait one turn of the event loop, so that requests that arrive together join one group. Callers that
			// add again immediately then starve no other caller.
			await new Promise(setImmediate);
			await this.#write(this.#queue.splice(0, this.#fitting()));
		} while (this.#queue.length > 0);
		this.#draining = undefined;
	}

	/** Returns how many waiting items fit into one transaction, at least one. */
	#fitting(): number {
		let weight = 0;
		const over = this.#queue.findIndex(({ item }) => (weight += this.#weigh(item)) > GROUP_MAX);
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
