import type { Changes } from '#contract';
import { toCall, type CallRow } from '#server/calls/call.ts';
import type { Committed } from '#server/calls/writer.ts';
import { v7 } from 'uuid';

/** The made-up feed of a benchmark. */
export const EPOCH = 'bench';

/** So many calls take turns, so that no two changes that travel together are of one call. */
const CALLS = 5_000;
const NAMES = ['Ada Lovelace', 'Jean-Luc Okonkwo', 'Mária Szabó', 'Bartholomew Featherstonehaugh', 'Li Wei'];
const ids = Array.from({ length: CALLS }, () => v7());

/** The change that takes `seq`: a call that was answered a moment ago. */
export function changeAt(seq: number): Committed {
	const now = Date.now();
	const n = (seq % CALLS) + 1;
	const call: CallRow = {
		...{ n, id: ids[n - 1]!, customerName: NAMES[n % NAMES.length]!, folded: '' },
		...{ phoneNumber: `+1202555${String(n).padStart(4, '0')}`, workflow: 'SUPPORT' },
		...{ status: 'PENDING', phase: 'IN_PROGRESS', outcome: null, run: null, scenario: null, scheduledAt: null },
		...{ providerId: `sim_${ids[n - 1]!}`, createdAt: now - 9_000, updatedAt: now },
		...{ startedAt: now - 8_000, ringingAt: now - 6_000, answeredAt: now, endedAt: null, durationMs: null },
		...{ faults: 0, seq },
	};
	return {
		changes: [{ seq, type: 'updated', call }],
		previous: seq - 1,
		position: { seq, change: seq, at: now },
		touched: [],
	};
}

/** The frame of `changes` as the product tells it. */
export function frameOf({ changes, previous, position }: Committed): Changes {
	return {
		previous: `${EPOCH}.${previous}`,
		cursor: `${EPOCH}.${position.change}`,
		at: new Date(position.at).toISOString(),
		changes: changes.flatMap((change) => {
			if (change.type === 'purged') return [];
			return ['call' in change ? { ...change, call: toCall(change.call) } : change];
		}),
	};
}

/** Several commits told as one. */
export function together(commits: readonly [Committed, ...Committed[]]): Committed {
	const { position } = commits.at(-1)!;
	return { changes: commits.flatMap(({ changes }) => changes), previous: commits[0].previous, position, touched: [] };
}
