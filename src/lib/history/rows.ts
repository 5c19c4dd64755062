import type { Call, Change } from '#contract';

/** More arrivals or changes than this at once are not animated. */
export const MOVING_MAX = 10;
export const NONE: ReadonlySet<string> = new Set();

/** Returns the ids of a small batch of calls, or an empty set for a large one. */
export const few = (calls: readonly Call[]): ReadonlySet<string> =>
	calls.length <= MOVING_MAX ? new Set(calls.map(({ id }) => id)) : NONE;

/** Removes the calls that a deletion or a clear covers from `calls`. */
export function drop(
	calls: Map<string, Pick<Call, 'run' | 'seq'>>,
	change: Extract<Change, { type: 'deleted' | 'cleared' }>,
): void {
	if (change.type === 'deleted') calls.delete(change.id);
	else
		for (const [id, call] of calls)
			if (call.seq < change.seq && (change.run ?? call.run) === call.run) calls.delete(id);
}

/**
 * Returns each arrived call once, in its state after all the changes. Leaves out calls that were deleted again.
 */
export function latest(arrived: readonly Call[], changes: readonly Change[]): Call[] {
	const calls = new Map<string, Call>();
	const ids = new Set(arrived.map(({ id }) => id));
	for (const change of changes) {
		if (change.type === 'deleted' || change.type === 'cleared') drop(calls, change);
		else if (ids.has(change.call.id)) calls.set(change.call.id, change.call);
	}
	return [...calls.values()].reverse();
}

/**
 * Returns whether `one` was created after `other`. Ids rise with creation, so they order calls of the same millisecond.
 */
export const isLater = (one: Call, other: Call): boolean =>
	one.createdAt === other.createdAt ? one.id > other.id : one.createdAt > other.createdAt;

/** Sorts calls in place by creation. */
export function inOrder(calls: Call[], newestFirst: boolean): Call[] {
	const sign = newestFirst ? -1 : 1;
	return calls.sort((one, other) => (isLater(one, other) ? sign : -sign));
}
