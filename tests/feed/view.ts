import { SILENT_AFTER_MS, type Call, type Change } from '#contract';
import { drop } from '#lib/history/rows.ts';
import { parseCursor } from '#contract/cursor.ts';
import type { List } from './list.ts';
import type { AcknowledgedChanges, AcknowledgedChange } from './told.ts';

/** The server may gather changes this long before it sends them. */
const GATHERED_WITHIN_MS = 1_000;
/**
 * Tolerance for a client that notices silence late. The feed looks twice a second; the rest is for a busy machine.
 */
const NOTICED_WITHIN_MS = 2_000;

/** What went wrong with a client, as sentences. */
export interface Faults {
	doubled: string[];
	outOfOrder: string[];
	movedBack: string[];
	/** The client was live but lacked a change that it had to have. */
	falselyLive: string[];
}

/** The cursor and the state of a client's connection. */
interface ConnectionState {
	cursor(): string | null;
	isLive(): boolean;
}

/**
 * The calls that a client shows, all or those of one run, according to its lists and changes. Records each broken
 * promise of the feed in `faults`.
 */
export class View {
	calls = new Map<string, Call>();
	readonly faults: Faults = { doubled: [], outOfOrder: [], movedBack: [], falselyLive: [] };
	/** Number of changes applied. */
	applied = 0;
	/** Number of samples, and number of samples in which the client was live. */
	samples = 0;
	liveSamples = 0;
	/** Maximum age of an acknowledged change that the client lacked while live. */
	longestBehindMs = 0;

	#name: string;
	#run: string | undefined;
	#acknowledged: AcknowledgedChanges;
	#state: ConnectionState;
	/** The latest server time in the received messages. */
	#sentAt = 0;
	/** Index of the first acknowledged change that the client has not shown yet. */
	#next = 0;
	#epoch = '';
	#seq = 0;
	#seen = new Set<number>();
	/** Changes applied in this epoch. They are applied again to a list that was read before them. */
	#log: Change[] = [];

	constructor(name: string, run: string | undefined, acknowledged: AcknowledgedChanges, state: ConnectionState) {
		this.#name = name;
		this.#run = run;
		this.#acknowledged = acknowledged;
		this.#state = state;
	}

	/** Records the server's time of a message. */
	recordTime(at: string): void {
		this.#sentAt = Math.max(this.#sentAt, Date.parse(at));
	}

	/** Shows a list, with all later changes applied. Passes the list's cursor to `adopt`. */
	show({ calls, cursor }: List, adopt: (cursor: string) => void): void {
		const { epoch, seq } = parseCursor(cursor);
		if (epoch !== this.#epoch) this.#log = [];
		this.calls = calls;
		for (const change of this.#log) if (change.seq > seq) this.#put(change);
		adopt(cursor);
		this.checkCursor();
	}

	/** Applies changes. The client must have moved its cursor past them already. */
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
	 * Checks the client's claim to be live. A live client must have every change that was acknowledged
	 * - before the server sent the last message that the client received (one comes at least every 5 s), or
	 * - more than 12 s ago, because a client that received no message for so long must not claim to be live.
	 */
	sample(now: number): void {
		const { entries, from } = this.#acknowledged;
		this.#next = Math.max(this.#next, from);
		while (this.#next < entries.length && this.#has(entries[this.#next]!)) this.#next++;
		this.samples++;
		this.checkCursor();
		if (!this.#state.isLive()) return;
		this.liveSamples++;
		const lacking = entries[this.#next];
		if (!lacking) return;
		this.longestBehindMs = Math.max(this.longestBehindMs, now - lacking.at);
		if (this.#sentAt - lacking.at > GATHERED_WITHIN_MS)
			this.#reportFalselyLive(lacking, now, 'has heard of later times');
		else if (now - lacking.at > SILENT_AFTER_MS + NOTICED_WITHIN_MS)
			this.#reportFalselyLive(lacking, now, 'should have noticed');
	}

	checkCursor(): void {
		const cursor = this.#state.cursor();
		if (cursor === null) return;
		const { epoch, seq } = parseCursor(cursor);
		if (epoch !== this.#epoch) this.#seen.clear();
		else if (seq < this.#seq) this.faults.movedBack.push(`${this.#name}: from ${this.#seq} to ${seq}`);
		this.#epoch = epoch;
		this.#seq = seq;
	}

	/** Whether the client shows this change, or need not show it because the call is of another run. */
	#has(entry: AcknowledgedChange): boolean {
		const theirs = entry.seq !== null && this.#run !== undefined && entry.run !== this.#run;
		return theirs || this.#acknowledged.isShown(entry, this.calls);
	}

	#reportFalselyLive({ id, seq, at }: AcknowledgedChange, now: number, why: string): void {
		const what = seq === null ? 'the deletion' : `seq ${seq}`;
		this.faults.falselyLive.push(`${this.#name} is live, ${why}, and lacks ${what} of ${id} since ${now - at} ms`);
	}

	#put(change: Change): void {
		if (!('call' in change)) drop(this.calls, change);
		else if ((this.calls.get(change.call.id)?.seq ?? 0) < change.seq) this.calls.set(change.call.id, change.call);
	}
}
