/** An item with a time. The items of a list are in order of time. */
export interface Timed {
	at: number;
}

/**
 * Merges several lists, each in order of time, with a binary heap. Equal times of one list keep their order; equal
 * times of different lists have no defined order.
 */
export class Merge<Item extends Timed> {
	readonly #heap: { items: readonly Item[]; next: number }[] = [];

	get size(): number {
		return this.#heap.length;
	}

	/** Adds a list with at least one item. */
	add(items: readonly Item[]): void {
		this.#heap.push({ items, next: 0 });
		this.#rise(this.#heap.length - 1);
	}

	/** Removes and returns the earliest item. Returns null if no item is left up to `until`. */
	take(until: number): Item | null {
		const top = this.#heap[0];
		if (!top || this.#at(0) > until) return null;
		const item = top.items[top.next++]!;
		if (top.next === top.items.length) {
			const last = this.#heap.pop()!;
			if (this.#heap.length > 0) this.#heap[0] = last;
		}
		this.#sink();
		return item;
	}

	#at(i: number): number {
		const { items, next } = this.#heap[i]!;
		return items[next]!.at;
	}

	#swap(i: number, j: number): void {
		[this.#heap[i], this.#heap[j]] = [this.#heap[j]!, this.#heap[i]!];
	}

	#rise(from: number): void {
		for (let i = from; i > 0;) {
			const parent = (i - 1) >> 1;
			if (this.#at(parent) <= this.#at(i)) return;
			this.#swap(i, parent);
			i = parent;
		}
	}

	#sink(): void {
		const { length } = this.#heap;
		for (let i = 0; ;) {
			let least = i;
			for (const child of [2 * i + 1, 2 * i + 2])
				if (child < length && this.#at(child) < this.#at(least)) least = child;
			if (least === i) return;
			this.#swap(i, least);
			i = least;
		}
	}
}
