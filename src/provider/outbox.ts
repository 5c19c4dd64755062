import { v4 } from 'uuid';
import type { Attempt, Settings } from '#contract';
import { backoffMs, WEBHOOK_SCHEDULE } from '#queue/backoff.ts';
import { createWorker, type Worker } from '#queue/worker.ts';
import type { DeliveryFault } from './faults.ts';
import type { DueDelivery, OutboxStore, Settlement } from './outbox-store.ts';
import type { Send, Sent } from './sender.ts';

export interface OutboxDeps {
	store: OutboxStore;
	/** Sends one webhook and returns the result. */
	send: Send;
	/** Records an injected fault in the call's timeline. */
	onFault(callId: string, data: { fault: string; webhookId: string; type: string }): Promise<void>;
	/** Called when a delivery was settled. */
	onSettled(id: string): void;
	/** Returns the fault rates in force now. */
	rates(): Settings['faults'];
	/** Maximum webhooks under way at once. */
	concurrency: number;
	/** Returns the divisor of the retry schedule. */
	speed(): number;
	now(): number;
	/** Returns a random number in [0, 1), for the jitter of the retries. */
	chance(): number;
	onError(error: unknown): void;
}

/**
 * Starts the worker that sends each webhook at its due time. A failed webhook is retried later and delays no other.
 */
export function createOutbox({
	store,
	send,
	onFault,
	onSettled,
	rates,
	concurrency,
	speed,
	now,
	chance,
	onError,
}: OutboxDeps): Worker {
	/** Returns the time of the next retry; null if the receiver returned 410 or the schedule is exhausted. */
	function retryAt(failures: number, { response, retryAfterMs }: Sent): number | null {
		if (response?.status === 410) return null;
		const backoff = backoffMs(WEBHOOK_SCHEDULE, Math.max(1, failures), speed(), chance());
		const slowDown = response?.status === 429 || response?.status === 503 ? (retryAfterMs ?? 0) : 0;
		return backoff === null ? null : now() + Math.max(backoff, slowDown);
	}

	function settlementOf(delivery: DueDelivery, sent: Sent): Settlement {
		if (wasDelivered(sent)) return { state: 'delivered', dueAt: null, failures: delivery.failures };
		const isGone = sent.response?.status === 410;
		// A delivered webhook stays delivered if its redelivery fails, unless the receiver returns 410.
		if (delivery.manual && delivery.stateBefore === 'delivered' && !isGone)
			return { state: 'delivered', dueAt: null, failures: delivery.failures };
		// A manual attempt does not count in the schedule.
		const failures = delivery.failures + (delivery.manual ? 0 : 1);
		const dueAt = retryAt(failures, sent);
		if (dueAt !== null) return { state: 'retrying', dueAt, failures };
		return { state: isGone ? 'canceled' : 'dead', dueAt: null, failures };
	}

	/**
	 * Returns the faults to inject: on the first attempt, the drawn faults that the settings have not switched off
	 * since. Later attempts have no faults.
	 */
	function faultsOf({ attempts, faults }: DueDelivery): DeliveryFault[] {
		if (attempts !== 1) return [];
		const now = rates();
		// `late` and `reordered` have already happened, so they are always recorded.
		return faults.filter((fault) => fault === 'late' || fault === 'reordered' || now[fault] > 0);
	}

	async function run(delivery: DueDelivery): Promise<void> {
		const faults = faultsOf(delivery);
		for (const fault of faults) await onFault(delivery.callId, { fault, webhookId: delivery.id, type: delivery.type });
		const attempts: Attempt[] = [];
		const attempt = async (sent: Promise<Sent>, at: number): Promise<Sent> => {
			const { retryAfterMs: _, ...kept } = await sent;
			const number = delivery.attempts + attempts.length;
			attempts.push({ number, at: new Date(at).toISOString(), manual: delivery.manual, ...kept });
			return sent;
		};
		const first = await attempt(send(delivery, faults), now());
		const second = faults.includes('doubled') ? await attempt(send(delivery, []), now()) : first;
		await store.settle(delivery, attempts, settlementOf(delivery, wasDelivered(first) ? first : second));
		onSettled(delivery.id);
	}

	return createWorker<DueDelivery>({ store, run, onError, now, newLease: v4, concurrency });
}

/**
 * Whether the attempt succeeded: a 2xx response whose body did not break off. A redirect is not followed and counts
 * as a failure.
 */
const wasDelivered = ({ response, error }: Sent): boolean =>
	response !== null && error === null && response.status >= 200 && response.status < 300;
