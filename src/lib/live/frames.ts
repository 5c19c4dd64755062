import type { Change, Changes, Head, Sync } from '#contract';
import { isPast, parseCursor } from '#contract/cursor.ts';

/** What a client with a given cursor does with a received frame. */
export type Step =
	| { do: 'apply'; cursor: string; changes: Change[] }
	/** The frame holds nothing new. */
	| { do: 'nothing' }
	/** Changes are missing: request a sync. */
	| { do: 'sync' }
	/** The list must be reloaded. */
	| { do: 'reload' };

const NOTHING: Step = { do: 'nothing' };
const SYNC: Step = { do: 'sync' };

const above = (own: string, changes: readonly Change[]): Change[] => {
	const { seq } = parseCursor(own);
	return changes.filter((change) => change.seq > seq);
};

export function onChanges(own: string, { previous, cursor, changes }: Changes): Step {
	if (isPast(own, previous)) return SYNC;
	if (!isPast(own, cursor)) return NOTHING;
	return { do: 'apply', cursor, changes: above(own, changes) };
}

export function onHead(own: string, { cursor }: Head): Step {
	return isPast(own, cursor) ? SYNC : NOTHING;
}

export function onSync(own: string | null, { mode, cursor, changes }: Sync): Step {
	if (mode === 'reset' || own === null || parseCursor(own).epoch !== parseCursor(cursor).epoch) return { do: 'reload' };
	// A delta confirms the client's cursor even without changes. It never moves the cursor back.
	return { do: 'apply', cursor: isPast(own, cursor) ? cursor : own, changes: above(own, changes) };
}
