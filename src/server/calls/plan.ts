import type { EventType } from '#contract';
import { foldedOf } from '#contract/search.ts';
import type { Statement } from '#db/database.ts';
import { toCall, type CallRow } from './call.ts';
import type { Command, HeldJob, Once, Outcome } from './commands.ts';
import { advance, endHere } from './machine.ts';
import { statementsOf, type EventRow, type JobKind, type JobRow, type Position, type Written } from './rows.ts';

/** What the writer read inside its transaction: all that the commands of a group may touch. */
export interface State {
	position: Position;
	calls: ReadonlyMap<string, CallRow>;
	/** The webhook-ids of the group that were seen before. */
	seen: ReadonlySet<string>;
	/** The leases of the group's jobs, as they stand now. */
	leases: ReadonlyMap<string, string | null>;
	/** What was answered under the group's idempotency keys. */
	answers: ReadonlyMap<string, Answer>;
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
	| { seq: number; type: 'cleared'; run: string | null };

export interface Planned {
	outcomes: Outcome[];
	changes: RowChange[];
	/** The seq of the last change before these. */
	previous: number;
	position: Position;
	statements: Statement[];
	/** Whether there is new work for the jobs' worker. */
	jobs: boolean;
}

/**
 * Pure: what a group of commands does, in order of arrival. Each command sees what the earlier ones of its group did, so
 * of two equal webhook-ids or two endings exactly the second changes nothing. `newId` gives ids for jobs.
 */
export function planCommands(commands: readonly Command[], state: State, clock: number, newId: () => string): Planned {
	const group = new Group(state, clock, newId);
	const outcomes = commands.map((command) => group.take(command));
	return { outcomes, ...group.planned() };
}

class Group {
	/** What the clock says: jobs are due by it. */
	readonly #clock: number;
	/** The clock, but never behind what was recorded: times on calls and events. */
	readonly #now: number;
	readonly #newId: () => string;
	readonly #calls: Map<string, CallRow | null>;
	readonly #seen: Set<string>;
	readonly #leases: Map<string, string | null>;
	readonly #answers: Map<string, Answer>;
	readonly #changes: RowChange[] = [];
	readonly #statements: Statement[] = [];
	#written: Written;
	readonly #previous: number;
	#seq: number;
	#change: number;
	#jobs = false;

	constructor(state: State, clock: number, newId: () => string) {
		this.#clock = clock;
		this.#now = Math.max(clock, state.position.at);
		this.#newId = newId;
		this.#calls = new Map(state.calls);
		this.#seen = new Set(state.seen);
		this.#leases = new Map(state.leases);
		this.#answers = new Map(state.answers);
		this.#seq = state.position.seq;
		this.#change = this.#previous = state.position.change;
		this.#written = nothingWritten();
	}

	planned(): Omit<Planned, 'outcomes'> {
		this.#flush();
		const position = { seq: this.#seq, change: this.#change, at: this.#now };
		const previous = this.#previous;
		return { changes: this.#changes, previous, position, statements: this.#statements, jobs: this.#jobs };
	}

	take(command: Command): Outcome {
		switch (command.do) {
			case 'create':
				return this.#create(command);
			case 'clear':
				return this.#clear(command.run);
			case 'accepted':
				return this.#accepted(command);
			case 'report':
				return this.#report(command);
			default: {
				const call = this.#calls.get(command.id);
				if (command.do === 'queue') return this.#queue(command, call);
				if (command.do === 'refused') return this.#refused(command, call);
				if (!call) return { missing: true };
				if (command.do === 'remove') return this.#remove(call);
				if (command.do === 'cancel') return this.#cancel(call);
				if (command.do === 'watch') return this.#watch(call, command);
				if (command.do === 'fault') return this.#fault(call, command.data);
				return this.#setStatus(call, command.status);
			}
		}
	}

	#create({ id, request, callbackUrl, once }: Extract<Command, { do: 'create' }>): Outcome {
		const known = once && this.#answers.get(once.id);
		if (known) return known.bodyHash === once.bodyHash ? { replay: known.answer } : { conflict: true };
		const n = this.#seq + 1;
		const waits = request.scheduledAt !== null && request.scheduledAt > this.#clock;
		const call: CallRow = {
			...request,
			n,
			id,
			folded: foldedOf(request.customerName, request.phoneNumber),
			status: 'PENDING',
			phase: waits ? 'SCHEDULED' : 'QUEUED',
			outcome: null,
			providerId: null,
			createdAt: this.#now,
			updatedAt: this.#now,
			startedAt: null,
			ringingAt: null,
			answeredAt: null,
			endedAt: null,
			durationMs: null,
			faults: 0,
			seq: n,
		};
		this.#event(id, 'created', {});
		this.#change = n;
		this.#calls.set(id, call);
		this.#written.created.set(id, call);
		this.#changes.push({ seq: n, type: 'created', call });
		const { phoneNumber, workflow, scenario } = call;
		// The exact body of send-call: under one Idempotency-Key it must never differ, whatever becomes of this server.
		const body = { callId: id, phoneNumber, workflow, scenario, ...(callbackUrl === null ? {} : { callbackUrl }) };
		this.#job('dispatch', id, body, waits ? (call.scheduledAt ?? 0) : this.#clock);
		if (once) this.#keep(once, JSON.stringify({ call: toCall(call) }));
		return { call };
	}

	/** Stored with what it tells of, so that a repeated request gets the same bytes. */
	#keep({ id, bodyHash }: Once, answer: string): void {
		this.#answers.set(id, { bodyHash, answer });
		this.#written.answers.push([id, bodyHash, answer, this.#clock]);
	}

