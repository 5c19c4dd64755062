import { foldedOf } from '#contract/search.ts';
import { batchResponse, toCall, type CallRow } from './call.ts';
import type { Command, DispatchAttempt, HeldJob, IdempotencyKey, Outcome, CallToCreate } from './commands.ts';
import { filterOf } from './filter.ts';
import { UnitOfWork, type UnitResult, type State } from './ledger.ts';
import { advance, endHere } from './machine.ts';

/** The outcome of each command, in order, and everything to write. */
export interface Planned extends UnitResult {
	outcomes: Outcome[];
}

/**
 * Executes a group of commands in order of arrival. Pure. Each command sees the effects of the earlier ones.
 * Therefore the second of two webhooks with the same id changes nothing, and a call ends only once. `newId` makes
 * ids for jobs.
 */
export function planCommands(commands: readonly Command[], state: State, clock: number, newId: () => string): Planned {
	const unit = new UnitOfWork(state, clock, newId);
	const group = new Group(unit);
	const outcomes = commands.map((command) => group.take(command));
	return { outcomes, ...unit.result() };
}

class Group {
	readonly #unit: UnitOfWork;

	constructor(unit: UnitOfWork) {
		this.#unit = unit;
	}

	take(command: Command): Outcome {
		switch (command.do) {
			case 'create':
				return this.#create(command);
			case 'create-many':
				return this.#createMany(command);
			case 'clear':
				this.#unit.clear(command.run);
				return { done: true };
			case 'retire':
				this.#unit.remove(command.ids.filter((id) => this.#hasEnded(id)));
				return { done: true };
			case 'clear-matching':
				return this.#clearMatching(command);
			case 'accepted':
				return this.#accepted(command);
			case 'report':
				return this.#report(command);
			default: {
				const call = this.#unit.call(command.id);
				if (command.do === 'queue') return this.#queue(command, call);
				if (command.do === 'refused') return this.#refused(command, call);
				if (command.do === 'give-up') return this.#giveUp(command, call, 'hangup');
				if (!call) return { missing: true };
				if (command.do === 'remove') return this.#remove(call);
				if (command.do === 'cancel') return this.#cancel(call);
				if (command.do === 'watch') return this.#watch(call, command);
				if (command.do === 'fault') return this.#fault(call, command.data);
				return this.#setStatus(call, command.status);
			}
		}
	}

