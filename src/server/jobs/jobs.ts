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
		if (await calls.queue(job.callId, job)) await ask(job);
	}

	/** Hands the call to the provider, or asks what became of that: the same key and body never make a second one. */
	async function ask(job: Job): Promise<void> {
		const answer = await carrier.send(job.callId, job.payload);
		const { status, durationMs } = answer;
		const attempt = { number: job.attempts, durationMs, status, error: answer.error ?? null };
		if (answer.value) {
			const { providerId, scheduledInMs } = answer.value;
			await calls.accepted(job.callId, job, attempt, providerId, now() + scheduledInMs + patienceMs);
		} else {
			await calls.refused(job.callId, job, attempt, retryAt(job, answer.retryAfterMs), now() + patienceMs);
		}
	}

	async function hangUp(job: Job): Promise<void> {
		const { providerId, deleted } = job.payload;
		const answer = await carrier.hangUp(String(providerId), deleted === true ? { deleted } : {});
		const again = answer.error === undefined ? null : retryAt(job, answer.retryAfterMs);
		if (answer.error !== undefined && again === null) onError(new Error(`Hang-up given up: ${answer.error}`));
		if (answer.error === undefined || again === null) await store.done(job);
		else await store.retry(job, again, answer.error);
	}

	const DO: Record<Job['kind'], (job: Job) => Promise<void>> = {
		dispatch,
		hangup: hangUp,
		recall: ask,
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
