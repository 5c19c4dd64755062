import type { EventType } from '#contract';
import type { Statement } from '#db/database.ts';
import type { CallRow } from './call.ts';
import type { HeldJob, Once } from './commands.ts';
import { Tallies } from './tallies.ts';
import { statementsOf, type EventRow, type JobKind, type JobRow, type Position, type Written } from './rows.ts';

/** What the writer read inside its transaction: all that the commands of a group may touch. */
export interface State {
	position: Position;
	calls: ReadonlyMap<string, CallRow>;
	/** The group's reported calls of which a job was given up. */
	dead: ReadonlySet<string>;
	/** The webhook-ids of the group that were seen before. */
	seen: ReadonlySet<string>;
	/** The group's jobs, as they stand now. */
	jobs: ReadonlyMap<string, JobState>;
	/** What was answered under the group's idempotency keys. */
	answers: ReadonlyMap<string, Answer>;
}

/** Who holds a job, and whether the provider may have been asked already. */
export interface JobState {
	lease: string | null;
	asked: boolean;
}

/** What was answered under an idempotency key, and the hash of the body that came with it. */
export interface Answer {
	bodyHash: string;
	answer: string;
}

/** A change as the feed tells it. */
export type RowChange =
	| { seq: number; type: 'created' | 'updated'; call: CallRow }
	| { seq: number; type: 'deleted'; id: string }
	| { seq: number; type: 'cleared'; run: string | null }
	/** Deleted without tombstones: the feed sends a reset. */
	| { seq: number; type: 'purged'; ids: readonly string[] };

/** What a group of commands comes to. */
export interface Entries {
	changes: RowChange[];
	/** The seq of the last change before these. */
	previous: number;
	position: Position;
	statements: Statement[];
	/** Whether there is new work for the jobs' worker. */
	jobs: boolean;
}

/**
 * What a group has read, and what its commands wrote so far: each one sees what the earlier ones did. It gives the seqs and
 * gathers the rows; what a command means is not its business (`plan.ts`).
 */
export class Ledger {
	/** What the clock says: jobs are due by it. */
	readonly clock: number;
	/** The clock, but never behind what was recorded: times on calls and events. */
	readonly now: number;
	readonly #newId: () => string;
	readonly #calls: Map<string, CallRow | null>;
	readonly #seen: Set<string>;
	readonly #dead: Set<string>;
	readonly #held: Map<string, JobState>;
	readonly #answers: Map<string, Answer>;
	readonly #changes: RowChange[] = [];
	readonly #statements: Statement[] = [];
	#written: Written;
	readonly #previous: number;
	#seq: number;
	#change: number;
	#jobs = false;

	constructor(state: State, clock: number, newId: () => string) {
		this.clock = clock;
		this.now = Math.max(clock, state.position.at);
		this.#newId = newId;
		this.#calls = new Map(state.calls);
		this.#seen = new Set(state.seen);
		this.#dead = new Set(state.dead);
		this.#held = new Map(state.jobs);
		this.#answers = new Map(state.answers);
		this.#seq = state.position.seq;
		this.#change = this.#previous = state.position.change;
		this.#written = nothingWritten();
	}