	#create({ id, request, callbackUrl, idempotencyKey }: Extract<Command, { do: 'create' }>): Outcome {
		const known = this.#earlierOutcome(idempotencyKey);
		if (known) return known;
		const call = this.#add({ id, request }, callbackUrl);
		if (idempotencyKey) this.#unit.storeResponse(idempotencyKey, JSON.stringify({ call: toCall(call) }));
		return { call };
	}

	#createMany({ requests, callbackUrl, idempotencyKey }: Extract<Command, { do: 'create-many' }>): Outcome {
		const known = this.#earlierOutcome(idempotencyKey);
		if (known) return known;
		const calls = requests.map((one) => this.#add(one, callbackUrl));
		const response = idempotencyKey && batchResponse(calls);
		if (idempotencyKey && response) this.#unit.storeResponse(idempotencyKey, response);
		return { calls, response };
	}

	/**
	 * Returns the stored response of an earlier request with this idempotency key, or a conflict if its body was
	 * different. null if the key is new or absent.
	 */
	#earlierOutcome(idempotencyKey: IdempotencyKey | null): Outcome | null {
		const known = idempotencyKey && this.#unit.storedResponse(idempotencyKey);
		if (!known) return null;
		return known.bodyHash === idempotencyKey.bodyHash ? { replay: known.response } : { conflict: true };
	}

	/** Adds the call, its `created` event and its dispatch. */
	#add({ id, request }: CallToCreate, callbackUrl: string | null): CallRow {
		const n = this.#unit.next;
		const waits = request.scheduledAt !== null && request.scheduledAt > this.#unit.clock;
		// Every property by name: an object literal that begins with a spread takes several times as long to create.
		const call: CallRow = {
			n,
			id,
			customerName: request.customerName,
			phoneNumber: request.phoneNumber,
			folded: foldedOf(request.customerName, request.phoneNumber),
			workflow: request.workflow,
			status: 'PENDING',
			phase: waits ? 'SCHEDULED' : 'QUEUED',
			outcome: null,
			run: request.run,
			scenario: request.scenario,
			scheduledAt: request.scheduledAt,
			providerId: null,
			createdAt: this.#unit.now,
			updatedAt: this.#unit.now,
			startedAt: null,
			ringingAt: null,
			answeredAt: null,
			endedAt: null,
			durationMs: null,
			faults: 0,
			seq: n,
		};
		this.#unit.add(call);
		const { phoneNumber, workflow, scenario } = call;
		// The exact body of send-call. It is stored with the job: under one Idempotency-Key the body must never
		// differ, even after a restart.
		const body = { callId: id, phoneNumber, workflow, scenario, ...(callbackUrl === null ? {} : { callbackUrl }) };
		this.#unit.job('dispatch', id, body, waits ? (call.scheduledAt ?? 0) : this.#unit.clock);
		return call;
	}

	/**
	 * Applies a report. Checks in this order: unknown call, ended call, known webhook id, other provider, late
	 * phase.
	 */
	#report({ webhookId, report }: Extract<Command, { do: 'report' }>): Outcome {
		const call = this.#unit.call(report.callId);
		// The provider is reporting on this call, so its dead jobs may succeed now.
		this.#unit.revive(report.callId);
		if (!call) return { missing: true };
		if (call.status !== 'PENDING') return { call, idempotent: true };
		if (!this.#unit.receive(webhookId)) return { call };
		const step = advance(call, report, this.#unit.now);
		const data = { ...('reason' in step ? { reason: step.reason } : {}), webhookId, report };
		if (!step.next) {
			this.#unit.event(call.id, 'webhook.ignored', data);
			return { call };
		}
		if (step.type === 'ended') this.#unit.drop(call.id);
		return this.#unit.update(step.next, step.type, data);
	}

	#setStatus(call: CallRow, status: CallRow['status']): Outcome {
		if (status === call.status) return { call };
		if (status === 'PENDING') return { illegal: call };
		const next = endHere(call, status, 'manual', this.#unit.now);
		if (call.status !== 'PENDING') {
			const { endedAt, durationMs } = call;
			return this.#unit.update({ ...next, endedAt, durationMs }, 'corrected', { from: call.status, to: status });
		}
		return this.#stop(call, next, { by: 'hand' });
	}

	#cancel(call: CallRow): Outcome {
		if (call.status !== 'PENDING') return { illegal: call };
		return this.#stop(call, endHere(call, 'FAILED', 'canceled', this.#unit.now), { by: 'hand' });
	}

	/** Ends a running call: deletes or recalls its dispatch, and hangs up if the provider knows the call. */
	#stop(call: CallRow, next: CallRow, data: object): Outcome {
		if (call.providerId === null) this.#unit.recall(call.id);
		else this.#unit.drop(call.id);
		const outcome = this.#unit.update(next, 'ended', { ...data, outcome: next.outcome });
		this.#hangUp(call);
		return outcome;
	}

	#remove(call: CallRow): Outcome {
		this.#unit.remove([call.id]);
		this.#hangUp(call, { deleted: true });
		return { done: true };
	}

	/** A call may have changed since the list was read, so its filters are checked again. */
	#clearMatching({ ids, filters, tombstones }: Extract<Command, { do: 'clear-matching' }>): Outcome {
		const passes = filterOf(filters);
		const calls = [...new Set(ids)].flatMap((id) => this.#unit.call(id) ?? []).filter(passes);
		const matching = calls.map(({ id }) => id);
		if (tombstones) this.#unit.remove(matching);
		else this.#unit.purge(matching);
		for (const call of calls) if (call.status === 'PENDING') this.#hangUp(call, { deleted: true });
		return { done: true };
	}

	#hasEnded(id: string): boolean {
		const call = this.#unit.call(id);
		return call != null && call.status !== 'PENDING';
	}

	/** Decides whether the worker sends its dispatch. Records before the request that it may reach the provider. */
	#queue({ job }: Extract<Command, { do: 'queue' }>, call: CallRow | null | undefined): Outcome {
		const state = this.#unit.held(job);
		if (!state) return { stale: true };
		if (call?.status !== 'PENDING') {
			// The call ended or was deleted meanwhile. If an earlier request may have reached the provider, the
			// worker repeats it as a recall.
			if (state.asked && !call?.providerId) return call ? { call } : { missing: true };
			this.#unit.settle(job);
			return { stale: true };
		}
		if (!state.asked) this.#unit.markAsked(job);
		if (call.phase !== 'SCHEDULED') return { call };
		return this.#unit.update({ ...call, phase: 'QUEUED', updatedAt: this.#unit.now }, 'queued', {});
	}

	#refused(command: Extract<Command, { do: 'refused' }>, call: CallRow | null | undefined): Outcome {
		const { id, job, attempt, retryAt, watchAt } = command;
		if (!this.#unit.held(job) || (call && call.status !== 'PENDING' && call.providerId !== null))
			return { stale: true };
		if (retryAt !== null) {
			this.#unit.retry(job, retryAt, attempt.error);
			if (!call) return { missing: true };
			this.#unit.event(id, 'dispatch.attempt', { ...attempt });
			return { call };
		}
		if (call?.status !== 'PENDING') return this.#giveUp(command, call, 'recall');
		this.#unit.event(id, 'dispatch.attempt', { ...attempt });
		this.#unit.settle(job);
		if (call.providerId !== null) {
			// Webhooks have arrived, so the provider has accepted the call. The time of the last webhook is unknown, so
			// watch for silence.
			this.#unit.job('watch', id, {}, watchAt);
			return { call };
		}
		const next = endHere(call, 'FAILED', 'provider-unreachable', this.#unit.now);
		return this.#unit.update(next, 'ended', { outcome: next.outcome, attempts: attempt.number });
	}

	/**
	 * Gives up a hang-up or a recall. The provider may continue a call that ended here, so the timeline shows that
	 * the last attempt failed.
	 */
	#giveUp(
		{ id, job, attempt }: { id: string; job: HeldJob; attempt: DispatchAttempt },
		call: CallRow | null | undefined,
		kind: 'hangup' | 'recall',
	): Outcome {
		if (!this.#unit.held(job)) return { stale: true };
		this.#unit.markDead(job, id, attempt.error);
		if (!call) return { missing: true };
		this.#unit.event(id, 'dispatch.attempt', { ...attempt, job: kind, dead: true });
		return { call };
	}

	#accepted({ id, job, attempt, providerId, watchAt }: Extract<Command, { do: 'accepted' }>): Outcome {
		const call = this.#unit.call(id);
		// The response is stale if another worker holds the job, or has settled the job of a call that is pending.
		// That worker used the same key, so both requests got the same provider call.
		const counts = this.#unit.isGone(job) ? call?.status !== 'PENDING' : this.#unit.held(job);
		if (!counts) return { stale: true };
		this.#unit.settle(job);
		// The call was canceled, ended manually or deleted during the request.
		if (!call || (call.status !== 'PENDING' && call.providerId === null))
			this.#hangUp({ id, providerId }, call ? {} : { deleted: true });
		if (!call) return { missing: true };
		if (call.status === 'PENDING') this.#unit.job('watch', id, {}, watchAt);
		const data = { ...attempt, providerId };
		if (call.status === 'PENDING' && call.providerId === null)
			return this.#unit.update({ ...call, providerId, updatedAt: this.#unit.now }, 'dispatch.attempt', data);
		this.#unit.event(id, 'dispatch.attempt', data);
		return { call };
	}

	/** Keeps watching a call with recent reports. Ends a silent call as `no-report`. */
	#watch(call: CallRow, { job, startedAt, timeoutMs }: Extract<Command, { do: 'watch' }>): Outcome {
		if (!this.#unit.held(job)) return { stale: true };
		const { clock } = this.#unit;
		const lastAt = Math.max(call.updatedAt, startedAt);
		// If the last change of the call, or the start of the server, is in the future, then the clock was set back, and
		// that time is meaningless.
		// The call then counts as silent while its seq stays the same.
		const isAhead = lastAt > clock;
		const hasNewSeq = isAhead && job.payload.seq !== call.seq;
		const silentSince = isAhead ? startedAt : lastAt;
		if (call.status === 'PENDING' && !hasNewSeq && silentSince <= clock && silentSince + timeoutMs > clock) {
			this.#unit.retry(job, silentSince + timeoutMs, null);
			return { call };
		}
		this.#unit.settle(job);
		if (call.status !== 'PENDING') return { call };
		if (hasNewSeq) {
			this.#unit.job('watch', call.id, { seq: call.seq }, clock + timeoutMs);
			return { call };
		}
		const silentMs = isAhead ? timeoutMs : this.#unit.now - call.updatedAt;
		return this.#stop(call, endHere(call, 'FAILED', 'no-report', this.#unit.now), { silentMs });
	}

	/** Counts the fault even if the call has ended, so that every injected fault is visible. */
	#fault(call: CallRow, data: object): Outcome {
		return this.#unit.update({ ...call, faults: call.faults + 1, updatedAt: this.#unit.now }, 'fault', data);
	}

	#hangUp({ id, providerId }: Pick<CallRow, 'id' | 'providerId'>, reason: { deleted?: true } = {}): void {
		if (providerId !== null) this.#unit.job('hangup', id, { providerId, ...reason }, this.#unit.clock);
	}
}