	/** In this order: no such call, terminal, known webhook-id, provider, phase. */
	#report({ webhookId, report }: Extract<Command, { do: 'report' }>): Outcome {
		const call = this.#calls.get(report.callId);
		if (!call) return { missing: true };
		if (call.status !== 'PENDING') return { call, idempotent: true };
		if (this.#seen.has(webhookId)) return { call };
		this.#seen.add(webhookId);
		this.#written.receipts.push([webhookId, this.#now]);
		const step = advance(call, report, this.#now);
		if (!step.next) {
			this.#event(call.id, 'webhook.ignored', { reason: step.reason, webhookId, report });
			return { call };
		}
		if (step.type === 'ended') this.#written.doneCalls.push(call.id);
		return this.#update(step.next, step.type, { webhookId, report });
	}

	#setStatus(call: CallRow, status: CallRow['status']): Outcome {
		if (status === call.status) return { call };
		if (status === 'PENDING') return { illegal: call };
		const next = endHere(call, status, 'manual', this.#now);
		if (call.status !== 'PENDING') {
			const { endedAt, durationMs } = call;
			return this.#update({ ...next, endedAt, durationMs }, 'corrected', { from: call.status, to: status });
		}
		return this.#stop(call, next, { by: 'hand' });
	}

	#cancel(call: CallRow): Outcome {
		if (call.status !== 'PENDING') return { illegal: call };
		return this.#stop(call, endHere(call, 'FAILED', 'canceled', this.#now), { by: 'hand' });
	}

	/** Ends a call that runs: its dispatch is dropped or recalled, and the provider is told where it knows the call. */
	#stop(call: CallRow, next: CallRow, data: object): Outcome {
		(call.providerId === null ? this.#written.stoppedCalls : this.#written.doneCalls).push(call.id);
		const outcome = this.#update(next, 'ended', { ...data, outcome: next.outcome });
		this.#hangUp(call);
		return outcome;
	}

	#remove(call: CallRow): Outcome {
		this.#flush();
		const seq = ++this.#seq;
		this.#change = seq;
		this.#calls.set(call.id, null);
		this.#written.removed.push([seq, call.id]);
		this.#changes.push({ seq, type: 'deleted', id: call.id });
		this.#hangUp(call, { deleted: true });
		return { done: true };
	}

	#clear(run: string | null): Outcome {
		this.#flush();
		const seq = ++this.#seq;
		this.#change = seq;
		this.#written.cleared.push([seq, run, this.#clock]);
		this.#changes.push({ seq, type: 'cleared', run });
		for (const [id, call] of this.#calls) if (run === null || call?.run === run) this.#calls.set(id, null);
		this.#flush();
		this.#jobs = true; // the running calls' hang-ups
		return { done: true };
	}

	#queue({ job }: Extract<Command, { do: 'queue' }>, call: CallRow | null | undefined): Outcome {
		// An ended call's dispatch is dropped, also where the ending stands in this very group.
		if (!this.#holds(job) || call?.status !== 'PENDING') return { stale: true };
		if (call.phase !== 'SCHEDULED') return { call };
		return this.#update({ ...call, phase: 'QUEUED', updatedAt: this.#now }, 'queued', {});
	}

