import type { Call, Change } from '#contract';
import { drop } from './rows.ts';

/** More are not let in one by one: they are only counted, and the list is loaded anew from its beginning. */
export const WAITING_MAX = 500;
/** Nor are more counted: a page that is left open for days keeps as little. */
export const COUNTED_MAX = 20_000;

type Known = Pick<Call, 'id' | 'run' | 'seq'>;

/** New calls that match, and wait because the reader is elsewhere. */
export class Waiting {
	readonly #calls = new Map<string, Call>();
	/** All of them, once they are too many. */
	#many: Map<string, Known> | null = null;
	/** There are more than are counted. */
	#more = false;

	/** Of more than are counted, how many were. */
	get size(): number {
		return (this.#many ?? this.#calls).size;
	}

	get isMany(): boolean {
		return this.#many !== null;
	}

	get isMore(): boolean {
		return this.#more;
	}

	/** None, where they are too many. */
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

	/** What is told of those that wait: the newest seq wins, and who matches no more waits no more. */
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
