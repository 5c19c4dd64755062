import type { Call } from '#contract';

/** The parts of a call that have a length. */
export type Part = 'scheduled' | 'queued' | 'initiated' | 'ringing' | 'in-progress';

export interface Stretch {
	part: Part;
	ms: number;
}

const ms = (at: string): number => Date.parse(at);

/**
 * Returns how long a call was in each part, up to its end or up to now. Leaves out skipped parts. Once a scheduled
 * call is due, the wait until the scheduled time is left out too. The talk lasts `durationMs` if it is known, so
 * that line and duration never differ.
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
	const parts = known.map(([part, from], n) => ({ part, ms: Math.max(0, (known[n + 1]?.[1] ?? end) - from) }));
	return call.durationMs === null ? parts : withTalk(parts, call.durationMs);
}

/**
 * Makes a talk of `talkMs` the last part. If the beginning of the talk was not reported, the part before is
 * shortened by the talk.
 */
function withTalk(parts: readonly Stretch[], talkMs: number): Stretch[] {
	const talk: Stretch = { part: 'in-progress', ms: talkMs };
	const last = parts.at(-1);
	if (!last || last.part === 'in-progress') return [...parts.slice(0, -1), talk];
	return [...parts.slice(0, -1), { ...last, ms: Math.max(0, last.ms - talkMs) }, talk];
}

/** Returns the length of the talk in milliseconds, up to now while the call runs; null for an unanswered call. */
export function talkOf(call: Call, now: number): number | null {
	return phasesOf(call, now).find(({ part }) => part === 'in-progress')?.ms ?? null;
}
