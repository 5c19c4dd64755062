import type { Call, CallsView, Change } from '#contract';
import { parseCursor } from '#contract/cursor.ts';

/** How many calls are remembered as pending or ended. The calls that changed longest ago are forgotten first. */
const REMEMBERED = 50_000;

/**
 * Counts all calls and pending calls: starts from the numbers of a view, and counts each later change once. The end of
 * a call that this tab never saw lowers the pending calls by one, unless the call ended before the view.
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
		const { seq } = parseCursor(view.page.cursor);
		// Skip rows newer than the view's numbers: the feed delivers their changes again.
		for (const call of view.page.calls) if (call.seq <= seq) this.#ended.set(call.id, call.status !== 'PENDING');
	}

	/**
	 * Counts a change. Returns false if the numbers are no longer known, because the change deleted calls whose
	 * status this tab may not know.
	 */
	count(change: Change): boolean {
		if (change.type === 'cleared') {
			if (change.run !== null) return false;
			this.total = this.pending = 0;
			this.#ended.clear();
		} else if (change.type === 'deleted') {
			// Only the server knows whether a call never seen here was pending.
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

	/**
	 * Returns whether a call that this tab never saw had ended before the view. Only a manual correction changes
	 * an ended call, and `endedAt` stays the same.
	 */
	#endedBefore({ outcome, endedAt, updatedAt }: Call): boolean {
		return outcome === 'manual' && endedAt !== null && endedAt < updatedAt && Date.parse(endedAt) < this.#at;
	}
}
