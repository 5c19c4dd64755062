import { v4 } from 'uuid';
import { backoffMs, DISPATCH_SCHEDULE } from '#queue/backoff.ts';
import { createWorker, type Worker } from '#queue/worker.ts';
import type { Calls } from '../calls/calls.ts';
import type { Carrier } from './carrier.ts';
import type { Job, JobStore } from './store.ts';

export interface JobsDeps {
	store: JobStore;
	calls: Calls;
	carrier: Carrier;
	/** Divides the retry schedule. */
	speed(): number;
	/** CALL_TIMEOUT_MS: how long to wait for a word of a call after the last expected webhook. */
	patienceMs: number;
	now(): number;
	/** In [0, 1). */
	chance(): number;
	onError(error: unknown): void;
}

/** Runs what the app has to do: hand calls to the provider, and hang up those that ended here. */
export function createJobs({ store, calls, carrier, speed, patienceMs, now, chance, onError }: JobsDeps): Worker {
	const startedAt = now();

	/** When to try again, or null to give up; the provider's `Retry-After` counts where it is later. */
	function retryAt(job: Job, retryAfterMs: number | null): number | null {
		const backoff = backoffMs(DISPATCH_SCHEDULE, job.attempts, speed(), chance());
		return backoff === null ? null : now() + Math.max(backoff, retryAfterMs ?? 0);
	}

	async function dispatch(job: Job): Promise<void> {
		if (!(await calls.queue(job.callId, job))) return;
		const answer = await carrier.send(job.callId, job.payload);
		const { status, durationMs } = answer;
		const attempt = { number: job.attempts, durationMs, status, error: answer.error ?? null };
		const watchAt = now() + (answer.value?.scheduledInMs ?? 0) + patienceMs;
		if (answer.value) await calls.accepted(job.callId, job, attempt, answer.value.providerId, watchAt);
		else await calls.refused(job.callId, job, attempt, retryAt(job, answer.retryAfterMs), watchAt);
	}

	async function hangUp(job: Job): Promise<void> {
		const answer = await carrier.hangUp(String(job.payload.providerId));
		const again = answer.error === undefined ? null : retryAt(job, answer.retryAfterMs);
		if (answer.error === undefined || again === null) await store.done(job);
		else await store.retry(job, again, answer.error);
	}

	const DO: Record<Job['kind'], (job: Job) => Promise<void>> = {
		dispatch,
		hangup: hangUp,
		watch: (job) => calls.watch(job.callId, job, startedAt, patienceMs),
	};

	return createWorker<Job>({
		store,
		run: (job) => DO[job.kind](job),
		onError,
		now,
		newLease: v4,
	});
}
