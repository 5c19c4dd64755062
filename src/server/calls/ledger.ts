import type { EventType } from '#contract';
import type { CallRow } from './call.ts';
import type { HeldJob, IdempotencyKey } from './commands.ts';
import { Counters } from './tallies.ts';
import type { EventRow, JobKind, JobRow, Position, WriteStep } from './rows.ts';

/** What the writer read in its transaction: everything that the commands of a group may touch. */
export interface State {
	position: Position;
	calls: ReadonlyMap<string, CallRow>;
	/** The reported calls of the group that have a dead job. */
	dead: ReadonlySet<string>;
	/** The webhook-ids of the group that were seen before. */
	seen: ReadonlySet<string>;
	/** The current state of the group's jobs. */
	jobs: ReadonlyMap<string, JobState>;
	/** The stored responses to the group's idempotency keys. */
	responses: ReadonlyMap<string, StoredResponse>;
}

/** The holder of a job, and whether its request may have reached the provider. */
export interface JobState {
	lease: string | null;
	asked: boolean;
}

/** The stored response to an idempotency key, and the hash of the request's body. */
export interface StoredResponse {
	bodyHash: string;
	response: string;
}

/** A change as the feed publishes it. */
export type RowChange =
	| { seq: number; type: 'created' | 'updated'; call: CallRow }
	| { seq: number; type: 'deleted'; id: string }
	| { seq: number; type: 'cleared'; run: string | null }
	/** Deleted without tombstones: the feed sends a reset. */
	| { seq: number; type: 'purged'; ids: readonly string[] };

/** The combined result of a group of commands. */
export interface UnitResult {
	changes: RowChange[];
	/** The seq of the last change before this group. */
	previous: number;
	position: Position;
	/** The rows to write, step by step. In each step the removals come first. */
	steps: WriteStep[];
	/** Whether there are new jobs for the worker. */
	jobs: boolean;
}

/**
 * The state that a group has read, and its commands' writes so far: each command sees the earlier ones. Assigns seqs
 * and gathers rows. The meaning of commands is in `plan.ts`.
 */
