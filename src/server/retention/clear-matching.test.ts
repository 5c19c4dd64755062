import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ProblemError } from '#contract';
import { DatabaseUnavailable } from '#db/database.ts';
import { prismaOver } from '#db/prisma.ts';
import { temporaryFolder } from '#tests/support/app.ts';
import { openTestDatabase } from '#tests/support/database.ts';
import { fillHistory } from '#tests/support/history.ts';
import { createCalls } from '../calls/calls.ts';
import { createCallReads } from '../calls/reads.ts';
import { createWriter } from '../calls/writer.ts';
import { createClearMatching } from './clear-matching.ts';

const CALLS = 3_000;
const FAILED = CALLS / 3;

/** Creates a `ClearMatching` on a database file with `CALLS` calls. `step` is called before each step is written. */
async function start(step: (count: number) => void) {
	const url = `file:${join(await temporaryFolder(), 'audena.db')}`;
	await fillHistory(url, CALLS);
	const database = await openTestDatabase(url);
	const writer = createWriter({
		database,
		now: Date.now,
		onCommit: () => undefined,
		onJobs: () => undefined,
		onError: (error) => {
			throw error;
		},
	});
	const calls = createCalls({ writer, callbackUrl: () => null });
	const reads = createCallReads(database, await prismaOver(database), Date.now);
	let steps = 0;
	const clearing = createClearMatching({
		reads,
		calls: {
			clearMatching(...step_) {
				step(++steps);
				return calls.clearMatching(...step_);
			},
		},
	});
	const left = () => reads.count({ status: ['FAILED'] });
	return { clearing, left, steps: () => steps };
}

const FILTERS = { status: ['FAILED' as const] };

it('[CL9] a client that disconnects ends the deletion after the step under way', async () => {
	const leaves = new AbortController();
	const { clearing, left, steps } = await start((step) => {
		if (step === 2) leaves.abort();
	});
	await clearing.clear(FILTERS, leaves.signal);
	expect(steps()).toBe(2);
	expect(await left()).toBeGreaterThan(0);
	expect(await left()).toBeLessThan(FAILED);
	await clearing.clear(FILTERS, new AbortController().signal);
	expect(await left()).toBe(0);
});

it('[CL9] the stop ends the deletion after the step under way, and the client gets 503', async () => {
	let closed: Promise<void> | undefined;
	const { clearing, left, steps } = await start((step) => {
		if (step === 2) closed = clearing.close();
	});
	const refused: unknown = await clearing.clear(FILTERS, new AbortController().signal).catch((error: unknown) => error);
	expect(refused).toBeInstanceOf(ProblemError);
	expect((refused as ProblemError).code).toBe('stopping');
	await closed;
	expect(steps()).toBe(2);
	expect(await left()).toBeGreaterThan(0);
});

it('[CL9] a step that fails after others were committed says that some calls were deleted', async () => {
	const { clearing, left } = await start((step) => {
		if (step === 4) throw new DatabaseUnavailable('locked');
	});
	const refused: unknown = await clearing.clear(FILTERS, new AbortController().signal).catch((error: unknown) => error);
	expect(refused).toBeInstanceOf(ProblemError);
	expect(refused).toMatchObject({ code: 'database_unavailable' });
	expect((refused as ProblemError).message).toContain('Some calls were deleted');
	expect(await left()).toBeGreaterThan(0);
	expect(await left()).toBeLessThan(FAILED);
});

it('[CL9] a first step that fails says that nothing was deleted', async () => {
	const locked = new DatabaseUnavailable('locked');
	const { clearing, left } = await start(() => {
		throw locked;
	});
	await expect(clearing.clear(FILTERS, new AbortController().signal)).rejects.toBe(locked);
	expect(await left()).toBe(FAILED);
});
