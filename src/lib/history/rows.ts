import type { Call, Change } from '#contract';

/** More arrivals or changes than this at once are not animated. */
export const MOVING_MAX = 10;
export const NONE: ReadonlySet<string> = new Set();

/** The ids of a few calls that may move; of many, none. */
export const few = (calls: readonly Call[]): ReadonlySet<string> =>
	calls.length <= MOVING_MAX ? new Set(calls.map(({ id }) => id)) : NONE;

/** Takes out what a deletion or a clear covers. */
export function drop(
	calls: Map<string, Pick<Call, 'run' | 'seq'>>,
	change: Extract<Change, { type: 'deleted' | 'cleared' }>,
): void {
	if (change.type === 'deleted') calls.delete(change.id);
	else
		for (const [id, call] of calls)
			if (call.seq < change.seq && (change.run ?? call.run) === call.run) calls.delete(id);
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

/** Whether `one` stands after `other`, by creation: ids rise with it, so they tell who came later in a millisecond. */
export const isLater = (one: Call, other: Call): boolean =>
	one.createdAt === other.createdAt ? one.id > other.id : one.createdAt > other.createdAt;

/** By creation. */
export function inOrder(calls: Call[], newestFirst: boolean): Call[] {
	const sign = newestFirst ? -1 : 1;
	return calls.sort((one, other) => (isLater(one, other) ? sign : -sign));
}
