import { createHash } from 'node:crypto';
import { ProblemError, type Call, type CallFilters, type NewCall, type ProviderReport, type Status } from '#contract';
import { newId } from '#db/ids.ts';
import { validateBatch } from './batch.ts';
import { batchResponse, toCall } from './call.ts';
import type { CallRequest, Command, DispatchAttempt, HeldJob, IdempotencyKey, Outcome, WatchJob } from './commands.ts';
import { validateCall } from './request.ts';
import type { Writer } from './writer.ts';

/**
 * The commands that change calls. Each promise resolves after the commit. The feed has received the change by then,
 * but may gather it with others before it sends them.
 */
export interface Calls {
	/** Creates a call. Throws `invalid_input` for an impossible phone number. */
	create(request: NewCall): Promise<Call>;
	/**
	 * Creates a call once per idempotency key in its scope (token, method, path) and returns the response body. A
	 * repeated request with the same body gets the same bytes. Throws `idempotency_conflict` for another body.
	 */
	createOnce(scope: string, key: string, request: NewCall): Promise<{ response: string; replayed: boolean }>;
	/**
	 * Creates all calls or none, in order, in one transaction, and returns the response body. With `named`, creates
	 * them once per idempotency key, as `createOnce` does. Throws `invalid_input` with the path of each error.
	 */
	createMany(
		wanted: readonly unknown[],
		named: { scope: string; key: string } | null,
	): Promise<{ response: string; replayed: boolean }>;
	/**
	 * Ends a pending call as `manual`, or corrects the status of an ended one. Throws `call_not_found`, and
	 * `illegal_transition` for a return to `PENDING`.
	 */
	setStatus(id: string, status: Status): Promise<Call>;
	/**
	 * Ends a pending call as `canceled`. Throws `call_not_found`, and `illegal_transition` if the call has ended.
	 */
	cancel(id: string): Promise<Call>;
	/** Deletes a call. Throws `call_not_found`. */
	remove(id: string): Promise<void>;
	/** Deletes the given calls, which exceed the retention limits. Calls that have not ended stay. */
	retire(ids: readonly string[]): Promise<void>;
	/** Deletes all calls of one run, or of the whole history if `run` is null. */
	clear(run: string | null): Promise<void>;
	/**
	 * Deletes the given calls that still pass the filters, and hangs up the running ones. Without `tombstones`,
	 * clients with older cursors get a reset.
	 */
	clearMatching(ids: readonly string[], filters: CallFilters, tombstones: boolean): Promise<void>;
	/**
	 * Applies the report of a verified webhook. `idempotent` is true if the call had ended before. Throws
	 * `call_gone` if the call does not exist.
	 */
	report(webhookId: string, report: ProviderReport): Promise<{ call: Call; idempotent: boolean }>;
	/**
	 * Records that a dispatch may reach the provider from now on. Call it before the request. Returns whether to
	 * send the request. A call that ended after an earlier request may need another one, as a recall.
	 */
	queue(id: string, job: HeldJob): Promise<boolean>;
	/**
	 * Records that the provider accepted the call. `watchAt` is when to check whether the call still gets reports.
	 */
	accepted(id: string, job: HeldJob, attempt: DispatchAttempt, providerId: string, watchAt: number): Promise<void>;
	/**
	 * Records a failed attempt of a dispatch or a recall. With a null `retryAt` no attempt follows: a pending call
	 * ends as `provider-unreachable`, unless webhooks have arrived. If the call has already ended, the job stays as
	 * a dead letter.
	 */
	refused(id: string, job: HeldJob, attempt: DispatchAttempt, retryAt: number | null, watchAt: number): Promise<void>;
	/**
	 * Records the last failed attempt of a hang-up. The job stays as a dead letter. A webhook of the call makes the
	 * job run again.
	 */
	giveUp(id: string, job: HeldJob, attempt: DispatchAttempt): Promise<void>;
	/**
	 * Ends the call as `no-report` after `timeoutMs` without a report. Silence before `startedAt`, the start of the
	 * server, does not count.
	 */
	watch(id: string, job: WatchJob, startedAt: number, timeoutMs: number): Promise<void>;
	/** Adds an injected fault to the timeline. Does nothing if the call does not exist. */
	fault(id: string, data: object): Promise<void>;
}

export interface CallsDeps {
	writer: Writer;
	/**
	 * Returns the URL to which an external provider sends its webhooks; null for the embedded provider, which needs
	 * none.
	 */
	callbackUrl(): string | null;
}

