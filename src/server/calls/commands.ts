import type { CallFilters, ProviderReport, Scenario, Status, Workflow } from '#contract';
import type { CallRow } from './call.ts';

/** A request that passed all checks: trimmed, the number in E.164. */
export interface CallRequest {
	customerName: string;
	phoneNumber: string;
	workflow: Workflow;
	scheduledAt: number | null;
	scenario: Scenario | null;
	run: string | null;
}

/** A job as its worker holds it. Its result counts only while `lease` is the row's. */
export interface HeldJob {
	id: string;
	lease: string;
}

/** Its payload's `seq`, where it has one, is the call's when the watch began anew after the clock was set back. */
export interface WatchJob extends HeldJob {
	payload: { seq?: unknown };
}

/** A call to be made, with the id that it will have. */
export interface Wanted {
	id: string;
	request: CallRequest;
}

/** Everything that can change a call. The one writer takes these in order of arrival. */
export type Command =
	/** `callbackUrl`: where the provider shall report; null when it is this server and knows. */
	| { do: 'create'; id: string; request: CallRequest; callbackUrl: string | null; once: Once | null }
	/** All or none, at places that follow each other. */
	| { do: 'create-many'; wanted: readonly Wanted[]; callbackUrl: string | null; once: Once | null }
	| { do: 'report'; webhookId: string; report: ProviderReport }
	| { do: 'set-status'; id: string; status: Status }
	| { do: 'cancel'; id: string }
	| { do: 'remove'; id: string }
	/** These are past what is to be kept; those that have not ended stay. */
	| { do: 'retire'; ids: readonly string[] }
	| { do: 'clear'; run: string | null }
	/** Deletes those of these calls that still pass the filters. Without tombstones, older cursors get a reset. */
	| { do: 'clear-matching'; ids: readonly string[]; filters: CallFilters; tombstones: boolean }
	/** The provider is to be asked for the call: its time has come, where it was scheduled. */
	| { do: 'queue'; id: string; job: HeldJob }
	/** The provider accepted the call; `watchAt` is when to look whether it is still heard of. */
	| { do: 'accepted'; id: string; job: HeldJob; attempt: DispatchAttempt; providerId: string; watchAt: number }
	/** The provider did not, as far as we know; `retryAt` is when to try again, null to give up. */
	| { do: 'refused'; id: string; job: HeldJob; attempt: DispatchAttempt; retryAt: number | null; watchAt: number }
	/** A hang-up failed as often as it may. */
	| { do: 'give-up'; id: string; job: HeldJob; attempt: DispatchAttempt }
	/** Time to look whether anything was heard of the call within `patienceMs`, counted from `startedAt` at the earliest. */
	| { do: 'watch'; id: string; job: WatchJob; startedAt: number; patienceMs: number }
	/** A fault was injected on purpose. */
	| { do: 'fault'; id: string; data: object };

/** A request that must happen once: the hash of its token, method, path and key, and the hash of its body. */
export interface Once {
	id: string;
	bodyHash: string;
}

/** One try to hand a call to the provider, or to take it back, as the timeline shows it. */
export interface DispatchAttempt {
	number: number;
	durationMs: number;
	/** The HTTP status of the answer, where one came. */
	status: number | null;
	error: string | null;
}

/** What became of a command. */
export type Outcome =
	| { call: CallRow; idempotent?: true }
	/** With the answer's body where it was kept. */
	| { calls: CallRow[]; answer: string | null }
	/** There is no such call (any more). */
	| { missing: true }
	/** The call may not go there from its state. */
	| { illegal: CallRow }
	/** The job was not held any more; nothing was recorded. */
	| { stale: true }
	/** The same request was answered before, with these bytes. */
	| { replay: string }
	/** Its idempotency key came with another body before. */
	| { conflict: true }
	| { done: true };
