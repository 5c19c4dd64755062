import type { Call, Change } from '#contract';
import { drop } from './rows.ts';

/**
 * The most waiting calls that are inserted one by one. More calls are only counted, and the list reloads from its
 * beginning instead.
 */
export const WAITING_MAX = 500;
/** The most calls to count. A page that stays open for days must not grow without bound. */
export const COUNTED_MAX = 20_000;

type Known = Pick<Call, 'id' | 'run' | 'seq'>;

/** New calls that match but are not in the list yet, for example because the reader has scrolled away. */
export class Waiting {
	readonly #calls = new Map<string, Call>();
	/** The waiting calls once there are too many to insert; null before that. */
	#many: Map<string, Known> | null = null;
	/** True if more calls wait than are counted. */
	#more = false;

	/** The number of waiting calls, at most `COUNTED_MAX`. */
	get size(): number {
		return (this.#many ?? this.#calls).size;
	}

	get isMany(): boolean {
		return this.#many !== null;
	}

	get isMore(): boolean {
		return this.#more;
	}

	/** The waiting calls; none if there are too many to insert. */
	get calls(): Call[] {
		return [...this.#calls.values()];
	}

	has(id: string): boolean {
		return (this.#many ?? this.#calls).has(id);
	}

	put(call: Call): void {
		if (this.#many) {
			if (this.#many.size >= COUNTED_MAX && !this.#many.has(call.id)) this.#more = true;
			else this.#many.set(call.id, known(call));
			return;
		}
		this.#calls.set(call.id, call);
		if (this.#calls.size <= WAITING_MAX) return;
		this.#many = new Map([...this.#calls].map(([id, one]) => [id, known(one)]));
		this.#calls.clear();
	}

	/**
	 * Applies a change to the waiting calls: the newest seq wins, and calls that no longer match or exist are
	 * removed.
	 */
	change(change: Change, matches: (call: Call) => boolean): void {
		if (change.type === 'deleted' || change.type === 'cleared') {
			drop(this.#calls, change);
			if (this.#many) drop(this.#many, change);
			if (change.type === 'cleared' && change.run === null) this.#more = false;
			return;
		}
		const { call } = change;
		if (!this.has(call.id)) return;
		if (!matches(call)) this.remove(call.id);
		else if ((this.#calls.get(call.id)?.seq ?? Infinity) < call.seq) this.#calls.set(call.id, call);
	}

	remove(id: string): void {
		this.#calls.delete(id);
		this.#many?.delete(id);
	}

	clear(): void {
		this.#calls.clear();
		this.#many = null;
		this.#more = false;
	}
}

const known = ({ id, run, seq }: Call): Known => ({ id, run, seq });