export function createCalls({ writer, callbackUrl }: CallsDeps): Calls {
	/**
	 * Writes a command for one call and returns the call. Throws `call_not_found` for a missing call and
	 * `illegal_transition` for a change that the state machine refuses.
	 */
	async function change(command: Command & { id: string }): Promise<Call> {
		const outcome = await writer.write(command);
		if ('call' in outcome) return toCall(outcome.call);
		if ('illegal' in outcome) throw illegal(command, outcome);
		throw notFound(command.id);
	}

	return {
		// Every id is made right before its command is queued, so that ids rise in the same order as `n`.
		create: (request) =>
			change({
				do: 'create',
				id: newId(),
				request: requestOf(request),
				callbackUrl: callbackUrl(),
				idempotencyKey: null,
			}),
		async createOnce(scope, key, wanted) {
			const request = requestOf(wanted);
			const idempotencyKey = idempotencyKeyOf(scope, key, request);
			const outcome = await writer.write({
				do: 'create',
				id: newId(),
				request,
				callbackUrl: callbackUrl(),
				idempotencyKey,
			});
			if ('call' in outcome) return { response: JSON.stringify({ call: toCall(outcome.call) }), replayed: false };
			return replayOf(outcome);
		},
		async createMany(wanted, named) {
			const requests = await validateBatch(wanted);
			const idempotencyKey = named && idempotencyKeyOf(named.scope, named.key, requests);
			const outcome = await writer.write({
				do: 'create-many',
				requests: requests.map((request) => ({ id: newId(), request })),
				callbackUrl: callbackUrl(),
				idempotencyKey,
			});
			if (!('calls' in outcome)) return replayOf(outcome);
			return { response: outcome.response ?? batchResponse(outcome.calls), replayed: false };
		},
		setStatus: (id, status) => change({ do: 'set-status', id, status }),
		cancel: (id) => change({ do: 'cancel', id }),

		async remove(id) {
			if ('missing' in (await writer.write({ do: 'remove', id }))) throw notFound(id);
		},
		async retire(ids) {
			await writer.write({ do: 'retire', ids });
		},
		async clear(run) {
			await writer.write({ do: 'clear', run });
		},
		async clearMatching(ids, filters, tombstones) {
			await writer.write({ do: 'clear-matching', ids, filters, tombstones });
		},
		async report(webhookId, report) {
			const outcome = await writer.write({ do: 'report', webhookId, report });
			if ('call' in outcome) return { call: toCall(outcome.call), idempotent: outcome.idempotent ?? false };
			throw new ProblemError('call_gone', 'This call does not exist or was deleted. Stop sending its webhooks.');
		},
		async queue(id, job) {
			return !('stale' in (await writer.write({ do: 'queue', id, job })));
		},
		async accepted(id, job, attempt, providerId, watchAt) {
			await writer.write({ do: 'accepted', id, job, attempt, providerId, watchAt });
		},
		async refused(id, job, attempt, retryAt, watchAt) {
			await writer.write({ do: 'refused', id, job, attempt, retryAt, watchAt });
		},
		async giveUp(id, job, attempt) {
			await writer.write({ do: 'give-up', id, job, attempt });
		},
		async watch(id, job, startedAt, timeoutMs) {
			await writer.write({ do: 'watch', id, job, startedAt, timeoutMs });
		},
		async fault(id, data) {
			await writer.write({ do: 'fault', id, data });
		},
	};
}

/** Returns the request as it is stored. Throws `invalid_input` for an impossible phone number. */
function requestOf(wanted: NewCall): CallRequest {
	const { request, error } = validateCall(wanted);
	if (request) return request;
	throw new ProblemError('invalid_input', 'The call is invalid. Nothing was changed. Its errors say what to change.', {
		errors: [error],
	});
}

const idempotencyKeyOf = (scope: string, key: string, body: unknown): IdempotencyKey => ({
	id: hash(JSON.stringify([scope, key])),
	bodyHash: hash(JSON.stringify(body)),
});

function replayOf(outcome: Outcome): { response: string; replayed: true } {
	if ('replay' in outcome) return { response: outcome.replay, replayed: true };
	throw new ProblemError('idempotency_conflict', 'This Idempotency-Key was used with another body. Use a new key.');
}

const hash = (text: string): string => createHash('sha256').update(text).digest('base64url');

const notFound = (id: string): ProblemError =>
	new ProblemError('call_not_found', `Call ${id.slice(0, 100)} does not exist.`);

function illegal(command: Command, { illegal: call }: Extract<Outcome, { illegal: unknown }>): ProblemError {
	const detail =
		command.do === 'cancel'
			? `The call has ended already: ${call.status.toLowerCase()}. Only a pending call can be canceled.`
			: `The call has ended already: ${call.status.toLowerCase()}. An ended call cannot return to PENDING.`;
	return new ProblemError('illegal_transition', detail);
}
