import type { Call } from '#contract';

/** A change that the server has acknowledged. Soon after `at`, every live client must show it. */
export interface AcknowledgedChange {
	/** When the response was received. */
	at: number;
	id: string;
	/** The call's seq in the response; null for a deleted call. */
	seq: number | null;
	/** The run of the call; null for a call without a run and for a deleted call. */
	run: string | null;
}

/** All acknowledged changes, in the order of the responses. */
export class AcknowledgedChanges {
	readonly entries: AcknowledgedChange[] = [];
	/** Existing calls with their runs, as acknowledged. */
	readonly existing = new Map<string, string | null>();
	/** Calls whose deletion was requested. A client without such a call lacks no change, even before the response. */
	readonly beingDeleted = new Set<string>();
	/** Index of the first entry that counts. Earlier entries are from before the database was restored. */
	from = 0;
	/**
	 * All clears, each of one run or, with null, of all calls. `endedAt` is Infinity while the clear is under way.
	 */
	readonly #clears: { run: string | null; endedAt: number }[] = [];

	/** Records the call of a response. `requestedAt` is the time of the request. */
	recordCall({ id, seq, run }: Call, requestedAt: number): void {
		// A clear that overlaps this request may have deleted the call without announcing it.
		if (this.#clears.some((clear) => clear.endedAt >= requestedAt && (clear.run ?? run) === run))
			this.beingDeleted.add(id);
		if (!this.beingDeleted.has(id)) this.existing.set(id, run);
		this.entries.push({ at: Date.now(), id, seq, run });
	}

	/**
	 * Announces that these calls will be deleted. Call it before the request, because the push may precede the response.
	 */
	announceDeletion(ids: Iterable<string>): void {
		for (const id of ids) this.beingDeleted.add(id);
	}

	/**
	 * Announces a clear. Call the returned function when the response to the clear was received or will never come.
	 */
	announceClear(run: string | null): () => void {
		const clear = { run, endedAt: Infinity };
		this.#clears.push(clear);
		return () => (clear.endedAt = Date.now());
	}

	recordDeletion(ids: Iterable<string>): void {
		for (const id of ids) {
			this.existing.delete(id);
			this.entries.push({ at: Date.now(), id, seq: null, run: null });
		}
	}

	/** Discards all entries, because a restored database may lack their changes. */
	discardAll(): void {
		this.from = this.entries.length;
		this.existing.clear();
	}

	/** Whether `calls` shows this change or a newer one. A call that is being deleted may be missing. */
	isShown({ id, seq }: AcknowledgedChange, calls: ReadonlyMap<string, Call>): boolean {
		const call = calls.get(id);
		if (seq === null) return call === undefined;
		return call === undefined ? this.beingDeleted.has(id) : call.seq >= seq;
	}
}
