import { ProblemError, type Call } from '#contract';
import { timeLimit } from '#http/client.ts';
import { toCall } from '../calls/call.ts';
import type { Committed } from '../calls/writer.ts';

export interface Endings {
	/**
	 * The call, as soon as it is terminal. Throws `call_not_found` when there is none or it is deleted meanwhile,
	 * `wait_timeout` after `timeoutMs`, `stopping` at the stop and after it; the signal ends the wait without an answer.
	 */
	of(id: string, timeoutMs: number, signal: AbortSignal): Promise<Call | null>;
	/** Looks whether this ends somebody's wait. Call it with every commit. */
	committed(committed: Committed): void;
	close(): void;
}

/** Lets requests wait for the end of a call: they ride on the commits, and no timer looks for anything. */
export function createEndings(get: (id: string) => Promise<Call | null>): Endings {
	/** Who waits, by the call: a word of it, or null when it is gone. */
	const waiting = new Map<string, Set<(call: Call | null) => void>>();
	const stops = new Set<() => void>();
	let closed = false;

	const tell = (id: string, call: Call | null): void => waiting.get(id)?.forEach((look) => look(call));
	const gone = (id: string): ProblemError =>
		new ProblemError('call_not_found', `There is no call ${id.slice(0, 100)} (any more).`);

	return {
		of: (id, timeoutMs, signal) =>
			new Promise((resolve, reject) => {
				const finish = (settle: () => void): void => {
					limit.clear();
					signal.removeEventListener('abort', abort);
					stops.delete(stop);
					const others = waiting.get(id);
					others?.delete(look);
					if (others?.size === 0) waiting.delete(id);
					settle();
				};
				const look = (call: Call | null): void => {
					if (call === null) finish(() => reject(gone(id)));
					else if (call.status !== 'PENDING') finish(() => resolve(call));
				};
				const abort = (): void => finish(() => resolve(null));
				const stop = (): void =>
					finish(() =>
						reject(new ProblemError('stopping', 'The server is stopping. Ask again.', { retryAfterSeconds: 1 })),
					);
				const late = `The call is still on its way after ${timeoutMs / 1_000} s. Ask again, or give a longer timeout.`;
				const limit = timeLimit(timeoutMs);
				limit.signal.addEventListener('abort', () => finish(() => reject(new ProblemError('wait_timeout', late))));
				signal.addEventListener('abort', abort);
				stops.add(stop);
				const others = waiting.get(id) ?? new Set();
				waiting.set(id, others.add(look));
				// It listens first and reads then, so that no end falls between.
				get(id)
					.then(look)
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
					if (waiting.has(change.call.id)) tell(change.call.id, toCall(change.call));
				} else if (change.type === 'deleted') tell(change.id, null);
				else if (change.type === 'purged') for (const id of change.ids) tell(id, null);
				else for (const id of waiting.keys()) void look(id);
			}
		},
		close() {
			closed = true;
			for (const stop of [...stops]) stop();
		},
	};

	/** Something was cleared: is this call still there? */
	async function look(id: string): Promise<void> {
		const found = await get(id).catch(() => undefined);
		if (found !== undefined) tell(id, found);
	}
}
