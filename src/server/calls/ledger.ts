import type { EventType } from '#contract';
import type { CallRow } from './call.ts';
import type { HeldJob, IdempotencyKey } from './commands.ts';
import { Counters } from './tallies.ts';
import type { EventRow, JobKind, JobRow, Position, WriteStep } from './rows.ts';

/** What the writer read in its transaction: everything that the commands of a group may touch. */
export interface State {
	position: Position;
	calls: ReadonlyMap<string, CallRow>;
	/** The ids of calls with a dead job, among the calls that the group's webhooks report on. */
	dead: ReadonlySet<string>;
	/** The group's webhook ids that were received before. */
	seen: ReadonlySet<string>;
	/** The current state of the group's jobs, by job id. */
	jobs: ReadonlyMap<string, JobState>;
	/** The stored responses to the group's idempotency keys, by the key's id. */
	responses: ReadonlyMap<string, StoredResponse>;
}

/** The lease of a job (null if no worker holds the job), and whether its request may have reached the provider. */
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
	/** Whether there are new or rescheduled jobs for the worker. */
	jobs: boolean;
}

/**
 * Holds the state that a group of commands has read, and the changes that its commands have made so far. Each
 * command therefore sees the effects of the earlier ones. Assigns seqs and collects the rows to write. `plan.ts`
 * decides what each command does.
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

	/** Returns the call; undefined if it was not found, null if an earlier command of the group deleted it. */
	call(id: string): CallRow | null | undefined {
		return this.#calls.get(id);
	}

	/** The `n` that the next call must have. */
	get next(): number {
		return this.#seq + 1;
	}

	/** Adds a new call, whose `n` must be the value of `next`. */
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
	 * Records an event and returns its seq. The event alone changes no column of the call and is not a change of
	 * the feed.
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

	/** Deletes calls without tombstones, as one change: clients with older cursors get a reset. */
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

	/** Records a webhook id. Returns false if it was received before. */
	receive(webhookId: string): boolean {
		if (this.#seen.has(webhookId)) return false;
		this.#seen.add(webhookId);
		this.#step.receipts.push([webhookId, this.now]);
		return true;
	}

	storedResponse(idempotencyKey: IdempotencyKey): StoredResponse | undefined {
		return this.#responses.get(idempotencyKey.id);
	}

	/**
	 * Stores a response in the transaction that has its effects, so that a repeated request gets the same bytes.
	 */
	storeResponse({ id, bodyHash }: IdempotencyKey, response: string): void {
		this.#responses.set(id, { bodyHash, response });
		this.#step.responses.push([id, bodyHash, response, this.clock]);
	}

	/** For an ended call that the provider knows: deletes its jobs, except a hang-up. */
	drop(callId: string): void {
		this.#step.doneCalls.push(callId);
	}

	/**
	 * For a call that ended here before its provider was known. Deletes its dispatch, or turns it into a recall if
	 * the request may have reached the provider.
	 */
	recall(callId: string): void {
		this.#step.stoppedCalls.push(callId);
	}

	job(kind: JobKind, callId: string, payload: object, dueAt: number): void {
		const row: JobRow = [this.#newId(), kind, callId, JSON.stringify(payload), dueAt, 0];
		this.#step.jobs.push(row);
		this.#jobs = true;
	}

	/** Returns the state of the job; undefined if this lease no longer holds the job. */
	held({ id, lease }: HeldJob): JobState | undefined {
		const state = this.#held.get(id);
		return state?.lease === lease ? state : undefined;
	}

	/** Whether the job no longer exists, for example because another worker has settled it. */
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

	/** Makes the dead jobs of this call, if any, due now. */
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
