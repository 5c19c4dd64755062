import { foldedOf } from '#contract/search.ts';
import { answerOf, toCall, type CallRow } from './call.ts';
import type { Command, DispatchAttempt, HeldJob, Once, Outcome, Wanted } from './commands.ts';
import { filterOf } from './filter.ts';
import { Ledger, type Entries, type State } from './ledger.ts';
import { advance, endHere } from './machine.ts';

/** What became of each command, and all that is to be written. */
export interface Planned extends Entries {
	outcomes: Outcome[];
}

/**
 * Pure: what a group of commands does, in order of arrival. Each command sees what the earlier ones of its group did, so
 * of two equal webhook-ids or two endings exactly the second changes nothing. `newId` gives ids for jobs.
 */
export function planCommands(commands: readonly Command[], state: State, clock: number, newId: () => string): Planned {
	const ledger = new Ledger(state, clock, newId);
	const group = new Group(ledger);
	const outcomes = commands.map((command) => group.take(command));
	return { outcomes, ...ledger.entries() };
}

class Group {
	readonly #ledger: Ledger;

	constructor(ledger: Ledger) {
		this.#ledger = ledger;
	}

	take(command: Command): Outcome {
		switch (command.do) {
			case 'create':
				return this.#create(command);
			case 'create-many':
				return this.#createMany(command);
			case 'clear':
				this.#ledger.clear(command.run);
				return { done: true };
			case 'retire':
				this.#ledger.remove(command.ids.filter((id) => this.#hasEnded(id)));
				return { done: true };
			case 'clear-matching':
				return this.#clearMatching(command);
			case 'accepted':
				return this.#accepted(command);
			case 'report':
				return this.#report(command);
			default: {
				const call = this.#ledger.call(command.id);
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

	#create({ id, request, callbackUrl, once }: Extract<Command, { do: 'create' }>): Outcome {
		const known = this.#answered(once);
		if (known) return known;
		const call = this.#add({ id, request }, callbackUrl);
		if (once) this.#ledger.keep(once, JSON.stringify({ call: toCall(call) }));
		return { call };
	}

	#createMany({ wanted, callbackUrl, once }: Extract<Command, { do: 'create-many' }>): Outcome {
		const known = this.#answered(once);
		if (known) return known;
		const calls = wanted.map((one) => this.#add(one, callbackUrl));
		const answer = once && answerOf(calls);
		if (once && answer) this.#ledger.keep(once, answer);
		return { calls, answer };
	}

	/** What a request came to that must happen once and has happened. */
	#answered(once: Once | null): Outcome | null {
		const known = once && this.#ledger.answer(once);
		if (!known) return null;
		return known.bodyHash === once.bodyHash ? { replay: known.answer } : { conflict: true };
	}

	/** The call, its `created` event and its dispatch. */
	#add({ id, request }: Wanted, callbackUrl: string | null): CallRow {
		const n = this.#ledger.next;
		const waits = request.scheduledAt !== null && request.scheduledAt > this.#ledger.clock;
		// Each name in turn: a row that begins with a spread has no shape of its own, and takes several times as long to make.
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
			createdAt: this.#ledger.now,
			updatedAt: this.#ledger.now,
			startedAt: null,
			ringingAt: null,
			answeredAt: null,
			endedAt: null,
			durationMs: null,
			faults: 0,
			seq: n,
		};
		this.#ledger.add(call);
		const { phoneNumber, workflow, scenario } = call;
		// The exact body of send-call: under one Idempotency-Key it must never differ, whatever becomes of this server.
		const body = { callId: id, phoneNumber, workflow, scenario, ...(callbackUrl === null ? {} : { callbackUrl }) };
		this.#ledger.job('dispatch', id, body, waits ? (call.scheduledAt ?? 0) : this.#ledger.clock);
		return call;
	}

	/** In this order: no such call, terminal, known webhook-id, provider, phase. */
	#report({ webhookId, report }: Extract<Command, { do: 'report' }>): Outcome {
		const call = this.#ledger.call(report.callId);
		// The provider speaks of this call, so it may listen again, too.
		this.#ledger.revive(report.callId);
		if (!call) return { missing: true };
		if (call.status !== 'PENDING') return { call, idempotent: true };
		if (!this.#ledger.receive(webhookId)) return { call };
		const step = advance(call, report, this.#ledger.now);
		const data = { ...('reason' in step ? { reason: step.reason } : {}), webhookId, report };
		if (!step.next) {
			this.#ledger.event(call.id, 'webhook.ignored', data);
			return { call };
		}
		if (step.type === 'ended') this.#ledger.drop(call.id);
		return this.#ledger.update(step.next, step.type, data);
	}

	#setStatus(call: CallRow, status: CallRow['status']): Outcome {
		if (status === call.status) return { call };
		if (status === 'PENDING') return { illegal: call };
		const next = endHere(call, status, 'manual', this.#ledger.now);
		if (call.status !== 'PENDING') {
			const { endedAt, durationMs } = call;
			return this.#ledger.update({ ...next, endedAt, durationMs }, 'corrected', { from: call.status, to: status });
		}
		return this.#stop(call, next, { by: 'hand' });
	}

	#cancel(call: CallRow): Outcome {
		if (call.status !== 'PENDING') return { illegal: call };
		return this.#stop(call, endHere(call, 'FAILED', 'canceled', this.#ledger.now), { by: 'hand' });
	}

	/** Ends a call that runs: its dispatch is dropped or recalled, and the provider is told where it knows the call. */
	#stop(call: CallRow, next: CallRow, data: object): Outcome {
		if (call.providerId === null) this.#ledger.recall(call.id);
		else this.#ledger.drop(call.id);
		const outcome = this.#ledger.update(next, 'ended', { ...data, outcome: next.outcome });
		this.#hangUp(call);
		return outcome;
	}

	#remove(call: CallRow): Outcome {
		this.#ledger.remove([call.id]);
		this.#hangUp(call, { deleted: true });
		return { done: true };
	}

	/** A call may have changed since the list was read, so its filters are checked again. */
	#clearMatching({ ids, filters, tombstones }: Extract<Command, { do: 'clear-matching' }>): Outcome {
		const passes = filterOf(filters);
		const calls = [...new Set(ids)].flatMap((id) => this.#ledger.call(id) ?? []).filter(passes);
		const matching = calls.map(({ id }) => id);
		if (tombstones) this.#ledger.remove(matching);
		else this.#ledger.purge(matching);
		for (const call of calls) if (call.status === 'PENDING') this.#hangUp(call, { deleted: true });
		return { done: true };
	}

	#hasEnded(id: string): boolean {
		const call = this.#ledger.call(id);
		return call != null && call.status !== 'PENDING';
	}

	/** The call may be asked for, or asked about. That stands in the row before the request goes out. */
	#queue({ job }: Extract<Command, { do: 'queue' }>, call: CallRow | null | undefined): Outcome {
		const state = this.#ledger.held(job);
		if (!state) return { stale: true };
		if (call?.status !== 'PENDING') {
			// It ended or went meanwhile. What the provider may have heard of is recalled now, by the hand that has the job.
			if (state.asked && !call?.providerId) return call ? { call } : { missing: true };
			this.#ledger.settle(job);
			return { stale: true };
		}
		if (!state.asked) this.#ledger.ask(job);
		if (call.phase !== 'SCHEDULED') return { call };
		return this.#ledger.update({ ...call, phase: 'QUEUED', updatedAt: this.#ledger.now }, 'queued', {});
	}

	#refused(command: Extract<Command, { do: 'refused' }>, call: CallRow | null | undefined): Outcome {
		const { id, job, attempt, retryAt, watchAt } = command;
		if (!this.#ledger.held(job) || (call && call.status !== 'PENDING' && call.providerId !== null))
			return { stale: true };
		if (retryAt !== null) {
			this.#ledger.retry(job, retryAt, attempt.error);
			if (!call) return { missing: true };
			this.#ledger.event(id, 'dispatch.attempt', { ...attempt });
			return { call };
		}
		if (call?.status !== 'PENDING') return this.#giveUp(command, call, 'recall');
		this.#ledger.event(id, 'dispatch.attempt', { ...attempt });
		this.#ledger.settle(job);
		if (call.providerId !== null) {
			// Its webhooks came, so the provider has accepted it. When the last one is due nobody told: its silence is watched.
			this.#ledger.job('watch', id, {}, watchAt);
			return { call };
		}
		const next = endHere(call, 'FAILED', 'provider-unreachable', this.#ledger.now);
		return this.#ledger.update(next, 'ended', { outcome: next.outcome, attempts: attempt.number });
	}

	/** What the provider would not be told: it may go on with a call that ended here. The timeline tells so. */
	#giveUp(
		{ id, job, attempt }: { id: string; job: HeldJob; attempt: DispatchAttempt },
		call: CallRow | null | undefined,
		kind: 'hangup' | 'recall',
	): Outcome {
		if (!this.#ledger.held(job)) return { stale: true };
		this.#ledger.bury(job, id, attempt.error);
		if (!call) return { missing: true };
		this.#ledger.event(id, 'dispatch.attempt', { ...attempt, job: kind, dead: true });
		return { call };
	}

	#accepted({ id, job, attempt, providerId, watchAt }: Extract<Command, { do: 'accepted' }>): Outcome {
		const call = this.#ledger.call(id);
		// Another worker took the job over, or has settled it: its attempt had the same key, and so the same provider call.
		const counts = this.#ledger.isGone(job) ? call?.status !== 'PENDING' : this.#ledger.held(job);
		if (!counts) return { stale: true };
		this.#ledger.settle(job);
		// Canceled, ended by hand or deleted while the provider was being asked.
		if (!call || (call.status !== 'PENDING' && call.providerId === null))
			this.#hangUp({ id, providerId }, call ? {} : { deleted: true });
		if (!call) return { missing: true };
		if (call.status === 'PENDING') this.#ledger.job('watch', id, {}, watchAt);
		const data = { ...attempt, providerId };
		if (call.status === 'PENDING' && call.providerId === null)
			return this.#ledger.update({ ...call, providerId, updatedAt: this.#ledger.now }, 'dispatch.attempt', data);
		this.#ledger.event(id, 'dispatch.attempt', data);
		return { call };
	}

	/** A call that was heard of lately is watched on; one that was not ends as `no-report`. */
	#watch(call: CallRow, { job, startedAt, patienceMs }: Extract<Command, { do: 'watch' }>): Outcome {
		if (!this.#ledger.held(job)) return { stale: true };
		const { clock } = this.#ledger;
		const lastAt = Math.max(call.updatedAt, startedAt);
		// The clock was set back, so the time of the last word says nothing: the call is silent while its seq stays.
		const isAhead = lastAt > clock;
		const isNews = isAhead && job.payload.seq !== call.seq;
		const heardAt = isAhead ? startedAt : lastAt;
		if (call.status === 'PENDING' && !isNews && heardAt <= clock && heardAt + patienceMs > clock) {
			this.#ledger.retry(job, heardAt + patienceMs, null);
			return { call };
		}
		this.#ledger.settle(job);
		if (call.status !== 'PENDING') return { call };
		if (isNews) {
			this.#ledger.job('watch', call.id, { seq: call.seq }, clock + patienceMs);
			return { call };
		}
		const silentMs = isAhead ? patienceMs : this.#ledger.now - call.updatedAt;
		return this.#stop(call, endHere(call, 'FAILED', 'no-report', this.#ledger.now), { silentMs });
	}

	/** Counted on the call, whatever its state: what was injected shall be seen. */
	#fault(call: CallRow, data: object): Outcome {
		return this.#ledger.update({ ...call, faults: call.faults + 1, updatedAt: this.#ledger.now }, 'fault', data);
	}

	#hangUp({ id, providerId }: Pick<CallRow, 'id' | 'providerId'>, reason: { deleted?: true } = {}): void {
		if (providerId !== null) this.#ledger.job('hangup', id, { providerId, ...reason }, this.#ledger.clock);
	}
}
