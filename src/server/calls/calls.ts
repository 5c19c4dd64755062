import { createHash } from 'node:crypto';
import { ProblemError, type Call, type CallFilters, type NewCall, type ProviderReport, type Status } from '#contract';
import { newId } from '#db/ids.ts';
import { validateBatch } from './batch.ts';
import { batchResponse, toCall } from './call.ts';
import type { CallRequest, Command, DispatchAttempt, HeldJob, IdempotencyKey, Outcome, WatchJob } from './commands.ts';
import { validateCall } from './request.ts';
import type { Writer } from './writer.ts';

/**
 * The commands that change calls. Each promise resolves after the commit. The feed has published the change by then, or
 * does so at once.
 */
export interface Calls {
	/** Throws `invalid_input` for an impossible number. */
	create(request: NewCall): Promise<Call>;
	/**
	 * Creates a call once per idempotency key in its scope (token, method, path) and returns the response body. The
	 * same body again returns the same bytes. Throws `idempotency_conflict` for another body.
	 */
	createOnce(scope: string, key: string, request: NewCall): Promise<{ response: string; replayed: boolean }>;
	/**
	 * Creates all calls or none, in order, in one transaction, and returns the response body. With `named`, only once,
	 * as above. Throws `invalid_input` with the path of each error.
	 */
	createMany(
		wanted: readonly unknown[],
		named: { scope: string; key: string } | null,
	): Promise<{ response: string; replayed: boolean }>;
	/** Throws `call_not_found`, `illegal_transition`. */
	setStatus(id: string, status: Status): Promise<Call>;
	/** Throws `call_not_found`, `illegal_transition`. */
	cancel(id: string): Promise<Call>;
	/** Throws `call_not_found`. */
	remove(id: string): Promise<void>;
	/** Deletes those of these calls that have ended, because they are beyond the retention limits. */
	retire(ids: readonly string[]): Promise<void>;
	/** Clears one run, or with null the whole history. */
	clear(run: string | null): Promise<void>;
	/** Deletes those of these calls that still pass the filters. Running ones are hung up. */
	clearMatching(ids: readonly string[], filters: CallFilters, tombstones: boolean): Promise<void>;
	/** Applies a verified webhook. Throws `call_gone`. */
	report(webhookId: string, report: ProviderReport): Promise<{ call: Call; idempotent: boolean }>;
	/**
	 * Call it before a request to the provider, for a call or about one that ended meanwhile. Returns whether to send
	 * the request.
	 */
	queue(id: string, job: HeldJob): Promise<boolean>;
	/** `watchAt` is when to check whether the call still gets reports. */
	accepted(id: string, job: HeldJob, attempt: DispatchAttempt, providerId: string, watchAt: number): Promise<void>;
	/**
	 * Records a failed attempt. With `retryAt` null the job is given up: the call ends as `provider-unreachable`,
	 * unless webhooks have arrived. If the call has already ended, the job stays as a dead letter.
	 */
	refused(id: string, job: HeldJob, attempt: DispatchAttempt, retryAt: number | null, watchAt: number): Promise<void>;
	/** Records a hang-up that failed too often. The job stays as a dead letter until a webhook of its call arrives. */
	giveUp(id: string, job: HeldJob, attempt: DispatchAttempt): Promise<void>;
	/** Ends the call as `no-report` after `timeoutMs` without a report, counted from `startedAt` at the earliest. */
	watch(id: string, job: WatchJob, startedAt: number, timeoutMs: number): Promise<void>;
	/** Adds an injected fault to the timeline. Does nothing if the call does not exist. */
	fault(id: string, data: object): Promise<void>;
}

export interface CallsDeps {
	writer: Writer;
	/** The address to which the provider of a new call reports; null for the embedded provider, which knows it. */
	callbackUrl(): string | null;
}

export function createCalls({ writer, callbackUrl }: CallsDeps): Calls {
	/** Writes a command that needs a call. Turns an illegal or missing call into a problem. */
	async function change(command: Command & { id: string }): Promise<Call> {
		const outcome = await writer.write(command);
		if ('call' in outcome) return toCall(outcome.call);
		if ('illegal' in outcome) throw illegal(command, outcome);
		throw notFound(command.id);
	}

	return {
		// Ids rise in order of arrival, like the places in the list.
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

/** Throws `invalid_input` for an impossible number. */
function requestOf(wanted: NewCall): CallRequest {
	const { request, error } = validateCall(wanted);
	if (request) return request;
	throw new ProblemError('invalid_input', 'The call is invalid. Nothing was changed.', { errors: [error] });
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
