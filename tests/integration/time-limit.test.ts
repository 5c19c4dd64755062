import { expect, it, onTestFinished } from 'vitest';
import { timeLimit } from '#http/client.ts';
import { toCall } from '#server/calls/call.ts';
import { createCallWaits } from '#server/feed/endings.ts';
import { callRow } from '#tests/support/call-row.ts';

/** Blocks this process, as a suspension does. */
const blockEventLoop = (ms: number): unknown => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
/** Resolves after all timers that are already due have run. */
const afterTimers = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));

it('[CK8] a suspension uses up one slice of a request’s time limit, not all of it', async () => {
	const limit = timeLimit(200);
	onTestFinished(limit.clear);
	blockEventLoop(300);
	await new Promise(setImmediate);
	expect(limit.signal.aborted).toBe(false);
	await expect.poll(() => limit.signal.aborted, { interval: 10, timeout: 10_000 }).toBe(true);
	expect(limit.signal.reason).toMatchObject({ name: 'TimeoutError' });
});

it('[CK8] a wait for a call’s end continues after a suspension, so that the call ends first', async () => {
	const callWaits = createCallWaits(() => Promise.resolve(toCall(callRow({ id: 'a', status: 'PENDING' }))));
	onTestFinished(callWaits.close);
	const wait = callWaits.of('a', 200, new AbortController().signal);
	blockEventLoop(300);
	await afterTimers();
	const call = callRow({ id: 'a', status: 'COMPLETED', phase: 'ENDED', outcome: 'completed' });
	callWaits.committed({
		changes: [{ seq: call.seq, type: 'updated', call }],
		previous: 0,
		position: { seq: call.seq, change: call.seq, at: 0 },
		touched: [],
	});
	expect(await wait).toMatchObject({ id: 'a', status: 'COMPLETED' });
	const silent = callWaits.of('a', 200, new AbortController().signal);
	await expect(silent).rejects.toMatchObject({ code: 'wait_timeout' });
});
