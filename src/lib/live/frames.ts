import type { Change, Changes, Head, Sync } from '#contract';
import { isPast, place } from '#contract/cursor.ts';

/** What a client at `cursor` does with what it heard. */
export type Step =
	| { do: 'apply'; cursor: string; changes: Change[] }
	/** Nothing new. */
	| { do: 'nothing' }
	/** Something is missing: ask for it. */
	| { do: 'sync' }
	/** The list has to be loaded anew. */
	| { do: 'reload' };

const NOTHING: Step = { do: 'nothing' };
const SYNC: Step = { do: 'sync' };

const above = (own: string, changes: readonly Change[]): Change[] => {
	const { seq } = place(own);
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
	if (mode === 'reset' || own === null || place(own).epoch !== place(cursor).epoch) return { do: 'reload' };
	// A delta says where its client stands, also when nothing is new; it never takes the client back.
	return { do: 'apply', cursor: isPast(own, cursor) ? cursor : own, changes: above(own, changes) };
}
