import type { Change } from '#contract';

/**
 * Compacts the changes of several commits into one frame: one entry per call, at its last seq. `created` and then
 * `updated` become `created`, anything and then `deleted` becomes `deleted`, and `cleared` drops the earlier
 * changes that it covers. The result is ordered by seq.
 */
export function compact(changes: readonly Change[]): Change[] {
	const last = new Map<string, Change>();
	const setLast = (key: string, change: Change): void => {
		last.delete(key); // moves the key to the end, so that the order follows the last seq
		last.set(key, change);
	};
	for (const change of changes) {
		if (change.type === 'cleared') {
			for (const [key, earlier] of last) if (covers(change.run, earlier)) last.delete(key);
			setLast(`cleared ${change.seq}`, change);
		} else if (change.type === 'deleted') setLast(change.id, change);
		else {
			const wasCreated = last.get(change.call.id)?.type === 'created';
			setLast(change.call.id, wasCreated ? { ...change, type: 'created' } : change);
		}
	}
	return [...last.values()];
}

/** Whether clearing this run (null: everything) makes an earlier change obsolete. */
function covers(run: string | null, earlier: Change): boolean {
	if (run === null) return true;
	if ('call' in earlier) return earlier.call.run === run;
	return earlier.type === 'cleared' && earlier.run === run;
}