	entries(): Entries {
		this.#flush();
		const position = { seq: this.#seq, change: this.#change, at: this.now };
		const previous = this.#previous;
		return { changes: this.#changes, previous, position, statements: this.#statements, jobs: this.#jobs };
	}

	/** Undefined or null: there is no such call, or no longer. */
	call(id: string): CallRow | null | undefined {
		return this.#calls.get(id);
	}

	/** The place of the next call. */
	get next(): number {
		return this.#seq + 1;
	}

	/** A new call, at the place that `next` gave. */
	add(call: CallRow): void {
		this.event(call.id, 'created', {});
		this.#change = call.n;
		this.#calls.set(call.id, call);
		this.#written.tallies.move(null, call);
		this.#written.created.set(call.id, call);
		this.#changes.push({ seq: call.n, type: 'created', call });
	}

	/** The call changed, and the event tells of it. */
	update(next: CallRow, type: EventType, data: object): { call: CallRow } {
		const seq = this.event(next.id, type, data);
		const call = { ...next, seq };
		this.#change = seq;
		this.#written.tallies.move(this.#calls.get(call.id) ?? null, call);
		this.#calls.set(call.id, call);
		(this.#written.created.has(call.id) ? this.#written.created : this.#written.updated).set(call.id, call);
		this.#changes.push({ seq, type: 'updated', call });
		return { call };
	}

	/** Alone it leaves the call's row as it is, and is no change. Answers its seq. */
	event(callId: string, type: EventType, data: object): number {
		const row: EventRow = [++this.#seq, callId, type, this.now, JSON.stringify(data)];
		this.#written.events.push(row);
		return this.#seq;
	}

	remove(ids: readonly string[]): void {
		this.#flush();
		for (const id of ids) {
			this.#written.tallies.move(this.#calls.get(id) ?? null, null);
			const seq = ++this.#seq;
			this.#change = seq;
			this.#calls.set(id, null);
			this.#written.removed.push([seq, id]);
			this.#changes.push({ seq, type: 'deleted', id });
		}
	}

	/** Deletes calls without tombstones, as one change: a cursor from before it gets a reset. */
	purge(ids: readonly string[]): void {
		if (ids.length === 0) return;
		this.#flush();
		const seq = ++this.#seq;
		this.#change = seq;
		for (const id of ids) {
			this.#written.tallies.move(this.#calls.get(id) ?? null, null);
			this.#calls.set(id, null);
			this.#written.purged.push([seq, id]);
		}
		this.#changes.push({ seq, type: 'purged', ids });
	}

	/** All that was there, or of a run, is gone from here on; its rows are removed behind it (`clearing.ts`). */
	clear(run: string | null): void {
		this.#flush();
		const seq = ++this.#seq;
		this.#change = seq;
		this.#written.cleared.push([seq, run]);
		this.#changes.push({ seq, type: 'cleared', run });
		for (const [id, call] of this.#calls) if (run === null || call?.run === run) this.#calls.set(id, null);
		this.#flush();
	}

	/** Whether this webhook-id is new; from now on it is known. */
	receive(webhookId: string): boolean {
		if (this.#seen.has(webhookId)) return false;
		this.#seen.add(webhookId);
		this.#written.receipts.push([webhookId, this.now]);
		return true;
	}

	answer(once: Once): Answer | undefined {
		return this.#answers.get(once.id);
	}

	/** Stored with what it tells of, so that a repeated request gets the same bytes. */
	keep({ id, bodyHash }: Once, answer: string): void {
		this.#answers.set(id, { bodyHash, answer });
		this.#written.answers.push([id, bodyHash, answer, this.clock]);
	}

	/** The provider said the last word: nothing is left to ask or to watch. */
	drop(callId: string): void {
		this.#written.doneCalls.push(callId);
	}

	/** Ended here: its dispatch is dropped, or recalled where the provider may have heard of it. */
	recall(callId: string): void {
		this.#written.stoppedCalls.push(callId);
	}

	job(kind: JobKind, callId: string, payload: object, dueAt: number): void {
		const row: JobRow = [this.#newId(), kind, callId, JSON.stringify(payload), dueAt, 0];
		this.#written.jobs.push(row);
		this.#jobs = true;
	}

	/** The job, where it is still this lease that holds it. */
	held({ id, lease }: HeldJob): JobState | undefined {
		const state = this.#held.get(id);
		return state?.lease === lease ? state : undefined;
	}

	/** Whether the job was settled, by whomever. */
	isGone({ id }: HeldJob): boolean {
		return !this.#held.has(id);
	}

	/** The provider may be asked from now on. */
	ask({ id, lease }: HeldJob): void {
		this.#held.set(id, { lease, asked: true });
		this.#written.askedJobs.push(id);
	}

	/** To be run again; with an error it was a try that failed. */
	retry({ id }: HeldJob, dueAt: number, error: string | null): void {
		this.#written.retries.push([id, dueAt, error]);
		this.#jobs = true;
	}

	settle({ id }: HeldJob): void {
		this.#held.delete(id);
		this.#written.doneJobs.push(id);
	}

	/** Given up: it stays, and is not run any more. */
	bury({ id }: HeldJob, callId: string, error: string | null): void {
		this.#held.delete(id);
		this.#written.buriedJobs.push([id, this.clock, error]);
		this.#dead.add(callId);
	}

	/** What was given up of this call is run anew. */
	revive(callId: string): void {
		if (!this.#dead.delete(callId)) return;
		this.#written.heardOf.push([callId, this.clock]);
		this.#jobs = true;
	}

	/** Turns what was gathered so far into statements: a removal must come after the rows that it removes. */
	#flush(): void {
		this.#statements.push(...statementsOf(this.#written, { seq: this.#seq, change: this.#change, at: this.now }));
		this.#written = nothingWritten();
	}
}

function nothingWritten(): Written {
	return {
		created: new Map(),
		updated: new Map(),
		events: [],
		jobs: [],
		receipts: [],
		removed: [],
		purged: [],
		cleared: [],
		doneCalls: [],
		stoppedCalls: [],
		answers: [],
		askedJobs: [],
		doneJobs: [],
		buriedJobs: [],
		heardOf: [],
		retries: [],
		tallies: new Tallies(),
	};
}
