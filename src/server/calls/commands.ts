import type { CallFilters, ProviderReport, Scenario, Status, Workflow } from '#contract';
import type { CallRow } from './call.ts';

/** A request that passed all checks: trimmed, with the phone number in E.164. */
export interface CallRequest {
	customerName: string;
	phoneNumber: string;
	workflow: Workflow;
	scheduledAt: number | null;
	scenario: Scenario | null;
	run: string | null;
}

/** A job that a worker has claimed. The job's result counts only while its row still has this `lease`. */
export interface HeldJob {
	id: string;
	lease: string;
}

/**
 * A job that watches a call for silence. `payload.seq` is set only if the clock was set back during the watch: it
 * is the call's seq at that time. If the seq is still the same later, no report has arrived.
 */
export interface WatchJob extends HeldJob {
	payload: { seq?: unknown };
}

/** A call to create, with its future id. */
export interface CallToCreate {
	id: string;
	request: CallRequest;
}

/** Everything that can change a call. The writer executes commands in order of arrival. */
export type Command =
	/**
	 * `callbackUrl` is the URL to which an external provider sends its webhooks; null for the embedded provider.
	 */
	| {
			do: 'create';
			id: string;
			request: CallRequest;
			callbackUrl: string | null;
			idempotencyKey: IdempotencyKey | null;
	  }
	/** Creates all calls or none, with consecutive `n`. */
	| {
			do: 'create-many';
			requests: readonly CallToCreate[];
			callbackUrl: string | null;
			idempotencyKey: IdempotencyKey | null;
	  }
	| { do: 'report'; webhookId: string; report: ProviderReport }
	| { do: 'set-status'; id: string; status: Status }
	| { do: 'cancel'; id: string }
	| { do: 'remove'; id: string }
	/** Deletes calls beyond the retention limits. Calls that have not ended stay. */
	| { do: 'retire'; ids: readonly string[] }
	| { do: 'clear'; run: string | null }
	/**
	 * Deletes the given calls that still pass the filters. Without tombstones, clients with older cursors get a
	 * reset.
	 */
	| { do: 'clear-matching'; ids: readonly string[]; filters: CallFilters; tombstones: boolean }
	/** The worker is about to send a dispatch. A scheduled call becomes `QUEUED`. */
	| { do: 'queue'; id: string; job: HeldJob }
	/** The provider accepted the call. `watchAt` is when to check whether the call still gets reports. */
	| { do: 'accepted'; id: string; job: HeldJob; attempt: DispatchAttempt; providerId: string; watchAt: number }
	/**
	 * An attempt failed, or its result is unknown. `retryAt` is the time of the next attempt; null if none follows.
	 */
	| { do: 'refused'; id: string; job: HeldJob; attempt: DispatchAttempt; retryAt: number | null; watchAt: number }
	/** The last attempt of a hang-up failed. */
	| { do: 'give-up'; id: string; job: HeldJob; attempt: DispatchAttempt }
	/**
	 * Checks whether a report arrived within `timeoutMs`, counted from `startedAt` (the start of the server) at the
	 * earliest.
	 */
	| { do: 'watch'; id: string; job: WatchJob; startedAt: number; timeoutMs: number }
	/** A fault was injected on purpose. */
	| { do: 'fault'; id: string; data: object };

/** Identifies a request that must take effect once. `id` is the hash of its token, method, path and key. */
export interface IdempotencyKey {
	id: string;
	bodyHash: string;
}

/** One attempt to dispatch or hang up a call, as the timeline shows it. */
export interface DispatchAttempt {
	number: number;
	durationMs: number;
	/** The HTTP status of the response, if any. */
	status: number | null;
	error: string | null;
}

/** The result of a command. */
export type Outcome =
	| { call: CallRow; idempotent?: true }
	/** `response` is the stored response body; null without an idempotency key. */
	| { calls: CallRow[]; response: string | null }
	/** The call does not exist or was deleted. */
	| { missing: true }
	/** The state machine does not allow the transition of this call. */
	| { illegal: CallRow }
	/**
	 * The job needs no request, or its result does not count: another worker holds the job, or the call has ended.
	 */
	| { stale: true }
	/** The idempotency key was used before with the same body. `replay` is the stored response body. */
	| { replay: string }
	/** The idempotency key was used before with another body. */
	| { conflict: true }
	| { done: true };
