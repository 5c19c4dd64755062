import type { Change } from '#contract';

/**
 * Changes of several commits as one frame tells them: one entry per call, by its last seq. Created and updated is
 * created, anything and deleted is deleted, and `cleared` drops what it covers. In the order of their seq.
 */
export function compact(changes: readonly Change[]): Change[] {
	const last = new Map<string, Change>();
	const keep = (key: string, change: Change): void => {
		last.delete(key); // so that the order is that of the last seq
		last.set(key, change);
	};
	for (const change of changes) {
		if (change.type === 'cleared') {
			for (const [key, earlier] of last) if (covers(change.run, earlier)) last.delete(key);
			keep(`cleared ${change.seq}`, change);
		} else if (change.type === 'deleted') keep(change.id, change);
		else {
			const wasCreated = last.get(change.call.id)?.type === 'created';
			keep(change.call.id, wasCreated ? { ...change, type: 'created' } : change);
		}
	}
	return [...last.values()];
}

/** Whether clearing this run (null: everything) leaves nothing to tell of an earlier change. */
function covers(run: string | null, earlier: Change): boolean {
	if (run === null) return true;
	if ('call' in earlier) return earlier.call.run === run;
	return earlier.type === 'cleared' && earlier.run === run;
}