	#refused(command: Extract<Command, { do: 'refused' }>, call: CallRow | null | undefined): Outcome {
		const { id, job, attempt, retryAt, watchAt } = command;
		if (!this.#holds(job) || (call && call.status !== 'PENDING' && call.providerId !== null)) return { stale: true };
		if (call) this.#event(id, 'dispatch.attempt', { ...attempt });
		const runs = call?.status === 'PENDING';
		if (runs && call.providerId !== null) {
			// Its webhooks came, so the provider has accepted it, whatever was answered.
			this.#settle(job);
			this.#job('watch', id, {}, watchAt);
		} else if (retryAt !== null) {
			this.#written.retries.push([job.id, retryAt, attempt.error]);
			this.#jobs = true;
		} else {
			this.#settle(job);
			if (runs) {
				const next = endHere(call, 'FAILED', 'provider-unreachable', this.#now);
				return this.#update(next, 'ended', { outcome: next.outcome, attempts: attempt.number });
			}
		}
		return call ? { call } : { missing: true };
	}

	#accepted({ id, job, attempt, providerId, watchAt }: Extract<Command, { do: 'accepted' }>): Outcome {
		const call = this.#calls.get(id);
		// Another worker took the job over: its attempt has the same Idempotency-Key and so the same provider call.
		if (this.#leases.has(job.id) && !this.#holds(job)) return { stale: true };
		this.#settle(job);
		// Canceled, ended by hand or deleted while the provider was being asked.
		if (!call || (call.status !== 'PENDING' && call.providerId === null))
			this.#hangUp({ id, providerId }, call ? {} : { deleted: true });
		if (!call) return { missing: true };
		if (call.status === 'PENDING') this.#job('watch', id, {}, watchAt);
		const data = { ...attempt, providerId };
		if (call.status === 'PENDING' && call.providerId === null)
			return this.#update({ ...call, providerId, updatedAt: this.#now }, 'dispatch.attempt', data);
		this.#event(id, 'dispatch.attempt', data);
		return { call };
	}

	/** A call that was heard of lately is watched on; one that was not ends as `no-report`. */
	#watch(call: CallRow, { job, startedAt, patienceMs }: Extract<Command, { do: 'watch' }>): Outcome {
		if (!this.#holds(job)) return { stale: true };
		const silentAt = Math.max(call.updatedAt, startedAt) + patienceMs;
		if (call.status === 'PENDING' && silentAt > this.#clock) {
			this.#written.retries.push([job.id, silentAt, null]);
			this.#jobs = true;
			return { call };
		}
		this.#settle(job);
		if (call.status !== 'PENDING') return { call };
		return this.#stop(call, endHere(call, 'FAILED', 'no-report', this.#now), { silentMs: this.#now - call.updatedAt });
	}

	/** Counted on the call, whatever its state: what was injected shall be seen. */
	#fault(call: CallRow, data: object): Outcome {
		return this.#update({ ...call, faults: call.faults + 1, updatedAt: this.#now }, 'fault', data);
	}

	#update(next: CallRow, type: EventType, data: object): Outcome {
		const seq = this.#event(next.id, type, data);
		const call = { ...next, seq };
		this.#change = seq;
		this.#calls.set(call.id, call);
		(this.#written.created.has(call.id) ? this.#written.created : this.#written.updated).set(call.id, call);
		this.#changes.push({ seq, type: 'updated', call });
		return { call };
	}

	#event(callId: string, type: EventType, data: object): number {
		const row: EventRow = [++this.#seq, callId, type, this.#now, JSON.stringify(data)];
		this.#written.events.push(row);
		return this.#seq;
	}

	#job(kind: JobKind, callId: string, payload: object, dueAt: number): void {
		const row: JobRow = [this.#newId(), kind, callId, JSON.stringify(payload), dueAt];
		this.#written.jobs.push(row);
		this.#jobs = true;
	}

	#hangUp({ id, providerId }: Pick<CallRow, 'id' | 'providerId'>, reason: { deleted?: true } = {}): void {
		if (providerId !== null) this.#job('hangup', id, { providerId, ...reason }, this.#clock);
	}

	#holds(job: HeldJob): boolean {
		return this.#leases.get(job.id) === job.lease;
	}

	#settle(job: HeldJob): void {
		this.#leases.delete(job.id);
		this.#written.doneJobs.push(job.id);
	}

	/** Turns what was gathered so far into statements: a removal must come after the rows that it removes. */
	#flush(): void {
		this.#statements.push(...statementsOf(this.#written, { seq: this.#seq, change: this.#change, at: this.#now }));
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
		cleared: [],
		doneCalls: [],
		stoppedCalls: [],
		answers: [],
		doneJobs: [],
		retries: [],
	};
}
