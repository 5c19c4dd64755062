import type { Call } from '#contract';
import { requestKey, type Refusal, type Reply } from '#lib/api/api.ts';
import { createCall } from '#lib/api/calls.ts';

/** A response within this time shows no message. */
const SHORT_MS = 300;
/** After this time a message explains the wait. */
const LONG_MS = 4_000;

/** Sends the request form, and holds the state of that request. */
export class Submission {
	busy = $state(false);
	/** The message while the server has not responded; empty for a short wait. */
	waiting = $state('');
	refusal = $state.raw<Refusal | null>(null);
	#last: { draft: string; body: string; key: string } | null = null;

	/**
	 * Sends the request. Returns null without sending while another request is under way. An unchanged draft
	 * reuses its idempotency key, so that a lost response does not place a second call.
	 */
	async send(draft: unknown, body: Record<string, unknown>): Promise<Reply<{ call: Call }> | null> {
		if (this.busy) return null;
		const text = JSON.stringify(draft);
		if (this.#last?.draft !== text) this.#last = { draft: text, body: JSON.stringify(body), key: requestKey() };
		this.busy = true;
		this.refusal = null;
		const timers = [
			setTimeout(() => (this.waiting = 'Placing the call…'), SHORT_MS),
			setTimeout(() => (this.waiting = 'The server has not responded yet. Still waiting.'), LONG_MS),
		];
		const reply = await createCall(this.#last.body, this.#last.key);
		for (const timer of timers) clearTimeout(timer);
		this.busy = false;
		this.waiting = '';
		this.refusal = reply.problem ?? null;
		if (reply.ok) this.#last = null;
		return reply;
	}
}
