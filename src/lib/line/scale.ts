import type { Part, Stretch } from './phases.ts';

/** A whole line is this long, in every row: other calls never change how a call is drawn. */
export const LINE_MS = 3_000;
/** A shorter part is drawn as long as this, so that it can be seen. */
export const LEAST_MS = 150;
/** Waiting for an appointment has no length: it is drawn as long as this. */
const SCHEDULED_MS = 1_200;

/** A part as it is drawn. */
export interface Drawn {
	part: Part;
	/** Its length on the line. */
	ms: number;
	/** It is drawn shorter than it was: a break marks the cut. */
	isCut: boolean;
}

/**
 * Every part at the fixed scale. Where all of them do not fit, the longest are cut to one length; the others keep theirs.
 * The sum is at most `LINE_MS`.
 */
export function drawn(stretches: readonly Stretch[]): Drawn[] {
	const parts = stretches.map(({ part, ms }) => ({
		part,
		ms: part === 'scheduled' ? SCHEDULED_MS : Math.max(LEAST_MS, ms),
	}));
	const most = longestThatFits(parts.map(({ ms }) => ms));
	return parts.map(({ part, ms }) => ({ part, ms: Math.min(ms, most), isCut: ms > most }));
}

/** The length to which the longest parts are cut, so that all of them fit. */
function longestThatFits(lengths: readonly number[]): number {
	let left = LINE_MS;
	for (const [i, ms] of lengths.toSorted((a, b) => a - b).entries()) {
		const share = left / (lengths.length - i);
		if (ms > share) return share;
		left -= ms;
	}
	return Infinity;
}
