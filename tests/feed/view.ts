import { SILENT_AFTER_MS, type Call, type Change } from '#contract';
import { drop } from '#lib/history/rows.ts';
import { place } from '#contract/cursor.ts';
import type { List } from './list.ts';
import type { Ledger, Told } from './told.ts';

/** What is committed may be gathered for so long before it is sent. */
const GATHERED_WITHIN_MS = 1_000;
/** The feed looks at its clock twice a second; the rest is for a busy machine. */
const NOTICED_WITHIN_MS = 2_000;

/** What went wrong with a client, as sentences. */
export interface Faults {
	doubled: string[];
	outOfOrder: string[];
	movedBack: string[];
	/** Live while it lacked what it had to have. */
	dishonest: string[];
}

/** Where a client stands. */
interface Standing {
	cursor(): string | null;
	isLive(): boolean;
}

/** What a client shows, and a look at whether it may: all calls, or those of one run, by its list and its changes. */
export class View {
	calls = new Map<string, Call>();
	readonly faults: Faults = { doubled: [], outOfOrder: [], movedBack: [], dishonest: [] };
	/** Changes that were applied. */
	applied = 0;
	/** Samples, and those of them in which it was live. */
	samples = 0;
	liveSamples = 0;
	/** The oldest acknowledged change that it lacked while it was live. */
	longestBehindMs = 0;

	#name: string;
	#run: string | undefined;
	#ledger: Ledger;
	#standing: Standing;
	/** When the server sent the last thing that came here. */
	#sentAt = 0;
	/** Of what was acknowledged, the first that was not seen here yet. */
	#next = 0;
	#epoch = '';
	#seq = 0;
	#seen = new Set<number>();
	/** What was applied in this epoch: a list may have been read before it. */
	#log: Change[] = [];

	constructor(name: string, run: string | undefined, ledger: Ledger, standing: Standing) {
		this.#name = name;
		this.#run = run;
		this.#ledger = ledger;
		this.#standing = standing;
	}

	/** The server said what time it is. */
	heard(at: string): void {
		this.#sentAt = Math.max(this.#sentAt, Date.parse(at));
	}

	/** A list, of which `adopt` takes the cursor. */
	show({ calls, cursor }: List, adopt: (cursor: string) => void): void {
		const { epoch, seq } = place(cursor);
		if (epoch !== this.#epoch) this.#log = [];
		this.calls = calls;
		for (const change of this.#log) if (change.seq > seq) this.#put(change);
		adopt(cursor);
		this.checkCursor();
	}

	/** Changes with which the cursor has moved already. */
	apply(changes: readonly Change[]): void {
		const before = this.#seq;
		this.checkCursor();
		let last = this.#log.at(-1)?.seq ?? 0;
		for (const change of changes) {
			if (this.#seen.has(change.seq)) this.faults.doubled.push(`${this.#name}: ${change.seq}`);
			if (change.seq <= Math.max(last, before))
				this.faults.outOfOrder.push(`${this.#name}: ${change.seq} after ${last}`);
			last = change.seq;
			this.#seen.add(last);
			this.#log.push(change);
			this.#put(change);
			this.applied++;
		}
		if (last > this.#seq) this.faults.outOfOrder.push(`${this.#name}: ${last} past its own cursor ${this.#seq}`);
	}

	/**
	 * Looks at what it says of itself. While it says "live", of all that REST acknowledged (by `Ledger`) it may lack
	 * nothing
	 * - that was acknowledged before the server sent the last frame or heartbeat that came here: on a line on which
	 *   something comes, that is the heartbeat's 5 s;
	 * - that was acknowledged longer ago than the silence after which it does not call itself live: on a line on which
	 *   nothing comes, 12 s.
	 */
	sample(now: number): void {
		const { told, from } = this.#ledger;
		this.#next = Math.max(this.#next, from);
		while (this.#next < told.length && this.#has(told[this.#next]!)) this.#next++;
		this.samples++;
		this.checkCursor();
		if (!this.#standing.isLive()) return;
		this.liveSamples++;
		const lacking = told[this.#next];
		if (!lacking) return;
		this.longestBehindMs = Math.max(this.longestBehindMs, now - lacking.at);
		if (this.#sentAt - lacking.at > GATHERED_WITHIN_MS) this.#lies(lacking, now, 'has heard of later times');
		else if (now - lacking.at > SILENT_AFTER_MS + NOTICED_WITHIN_MS) this.#lies(lacking, now, 'should have noticed');
	}

	checkCursor(): void {
		const cursor = this.#standing.cursor();
		if (cursor === null) return;
		const { epoch, seq } = place(cursor);
		if (epoch !== this.#epoch) this.#seen.clear();
		else if (seq < this.#seq) this.faults.movedBack.push(`${this.#name}: from ${this.#seq} to ${seq}`);
		this.#epoch = epoch;
		this.#seq = seq;
	}

	/** Whether it shows this, or need not. */
	#has(told: Told): boolean {
		const theirs = told.seq !== null && this.#run !== undefined && told.run !== this.#run;
		return theirs || this.#ledger.isShown(told, this.calls);
	}

	#lies({ id, seq, at }: Told, now: number, why: string): void {
		const what = seq === null ? 'the deletion' : `seq ${seq}`;
		this.faults.dishonest.push(`${this.#name} is live, ${why}, and lacks ${what} of ${id} since ${now - at} ms`);
	}

	#put(change: Change): void {
		if (!('call' in change)) drop(this.calls, change);
		else if ((this.calls.get(change.call.id)?.seq ?? 0) < change.seq) this.calls.set(change.call.id, change.call);
	}
}
