import { v4 } from 'uuid';
import type { Attempt, Settings } from '#contract';
import { backoffMs, WEBHOOK_SCHEDULE } from '#queue/backoff.ts';
import { createWorker, type Worker } from '#queue/worker.ts';
import type { DeliveryFault } from './faults.ts';
import type { DueDelivery, OutboxStore, Settlement } from './outbox-store.ts';
import type { Send, Sent } from './sender.ts';

export interface OutboxDeps {
	store: OutboxStore;
	/** Sends one webhook and answers what came of it. */
	send: Send;
	/** Tells the call's timeline of a fault that was injected. */
	onFault(callId: string, data: { fault: string; webhookId: string; type: string }): Promise<void>;
	/** A delivery was settled. */
	onSettled(id: string): void;
	/** The rates of faults that hold now. */
	rates(): Settings['faults'];
	/** How many at once. */
	concurrency: number;
	/** Divides the retry schedule. */
	speed(): number;
	now(): number;
	/** In [0, 1). */
	chance(): number;
	onError(error: unknown): void;
}

/** Sends each webhook at its own due time; one that fails is tried again later and never holds back the next. */
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
	/** When to try again; null when the receiver said stop (410) or the schedule is used up. */
	function retryAt(failures: number, { response, retryAfterMs }: Sent): number | null {
		if (response?.status === 410) return null;
		const backoff = backoffMs(WEBHOOK_SCHEDULE, Math.max(1, failures), speed(), chance());
		const slowDown = response?.status === 429 || response?.status === 503 ? (retryAfterMs ?? 0) : 0;
		return backoff === null ? null : now() + Math.max(backoff, slowDown);
	}

	function settlementOf(delivery: DueDelivery, sent: Sent): Settlement {
		if (wasDelivered(sent)) return { state: 'delivered', dueAt: null, failures: delivery.failures };
		const isGone = sent.response?.status === 410;
		// What was delivered stays so, whatever comes of sending it once more.
		if (delivery.manual && delivery.stateBefore === 'delivered' && !isGone)
			return { state: 'delivered', dueAt: null, failures: delivery.failures };
		// A try by hand takes no place in the schedule.
		const failures = delivery.failures + (delivery.manual ? 0 : 1);
		const dueAt = retryAt(failures, sent);
		if (dueAt !== null) return { state: 'retrying', dueAt, failures };
		return { state: isGone ? 'canceled' : 'dead', dueAt: null, failures };
	}

	/** What goes wrong with this try: what was drawn for it, unless that was switched off meanwhile or its time is over. */
	function faultsOf({ attempts, faults }: DueDelivery): DeliveryFault[] {
		if (attempts !== 1) return [];
		const now = rates();
		// Late or out of order it is already, so that is told.
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

/** Only 2xx is success, heard to its end; a redirect is not followed. */
const wasDelivered = ({ response, error }: Sent): boolean =>
	response !== null && error === null && response.status >= 200 && response.status < 300;
