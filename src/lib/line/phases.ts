import type { Call } from '#contract';

/** The parts of a call that have a length. */
export type Part = 'scheduled' | 'queued' | 'initiated' | 'ringing' | 'in-progress';

export interface Stretch {
	part: Part;
	ms: number;
}

const ms = (at: string): number => Date.parse(at);

/**
 * How long a call was in each part, up to its end or up to now. A part that was skipped is left out; so is the wait for
 * an appointment once it is over, since it says nothing of the call.
 */
export function phasesOf(call: Call, now: number): Stretch[] {
	if (call.phase === 'SCHEDULED') return [{ part: 'scheduled', ms: 0 }];
	const end = call.endedAt === null ? now : ms(call.endedAt);
	const due = call.scheduledAt === null ? ms(call.createdAt) : Math.max(ms(call.createdAt), ms(call.scheduledAt));
	const starts: [Part, number | null][] = [
		['queued', Math.min(due, end)],
		['initiated', call.startedAt === null ? null : ms(call.startedAt)],
		['ringing', call.ringingAt === null ? null : ms(call.ringingAt)],
		['in-progress', call.answeredAt === null ? null : ms(call.answeredAt)],
	];
	const known = starts.filter((start): start is [Part, number] => start[1] !== null);
	return known.map(([part, from], n) => ({ part, ms: Math.max(0, (known[n + 1]?.[1] ?? end) - from) }));
}

export const lengthOf = (call: Call, now: number): number => phasesOf(call, now).reduce((sum, { ms }) => sum + ms, 0);

const SHORTEST_SCALE = 2_000;

/** The milliseconds that fill a line: the 95th percentile of the calls that ended, so that one long call does not flatten the rest. */
export function scaleOf(calls: readonly Call[]): number {
	const lengths = calls
		.filter(({ endedAt }) => endedAt !== null)
		.map((call) => lengthOf(call, 0))
		.sort((a, b) => a - b);
	return Math.max(SHORTEST_SCALE, lengths[Math.ceil(lengths.length * 0.95) - 1] ?? 0);
}
