import { expect, it, onTestFinished } from 'vitest';
import { timeLimit } from '#http/client.ts';

it('[CK8] time in which the process does not run uses up one slice of a request’s limit, not the whole', async () => {
	const limit = timeLimit(200);
	onTestFinished(limit.clear);
	Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
	await new Promise(setImmediate);
	expect(limit.signal.aborted).toBe(false);
	await expect.poll(() => limit.signal.aborted, { interval: 10, timeout: 10_000 }).toBe(true);
	expect(limit.signal.reason).toMatchObject({ name: 'TimeoutError' });
});
