import type { Part, Stretch } from './phases.ts';

/** The length of a whole line, the same in every row: other calls never change how a call is drawn. */
export const LINE_MS = 3_000;
/** The shortest drawn length, so that short parts stay visible. */
export const LEAST_MS = 150;
/** The drawn length of the wait for an appointment, which has no length of its own. */
const SCHEDULED_MS = 1_200;

/** A part as it is drawn. */
export interface Drawn {
	part: Part;
	/** Its length on the line. */
	ms: number;
	/** Drawn shorter than it was: a break marks the cut. */
	isCut: boolean;
}

/**
 * Draws every part at the fixed scale. If they do not all fit, the longest are cut to one length and the others keep
 * theirs. The sum is at most `LINE_MS`.
 */
export function drawn(stretches: readonly Stretch[]): Drawn[] {
	const parts = stretches.map(({ part, ms }) => ({
		part,
		ms: part === 'scheduled' ? SCHEDULED_MS : Math.max(LEAST_MS, ms),
	}));
	const most = longestThatFits(parts.map(({ ms }) => ms));
	return parts.map(({ part, ms }) => ({ part, ms: Math.min(ms, most), isCut: ms > most }));
}

/** Returns the length to which the longest parts are cut, so that all fit; `Infinity` if no cut is needed. */
function longestThatFits(lengths: readonly number[]): number {
	let left = LINE_MS;
	for (const [i, ms] of lengths.toSorted((a, b) => a - b).entries()) {
		const share = left / (lengths.length - i);
		if (ms > share) return share;
		left -= ms;
	}
	return Infinity;
}
