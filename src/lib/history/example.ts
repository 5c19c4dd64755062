import type { Call, CallsView } from '#contract';
import { exampleCall } from '#lib/line/example.ts';

/** Returns the calls from number `from` down to number `to`, newest first. */
export const exampleCalls = (from: number, to: number): Call[] =>
	Array.from({ length: from - to + 1 }, (_, i) => exampleCall({ id: `call-${from - i}`, seq: from - i }));

/** Returns the first page of a long list for tests: its newest fifty calls. */
export const exampleView = (newest: number): CallsView => ({
	page: { calls: exampleCalls(newest, newest - 49), nextPage: 'further', previousPage: null, cursor: `a.${newest}` },
	query: {},
	back: false,
	shareBefore: 0,
	total: newest,
	pending: 0,
	at: '2026-11-22T13:00:00.000Z',
});
