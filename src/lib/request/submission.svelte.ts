import type { Call } from '#contract';
import { requestKey, type Refusal, type Reply } from '#lib/api/api.ts';
import { createCall } from '#lib/api/calls.ts';

/** One request for a call, and what became of it. */
export class Submission {
	busy = $state(false);
	refusal = $state.raw<Refusal | null>(null);
	#last: { draft: string; body: string; key: string } | null = null;

	/** Sends it. The same draft sent again is the same request, so a lost answer does not place a second call. */
	async send(draft: unknown, body: Record<string, unknown>): Promise<Reply<{ call: Call }> | null> {
		if (this.busy) return null;
		const text = JSON.stringify(draft);
		if (this.#last?.draft !== text) this.#last = { draft: text, body: JSON.stringify(body), key: requestKey() };
		this.busy = true;
		const reply = await createCall(this.#last.body, this.#last.key);
		this.busy = false;
		this.refusal = reply.problem ?? null;
		if (reply.ok) this.#last = null;
		return reply;
	}
}
