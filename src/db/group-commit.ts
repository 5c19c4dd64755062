import { isEverybodysFault } from './database.ts';

interface Waiting<In, Out> {
	item: In;
	resolve(out: Out): void;
	reject(reason: unknown): void;
}

/** As much as one transaction takes at once, so that readers wait for no more than that; one heavier item goes alone. */
const GROUP_MAX = 256;

/**
 * Gathers what arrives while a commit is under way into the next one, in order of arrival; each caller gets its own
 * answer. When one item spoils a group, the group is halved until the culprit stands alone; a database that cannot be
 * written is everyone's. `commit` writes all items or throws and has written none. `weigh` says what an item counts for.
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

	/** Resolves when nothing waits any more. */
	async settled(): Promise<void> {
		await this.#draining;
	}

	async #drain(): Promise<void> {
		do {
			// A turn of the loop: requests read together join the group, and callers that ask again at once starve nobody.
			await new Promise(setImmediate);
			await this.#write(this.#queue.splice(0, this.#fitting()));
		} while (this.#queue.length > 0);
		this.#draining = undefined;
	}

	/** How many of those that wait go together, one at least. */
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
			if (group.length === 1 || isEverybodysFault(error)) return group.forEach(({ reject }) => reject(error));
			const half = group.length >> 1;
			await this.#write(group.slice(0, half));
			await this.#write(group.slice(half));
		}
	}
}
