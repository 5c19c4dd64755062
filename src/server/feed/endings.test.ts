import { expect, it } from 'vitest';
import { ProblemError, type Call, type ProblemCode } from '#contract';
import { callRow, NOON } from '#tests/support/call-row.ts';
import { toCall } from '../calls/call.ts';
import type { RowChange } from '../calls/ledger.ts';
import type { Committed } from '../calls/writer.ts';
import { createCallWaits, type CallWaits } from './endings.ts';

const TIMEOUT_MS = 120_000;
const pending = callRow({ id: 'a' });
const ended = callRow({ id: 'a', status: 'FAILED', phase: 'ENDED', outcome: 'canceled', endedAt: NOON, seq: 2 });

const commit = (change: RowChange): Committed => ({
	changes: [change],
	previous: 1,
	position: { seq: change.seq, change: change.seq, at: NOON },
	touched: [],
});

/** Creates waits over a history in memory. */
function opened(...rows: ReturnType<typeof callRow>[]) {
	const history = new Map<string, Call>(rows.map((row) => [row.id, toCall(row)]));
	const callWaits = createCallWaits((id) => Promise.resolve(history.get(id) ?? null));
	return { history, callWaits };
}

const wait = (callWaits: CallWaits, id: string, signal = new AbortController().signal): Promise<Call | null> =>
	callWaits.of(id, TIMEOUT_MS, signal);

/** Resolves once every wait has read its call. From then on only a commit can end it. */
const allRead = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function expectRefusal(waiting: Promise<unknown>, code: ProblemCode): Promise<void> {
	const error: unknown = await waiting.then(
		() => undefined,
		(thrown: unknown) => thrown,
	);
	expect(error).toBeInstanceOf(ProblemError);
	expect((error as ProblemError).code).toBe(code);
}

it('[R61] every wait for a call ends with the commit that ends the call', async () => {
	const { callWaits } = opened(pending);
	const waits = Array.from({ length: 20 }, () => wait(callWaits, 'a'));
	await allRead();
	callWaits.committed(commit({ seq: 2, type: 'updated', call: ended }));
	expect(await Promise.all(waits)).toEqual(Array<Call>(20).fill(toCall(ended)));
});

it('[R61] a wait ends with a commit that arrives while its call is read', async () => {
	const { callWaits } = opened(pending);
	const waiting = wait(callWaits, 'a');
	callWaits.committed(commit({ seq: 2, type: 'updated', call: ended }));
	expect(await waiting).toEqual(toCall(ended));
});

it('[R63] a wait is rejected when its call is deleted, purged or cleared', async () => {
	const { callWaits, history } = opened(pending, callRow({ id: 'b' }), callRow({ id: 'c' }), callRow({ id: 'd' }));
	const [deleted, purged, cleared] = [wait(callWaits, 'a'), wait(callWaits, 'b'), wait(callWaits, 'c')];
	const left = new AbortController();
	const still = wait(callWaits, 'd', left.signal);
	await allRead();
	callWaits.committed(commit({ seq: 2, type: 'deleted', id: 'a' }));
	await expectRefusal(deleted, 'call_not_found');
	callWaits.committed(commit({ seq: 3, type: 'purged', ids: ['b'] }));
	await expectRefusal(purged, 'call_not_found');
	history.delete('c');
	callWaits.committed(commit({ seq: 4, type: 'cleared', run: null }));
	await expectRefusal(cleared, 'call_not_found');
	left.abort();
	expect(await still).toBeNull();
});

it('[R65] the stop rejects every wait, also later ones', async () => {
	const { callWaits } = opened(pending);
	const waiting = wait(callWaits, 'a');
	await allRead();
	callWaits.close();
	await expectRefusal(waiting, 'stopping');
	await expectRefusal(wait(callWaits, 'a'), 'stopping');
});
