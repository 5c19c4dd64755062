import { v4 } from 'uuid';
import type { Attempt } from '#contract';
import { backoffMs, WEBHOOK_SCHEDULE } from '#queue/backoff.ts';
import { createWorker, type Worker } from '#queue/worker.ts';
import type { DueDelivery, OutboxStore } from './outbox-store.ts';

export interface OutboxDeps {
	store: OutboxStore;
	/** Sends one webhook and answers what came of it. */
	send(delivery: DueDelivery): Promise<Sent>;
	/** Divides the retry schedule. */
	speed(): number;
	now(): number;
	/** In [0, 1). */
	chance(): number;
	onError(error: unknown): void;
}

export type Sent = Pick<Attempt, 'durationMs' | 'request' | 'response' | 'error'> & { retryAfterMs: number | null };

/** Sends each webhook at its own due time; one that fails is tried again later and never holds back the next. */
export function createOutbox({ store, send, speed, now, chance, onError }: OutboxDeps): Worker {
	/** When to try again; null when the receiver said stop (410) or the schedule is used up. */
	function retryAt(delivery: DueDelivery, { response, retryAfterMs }: Sent): number | null {
		if (response?.status === 410) return null;
		const backoff = backoffMs(WEBHOOK_SCHEDULE, delivery.attempts, speed(), chance());
		const slowDown = response?.status === 429 || response?.status === 503 ? (retryAfterMs ?? 0) : 0;
		return backoff === null ? null : now() + Math.max(backoff, slowDown);
	}

	return createWorker<DueDelivery>({
		store,
		async run(delivery) {
			const at = now();
			const sent = await send(delivery);
			const { durationMs, request, response, error } = sent;
			const number = delivery.attempts;
			const attempt: Attempt = {
				...{ number, durationMs, manual: false, request, response, error },
				at: new Date(at).toISOString(),
			};
			const delivered = response !== null && response.status >= 200 && response.status < 300;
			if (delivered) return store.settle(delivery, attempt, { state: 'delivered', dueAt: null });
			const dueAt = retryAt(delivery, sent);
			const state = dueAt !== null ? 'retrying' : response?.status === 410 ? 'canceled' : 'dead';
			await store.settle(delivery, attempt, { state, dueAt });
		},
		onError,
		now,
		newLease: v4,
	});
}
