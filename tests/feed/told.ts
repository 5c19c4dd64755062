import type { Call } from '#contract';

/** A change that the server has acknowledged. From `at` on, every live client has it. */
export interface AcknowledgedChange {
	/** When the response was received. */
	at: number;
	id: string;
	/** The call's seq in the response; null for a deleted call. */
	seq: number | null;
	/** The run of an existing call. */
	run: string | null;
}

/** All acknowledged changes, in the order of the responses. */
export class AcknowledgedChanges {
	readonly entries: AcknowledgedChange[] = [];
	/** Existing calls with their runs, as acknowledged. */
	readonly existing = new Map<string, string | null>();
	/** Calls with a requested deletion: a client without such a call need not have its last change. */
	readonly beingDeleted = new Set<string>();
	/** Index of the first valid entry: earlier ones belong to another database. */
	from = 0;
	/** Clears of a run (null: everything), from their request to their end. */
	readonly #clears: { run: string | null; endedAt: number }[] = [];

	/** Records a call as a response has it. `requestedAt` is the time of the request. */
	recordCall({ id, seq, run }: Call, requestedAt: number): void {
		// A concurrent clear did not know of this call and may have deleted it.
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

	/** Announces a clear. Call the returned function when its response was received or will never come. */
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

	/** Discards all entries after the database was restored. */
	discardAll(): void {
		this.from = this.entries.length;
		this.existing.clear();
	}

	/** Whether `calls` contains this change or a newer one. */
	isShown({ id, seq }: AcknowledgedChange, calls: ReadonlyMap<string, Call>): boolean {
		const call = calls.get(id);
		if (seq === null) return call === undefined;
		return call === undefined ? this.beingDeleted.has(id) : call.seq >= seq;
	}
}
