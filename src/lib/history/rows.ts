import type { Call, Change } from '#contract';

/** More arrivals or changes than this at once are not animated. */
export const MOVING_MAX = 10;
export const NONE: ReadonlySet<string> = new Set();

/** The ids of a few calls that may move; of many, none. */
export const few = (calls: readonly Call[]): ReadonlySet<string> =>
	calls.length <= MOVING_MAX ? new Set(calls.map(({ id }) => id)) : NONE;

export const byId = (calls: readonly Call[]): Map<string, Call> => new Map(calls.map((call) => [call.id, call]));

/** Takes out what a deletion or a clear covers. */
export function drop(calls: Map<string, Call>, change: Extract<Change, { type: 'deleted' | 'cleared' }>): void {
	if (change.type === 'deleted') calls.delete(change.id);
	else
		for (const call of calls.values())
			if (call.seq < change.seq && (change.run ?? call.run) === call.run) calls.delete(call.id);
}

/** Of the calls that arrived, each once, as it stands after all the changes. */
export function latest(arrived: readonly Call[], changes: readonly Change[]): Call[] {
	const calls = new Map<string, Call>();
	const ids = new Set(arrived.map(({ id }) => id));
	for (const change of changes) {
		if (change.type === 'deleted' || change.type === 'cleared') drop(calls, change);
		else if (ids.has(change.call.id)) calls.set(change.call.id, change.call);
	}
	return [...calls.values()].reverse();
}

/** By creation; what was created in the same millisecond keeps its order. */
export function inOrder(calls: Call[], newestFirst: boolean): Call[] {
	const sign = newestFirst ? -1 : 1;
	return calls.sort((a, b) => (a.createdAt === b.createdAt ? 0 : a.createdAt < b.createdAt ? -sign : sign));
}