export class UnitOfWork {
	/** The clock's time, for the due times of jobs. */
	readonly clock: number;
	/** The clock's time, but never before the last recorded time. For times on calls and events. */
	readonly now: number;
	readonly #newId: () => string;
	readonly #calls: Map<string, CallRow | null>;
	readonly #seen: Set<string>;
	readonly #dead: Set<string>;
	readonly #held: Map<string, JobState>;
	readonly #responses: Map<string, StoredResponse>;
	readonly #changes: RowChange[] = [];
	readonly #steps: WriteStep[] = [];
	#step: WriteStep;
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
		this.#responses = new Map(state.responses);
		this.#seq = state.position.seq;
		this.#change = this.#previous = state.position.change;
		this.#step = emptyStep();
	}

	result(): UnitResult {
		this.#endStep();
		const position = { seq: this.#seq, change: this.#change, at: this.now };
		const previous = this.#previous;
		return { changes: this.#changes, previous, position, steps: this.#steps, jobs: this.#jobs };
	}

	/** Undefined or null if the call does not exist (any more). */
	call(id: string): CallRow | null | undefined {
		return this.#calls.get(id);
	}

	/** The place of the next call. */
	get next(): number {
		return this.#seq + 1;
	}

	/** Adds a new call, at the place that `next` returned. */
	add(call: CallRow): void {
		this.event(call.id, 'created', {});
		this.#change = call.n;
		this.#calls.set(call.id, call);
		this.#step.counters.move(null, call);
		this.#step.created.set(call.id, call);
		this.#changes.push({ seq: call.n, type: 'created', call });
	}

	/** Changes a call and records the event. */
	update(next: CallRow, type: EventType, data: object): { call: CallRow } {
		const seq = this.event(next.id, type, data);
		const call = { ...next, seq };
		this.#change = seq;
		this.#step.counters.move(this.#calls.get(call.id) ?? null, call);
		this.#calls.set(call.id, call);
		(this.#step.created.has(call.id) ? this.#step.created : this.#step.updated).set(call.id, call);
		this.#changes.push({ seq, type: 'updated', call });
		return { call };
	}

	/**
	 * Records an event and returns its seq. On its own, it leaves the call's row unchanged and is not a change of the
	 * feed.
	 */
	event(callId: string, type: EventType, data: object): number {
		const row: EventRow = [++this.#seq, callId, type, this.now, JSON.stringify(data)];
		this.#step.events.push(row);
		return this.#seq;
	}

	remove(ids: readonly string[]): void {
		this.#endStep();
		for (const id of ids) {
			this.#step.counters.move(this.#calls.get(id) ?? null, null);
			const seq = ++this.#seq;
			this.#change = seq;
			this.#calls.set(id, null);
			this.#step.removed.push([seq, id]);
			this.#changes.push({ seq, type: 'deleted', id });
		}
	}

	/** Deletes calls without tombstones, as one change: older cursors get a reset. */
	purge(ids: readonly string[]): void {
		if (ids.length === 0) return;
		this.#endStep();
		const seq = ++this.#seq;
		this.#change = seq;
		for (const id of ids) {
			this.#step.counters.move(this.#calls.get(id) ?? null, null);
			this.#calls.set(id, null);
			this.#step.purged.push([seq, id]);
		}
		this.#changes.push({ seq, type: 'purged', ids });
	}

	/** Clears the whole history or one run. The rows are removed later (`clearing.ts`). */
	clear(run: string | null): void {
		this.#endStep();
		const seq = ++this.#seq;
		this.#change = seq;
		this.#step.cleared.push([seq, run]);
		this.#changes.push({ seq, type: 'cleared', run });
		for (const [id, call] of this.#calls) if (run === null || call?.run === run) this.#calls.set(id, null);
		this.#endStep();
	}

	/** Whether this webhook-id is new. Remembers it. */
	receive(webhookId: string): boolean {
		if (this.#seen.has(webhookId)) return false;
		this.#seen.add(webhookId);
		this.#step.receipts.push([webhookId, this.now]);
		return true;
	}

	storedResponse(idempotencyKey: IdempotencyKey): StoredResponse | undefined {
		return this.#responses.get(idempotencyKey.id);
	}

	/** Stores a response together with its effects, so that a repeated request gets the same bytes. */
	storeResponse({ id, bodyHash }: IdempotencyKey, response: string): void {
		this.#responses.set(id, { bodyHash, response });
		this.#step.responses.push([id, bodyHash, response, this.clock]);
	}

	/** The provider reported the end: no request and no watch is needed any more. */
	drop(callId: string): void {
		this.#step.doneCalls.push(callId);
	}

	/** The call ended here. Its dispatch is dropped, or recalled if it may have reached the provider. */
	recall(callId: string): void {
		this.#step.stoppedCalls.push(callId);
	}

	job(kind: JobKind, callId: string, payload: object, dueAt: number): void {
		const row: JobRow = [this.#newId(), kind, callId, JSON.stringify(payload), dueAt, 0];
		this.#step.jobs.push(row);
		this.#jobs = true;
	}

	/** The state of the job, if this lease still holds it. */
	held({ id, lease }: HeldJob): JobState | undefined {
		const state = this.#held.get(id);
		return state?.lease === lease ? state : undefined;
	}

	/** Whether the job has been settled, by this worker or another. */
	isGone({ id }: HeldJob): boolean {
		return !this.#held.has(id);
	}

	/** Records that the request may reach the provider from now on. */
	markAsked({ id, lease }: HeldJob): void {
		this.#held.set(id, { lease, asked: true });
		this.#step.askedJobs.push(id);
	}

	/** Schedules the job again. With an error, the attempt counts as failed. */
	retry({ id }: HeldJob, dueAt: number, error: string | null): void {
		this.#step.retries.push([id, dueAt, error]);
		this.#jobs = true;
	}

	settle({ id }: HeldJob): void {
		this.#held.delete(id);
		this.#step.doneJobs.push(id);
	}

	/** Turns the job into a dead letter: it stays, but is no longer run. */
	markDead({ id }: HeldJob, callId: string, error: string | null): void {
		this.#held.delete(id);
		this.#step.deadJobs.push([id, this.clock, error]);
		this.#dead.add(callId);
	}

	/** Runs the dead jobs of this call again. */
	revive(callId: string): void {
		if (!this.#dead.delete(callId)) return;
		this.#step.revivedCalls.push([callId, this.clock]);
		this.#jobs = true;
	}

	/** Ends the current step: a removal must follow the rows that it removes. */
	#endStep(): void {
		this.#steps.push(this.#step);
		this.#step = emptyStep();
	}
}

function emptyStep(): WriteStep {
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
		responses: [],
		askedJobs: [],
		doneJobs: [],
		deadJobs: [],
		revivedCalls: [],
		retries: [],
		counters: new Counters(),
	};
}
