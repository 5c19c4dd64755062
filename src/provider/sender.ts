import { Webhook } from 'standardwebhooks';
import { readUpTo, reasonOf, retryAfterMs } from '#http/client.ts';
import type { DueDelivery } from './outbox-store.ts';
import type { Sent } from './outbox.ts';

export interface SenderDeps {
	/** The first signs. */
	secrets: readonly string[];
	/** Where deliveries without an address of their own go, asked at each attempt. */
	ownUrl(): string;
	now(): number;
	timeoutMs?: number;
}

/** How much of an answer is kept. */
const BODY_KEPT = 16 * 1_024;

/** Sends one signed webhook (Standard Webhooks): the id is the delivery's, the timestamp is the attempt's. */
export function createSender({
	secrets,
	ownUrl,
	now,
	timeoutMs = 10_000,
}: SenderDeps): (delivery: DueDelivery) => Promise<Sent> {
	const [signing] = secrets;
	if (signing === undefined) throw new Error('Webhooks cannot be signed without a secret.');
	const signer = new Webhook(signing);

	return async ({ id, url, body }) => {
		const at = new Date(now());
		const headers = {
			'content-type': 'application/json',
			'user-agent': 'Audena-Simulator/1',
			'webhook-id': id,
			'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
			'webhook-signature': signer.sign(id, at, body),
		};
		const request = { headers, body };
		const start = performance.now();
		const took = (): number => Math.round(performance.now() - start);
		try {
			const response = await fetch(url ?? ownUrl(), {
				...{ method: 'POST', headers, body, redirect: 'manual' },
				signal: AbortSignal.timeout(timeoutMs),
			});
			const answered = await readUpTo(response, BODY_KEPT);
			return {
				durationMs: took(),
				request,
				response: { status: response.status, headers: Object.fromEntries(response.headers), ...answered },
				error: null,
				retryAfterMs: retryAfterMs(response, now()),
			};
		} catch (error) {
			return { durationMs: took(), request, response: null, error: reasonOf(error), retryAfterMs: null };
		}
	};
}
