import type { CallFilters, ProviderReport, Scenario, Status, Workflow } from '#contract';
import type { CallRow } from './call.ts';

/** A request that passed all checks: trimmed, with the number in E.164. */
export interface CallRequest {
	customerName: string;
	phoneNumber: string;
	workflow: Workflow;
	scheduledAt: number | null;
	scenario: Scenario | null;
	run: string | null;
}

/** A job as its worker holds it. Its result counts only while the row still has this `lease`. */
export interface HeldJob {
	id: string;
	lease: string;
}

/**
 * The payload's `seq` is set if the watch restarted after the clock was set back. It is the call's seq at that time.
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
	/** `callbackUrl` is the address to which the provider reports; null for the embedded provider, which knows it. */
	| {
			do: 'create';
			id: string;
			request: CallRequest;
			callbackUrl: string | null;
			idempotencyKey: IdempotencyKey | null;
	  }
	/** All or none, at consecutive places. */
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
	/** These are beyond the retention limits. Those that have not ended stay. */
	| { do: 'retire'; ids: readonly string[] }
	| { do: 'clear'; run: string | null }
	/** Deletes those of these calls that still pass the filters. Without tombstones, older cursors get a reset. */
	| { do: 'clear-matching'; ids: readonly string[]; filters: CallFilters; tombstones: boolean }
	/** The request to the provider is next. A scheduled call is due now. */
	| { do: 'queue'; id: string; job: HeldJob }
	/** The provider accepted the call. `watchAt` is when to check whether it still gets reports. */
	| { do: 'accepted'; id: string; job: HeldJob; attempt: DispatchAttempt; providerId: string; watchAt: number }
	/** The attempt failed, as far as is known. `retryAt` is when to retry; null gives up. */
	| { do: 'refused'; id: string; job: HeldJob; attempt: DispatchAttempt; retryAt: number | null; watchAt: number }
	/** A hang-up failed too often. */
	| { do: 'give-up'; id: string; job: HeldJob; attempt: DispatchAttempt }
	/** Checks whether a report arrived within `timeoutMs`, counted from `startedAt` at the earliest. */
	| { do: 'watch'; id: string; job: WatchJob; startedAt: number; timeoutMs: number }
	/** A fault was injected on purpose. */
	| { do: 'fault'; id: string; data: object };

/** A request that must take effect once: the hash of its token, method, path and key, and the hash of its body. */
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
	/** `response` is the response body if one was stored. */
	| { calls: CallRow[]; response: string | null }
	/** The call does not exist (any more). */
	| { missing: true }
	/** The state machine does not allow the transition. */
	| { illegal: CallRow }
	/** The worker no longer holds the job. Nothing was recorded. */
	| { stale: true }
	/** The same request was answered before, with these bytes. */
	| { replay: string }
	/** The idempotency key was used with another body before. */
	| { conflict: true }
	| { done: true };
