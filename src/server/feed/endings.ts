import { ProblemError, type Call } from '#contract';
import { timeLimit } from '#http/client.ts';
import { toCall } from '../calls/call.ts';
import type { Committed } from '../calls/writer.ts';

export interface CallWaits {
	/**
	 * Resolves with the call as soon as it is terminal, or with null if the signal aborts. Throws `call_not_found` if
	 * the call does not exist or is deleted meanwhile, `wait_timeout` after `timeoutMs`, and `stopping` during a
	 * shutdown.
	 */
	of(id: string, timeoutMs: number, signal: AbortSignal): Promise<Call | null>;
	/** Ends the waits for calls that this commit ends or deletes. Call it with every commit. */
	committed(committed: Committed): void;
	close(): void;
}

/** Lets requests wait for a call's end. Commits end the waits; nothing polls. */
export function createCallWaits(get: (id: string) => Promise<Call | null>): CallWaits {
	/** The waiting callbacks by call id. Each receives the call's new state, or null if the call is gone. */
	const waiting = new Map<string, Set<(call: Call | null) => void>>();
	const stops = new Set<() => void>();
	let closed = false;

	const notify = (id: string, call: Call | null): void =>
		waiting.get(id)?.forEach((settleIfEnded) => settleIfEnded(call));
	const gone = (id: string): ProblemError =>
		new ProblemError('call_not_found', `Call ${id.slice(0, 100)} does not exist or was deleted.`);

	return {
		of: (id, timeoutMs, signal) =>
			new Promise((resolve, reject) => {
				const finish = (settle: () => void): void => {
					limit.clear();
					signal.removeEventListener('abort', abort);
					stops.delete(stop);
					const others = waiting.get(id);
					others?.delete(settleIfEnded);
					if (others?.size === 0) waiting.delete(id);
					settle();
				};
				const settleIfEnded = (call: Call | null): void => {
					if (call === null) finish(() => reject(gone(id)));
					else if (call.status !== 'PENDING') finish(() => resolve(call));
				};
				const abort = (): void => finish(() => resolve(null));
				const stop = (): void =>
					finish(() =>
						reject(
							new ProblemError('stopping', 'The server is stopping. Retry the request.', { retryAfterSeconds: 1 }),
						),
					);
				const late = `The call has not ended after ${timeoutMs / 1_000} s. Retry, or set a timeout of up to 120 s.`;
				const limit = timeLimit(timeoutMs);
				limit.signal.addEventListener('abort', () => finish(() => reject(new ProblemError('wait_timeout', late))));
				signal.addEventListener('abort', abort);
				stops.add(stop);
				const others = waiting.get(id) ?? new Set();
				waiting.set(id, others.add(settleIfEnded));
				// Subscribe before the read, so that no end is missed in between.
				get(id)
					.then(settleIfEnded)
					.catch((error: unknown) =>
						finish(() => reject(error instanceof Error ? error : new Error('unknown', { cause: error }))),
					);
				if (closed) stop();
				if (signal.aborted) abort();
			}),
		committed({ changes }) {
			if (waiting.size === 0) return;
			for (const change of changes) {
				if ('call' in change) {
					if (waiting.has(change.call.id)) notify(change.call.id, toCall(change.call));
				} else if (change.type === 'deleted') notify(change.id, null);
				else if (change.type === 'purged') for (const id of change.ids) notify(id, null);
				else for (const id of waiting.keys()) void recheck(id);
			}
		},
		close() {
			closed = true;
			for (const stop of [...stops]) stop();
		},
	};

	/** Reads after a clear whether this call still exists, because a clear names no calls. */
	async function recheck(id: string): Promise<void> {
		const found = await get(id).catch(() => undefined);
		if (found !== undefined) notify(id, found);
	}
}
