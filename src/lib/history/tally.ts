import type { Call, CallsView, Change } from '#contract';
import { place } from '#contract/cursor.ts';

/** How many calls are remembered as pending or ended; the oldest are forgotten first. */
const REMEMBERED = 50_000;

/**
 * How many calls there are and how many of them are pending, from the numbers of a view and the changes after it, each
 * counted once. A call that this tab has never seen was pending before its first ending, unless its ending is older
 * than the view.
 */
export class Tally {
	total: number;
	pending: number;
	#at: number;
	#ended = new Map<string, boolean>();

	constructor(view: Pick<CallsView, 'total' | 'pending' | 'at' | 'page'>) {
		this.total = view.total;
		this.pending = view.pending;
		this.#at = Date.parse(view.at);
		const { seq } = place(view.page.cursor);
		// Rows may be newer than the view's numbers; what they say comes again by the feed.
		for (const call of view.page.calls) if (call.seq <= seq) this.#ended.set(call.id, call.status !== 'PENDING');
	}

	/** Says whether the numbers can still be told: not after calls went of which not all is known here. */
	count(change: Change): boolean {
		if (change.type === 'cleared') {
			if (change.run !== null) return false;
			this.total = this.pending = 0;
			this.#ended.clear();
		} else if (change.type === 'deleted') {
			// Whether a call that was never seen here was still pending, only the server knows.
			if (!this.#ended.has(change.id) && this.pending > 0) return false;
			this.total = Math.max(0, this.total - 1);
			if (this.#ended.get(change.id) === false) this.pending -= 1;
			this.#ended.delete(change.id);
		} else this.#countCall(change.call, change.type === 'created');
		this.pending = Math.min(Math.max(0, this.pending), this.total);
		return true;
	}

	#countCall(call: Call, created: boolean): void {
		const known = this.#ended.get(call.id);
		const ends = call.status !== 'PENDING';
		if (created && known === undefined) {
			this.total += 1;
			if (!ends) this.pending += 1;
		} else if (ends && !(known ?? this.#endedBefore(call))) this.pending -= 1;
		this.#ended.delete(call.id);
		this.#ended.set(call.id, ends);
		if (this.#ended.size > REMEMBERED) for (const oldest of this.#ended.keys()) return void this.#ended.delete(oldest);
	}

	/** Only a correction changes a call that has ended; it keeps the time of the end. */
	#endedBefore({ outcome, endedAt, updatedAt }: Call): boolean {
		return outcome === 'manual' && endedAt !== null && endedAt < updatedAt && Date.parse(endedAt) < this.#at;
	}
}
