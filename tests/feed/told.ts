import type { Call } from '#contract';

/** What the server has acknowledged: from `at` on, whoever is live knows it. */
export interface Told {
	/** When the answer was here. */
	at: number;
	id: string;
	/** The call's seq as it was answered; null for a call that is gone. */
	seq: number | null;
	/** The run of a call that is there. */
	run: string | null;
}

/** Everything that was acknowledged, in the order of the answers. */
export class Ledger {
	readonly told: Told[] = [];
	/** The calls that are there, by what was answered, with their runs. */
	readonly known = new Map<string, string | null>();
	/** Calls whose deletion was asked for: who does not have one of them need not have its last change. */
	readonly leaving = new Set<string>();
	/** What was told before is void: the database is another one. */
	from = 0;
	/** When somebody began to ask for a run (null: everything) to be cleared, and when that was over. */
	readonly #clears: { run: string | null; endedAt: number }[] = [];

	/** A call was answered as it is now, to a request of `askedAt`. */
	has({ id, seq, run }: Call, askedAt: number): void {
		// A clear that was asked for meanwhile did not know of it, and may have taken it.
		if (this.#clears.some((clear) => clear.endedAt >= askedAt && (clear.run ?? run) === run)) this.leaving.add(id);
		if (!this.leaving.has(id)) this.known.set(id, run);
		this.told.push({ at: Date.now(), id, seq, run });
	}

	/** These calls will be deleted: say so before the request, as the push may be here before its answer. */
	leaves(ids: Iterable<string>): void {
		for (const id of ids) this.leaving.add(id);
	}

	/** A clear will be asked for; call the answer when its own one is here, or will never be. */
	clears(run: string | null): () => void {
		const clear = { run, endedAt: Infinity };
		this.#clears.push(clear);
		return () => (clear.endedAt = Date.now());
	}

	gone(ids: Iterable<string>): void {
		for (const id of ids) {
			this.known.delete(id);
			this.told.push({ at: Date.now(), id, seq: null, run: null });
		}
	}

	/** The database was restored: what is there now is not known here. */
	forget(): void {
		this.from = this.told.length;
		this.known.clear();
	}

	/** Whether these calls show what was told, or something newer. */
	isShown({ id, seq }: Told, calls: ReadonlyMap<string, Call>): boolean {
		const call = calls.get(id);
		if (seq === null) return call === undefined;
		return call === undefined ? this.leaving.has(id) : call.seq >= seq;
	}
}
