import { v4 } from 'uuid';
import { backoffMs, DISPATCH_SCHEDULE } from '#queue/backoff.ts';
import { createWorker, type Worker } from '#queue/worker.ts';
import type { Calls } from '../calls/calls.ts';
import type { DispatchAttempt } from '../calls/commands.ts';
import type { ProviderResponse, ProviderClient } from './carrier.ts';
import { LANES, type Job, type JobStore } from './store.ts';

export interface JobsDeps {
	/** The store of the jobs of these kinds, or of all kinds. */
	storeOf(kinds?: readonly Job['kind'][]): JobStore;
	calls: Calls;
	providerClient: ProviderClient;
	/** The provider's setting `speed`. It divides the delays of the retry schedule. */
	speed(): number;
	/** CALL_TIMEOUT_MS: how long to wait for a report after the last expected webhook. */
	callTimeoutMs: number;
	/** Time since which this server has run without a break. Earlier silence does not count. */
	runningSince(): number;
	/**
	 * Whether a webhook of this call is due but had no attempt yet. The watch job does not end such a call as
	 * `no-report`.
	 */
	hasDueWebhook(callId: string): Promise<boolean>;
	now(): number;
	/** Random source: returns a number in [0, 1). */
	chance(): number;
	onError(error: unknown): void;
}

/** How long the watch job of a call is postponed while a webhook of the call is due. */
const DUE_WEBHOOK_RETRY_MS = 1_000;

/**
 * Runs the app's jobs: dispatches calls, hangs up calls that were ended or deleted here, and watches for silent
 * calls. Each lane has a worker of its own.
 */
export function createJobs({
	storeOf,
	calls,
	providerClient,
	speed,
	callTimeoutMs,
	runningSince,
	hasDueWebhook,
	now,
	chance,
	onError,
}: JobsDeps): Worker {
	const store = storeOf();

	/** When to retry, or null to give up. The provider's `Retry-After` counts if it is later. */
	function retryAt(job: Job, retryAfterMs: number | null): number | null {
		const backoff = backoffMs(DISPATCH_SCHEDULE, job.failures + 1, speed(), chance());
		return backoff === null ? null : now() + Math.max(backoff, retryAfterMs ?? 0);
	}

	function attemptOf(job: Job, { status, durationMs, error }: ProviderResponse<unknown>): DispatchAttempt {
		return { number: job.attempts, durationMs, status, error: error ?? null };
	}

	async function dispatch(job: Job): Promise<void> {
		if (await calls.queue(job.callId, job)) await sendCall(job);
	}

	/**
	 * Sends the call to the provider, or asks for the outcome of an earlier request. The same key and body never create
	 * a second provider call.
	 */
	async function sendCall(job: Job): Promise<void> {
		const response = await providerClient.send(job.callId, job.payload);
		const attempt = attemptOf(job, response);
		if (response.value) {
			const { providerId, scheduledInMs } = response.value;
			await calls.accepted(job.callId, job, attempt, providerId, now() + scheduledInMs + callTimeoutMs);
		} else {
			await calls.refused(job.callId, job, attempt, retryAt(job, response.retryAfterMs), now() + callTimeoutMs);
		}
	}

	async function hangUp(job: Job): Promise<void> {
		const { providerId, deleted } = job.payload;
		const response = await providerClient.hangUp(String(providerId), deleted === true ? { deleted } : {});
		if (response.error === undefined) return store.done(job);
		const again = retryAt(job, response.retryAfterMs);
		if (again !== null) return store.retry(job, again, response.error);
		await calls.giveUp(job.callId, job, attemptOf(job, response));
		onError(new Error(`Hang-up failed after its last attempt: ${response.error}`));
	}

	async function watch(job: Job): Promise<void> {
		if (await hasDueWebhook(job.callId)) await store.later(job, now() + DUE_WEBHOOK_RETRY_MS);
		else await calls.watch(job.callId, job, runningSince(), callTimeoutMs);
	}

	const DO: Record<Job['kind'], (job: Job) => Promise<void>> = {
		dispatch,
		hangup: hangUp,
		recall: sendCall,
		watch,
	};

	const workers = LANES.map((kinds) =>
		createWorker<Job>({
			store: storeOf(kinds),
			onError,
			now,
			newLease: v4,
			run: (job) => DO[job.kind](job),
		}),
	);
	return {
		wake: () => workers.forEach((worker) => worker.wake()),
		isAwake: () => workers.every((worker) => worker.isAwake()),
		async close() {
			await Promise.all(workers.map((worker) => worker.close()));
		},
	};
}
