import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import type { Attempt } from '#contract';
import { reasonOf, retryAfterMs, type HttpClient } from '#http/client.ts';
import type { DeliveryFault } from './faults.ts';
import type { DueDelivery } from './outbox-store.ts';

export interface SenderDeps {
	http: Pick<HttpClient, 'post'>;
	/** The first secret signs. */
	secrets: readonly string[];
	/** Returns this server's webhook URL, for deliveries without a URL. Called at each attempt. */
	ownUrl(): string;
	now(): number;
	/** How long a receiver may take to respond. */
	timeoutMs: number;
}

/** The result of one attempt. */
export type Sent = Pick<Attempt, 'durationMs' | 'request' | 'response' | 'error'> & { retryAfterMs: number | null };
export type Send = (delivery: DueDelivery, faults: readonly DeliveryFault[]) => Promise<Sent>;

/** Maximum bytes of a response body that are kept. */
const BODY_KEPT = 16 * 1_024;
/** How old the timestamp of a `stale` webhook is: twice the tolerance of Standard Webhooks. */
const STALE_BY_MS = 10 * 60_000;

/**
 * Creates the function that sends one signed webhook (Standard Webhooks). `webhook-id` is the delivery's id, and
 * `webhook-timestamp` is the time of the attempt.
 */
export function createSender({ http, secrets, ownUrl, now, timeoutMs }: SenderDeps): Send {
	const [signing] = secrets;
	if (signing === undefined) throw new Error('Webhooks cannot be signed without a secret.');
	const signer = new Webhook(signing);
	const forger = new Webhook(`whsec_${randomBytes(32).toString('base64')}`);

	return async ({ id, url, body }, faults) => {
		const at = new Date(now() - (faults.includes('stale') ? STALE_BY_MS : 0));
		const headers = {
			'content-type': 'application/json',
			'user-agent': 'Audena-Simulator/1',
			'webhook-id': id,
			'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
			'webhook-signature': (faults.includes('badSignature') ? forger : signer).sign(id, at, body),
		};
		const request = { headers, body };
		const nothing = { request, response: null, retryAfterMs: null };
		if (faults.includes('lost')) return { ...nothing, durationMs: 0, error: 'Lost on purpose: it was never sent.' };

		const start = performance.now();
		const took = (): number => Math.round(performance.now() - start);
		try {
			const outbound = { url: url ?? ownUrl(), headers, body, timeoutMs, bodyMax: BODY_KEPT };
			// If only reading the body fails, the status and Retry-After are still recorded.
			const { failure, ...response } = await http.post(outbound);
			return {
				durationMs: took(),
				request,
				response,
				error: failure === undefined ? null : reasonOf(failure),
				retryAfterMs: retryAfterMs(response, now()),
			};
		} catch (error) {
			return { ...nothing, durationMs: took(), error: reasonOf(error) };
		}
	};
}
