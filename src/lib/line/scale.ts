import type { Part, Stretch } from './phases.ts';

/** The time that a full line shows, the same in every row. Other calls therefore never change how a call is drawn. */
export const LINE_MS = 3_000;
/** The shortest length of a part on the line, so that short parts stay visible. */
export const LEAST_MS = 150;
/** The length on the line of a scheduled call's wait, for which `phasesOf` returns 0. */
const SCHEDULED_MS = 1_200;

/** A part as it is drawn. */
export interface Drawn {
	part: Part;
	/** The length on the line, in milliseconds of its scale. */
	ms: number;
	/** True if the part is drawn shorter than it was. A break then marks the cut. */
	isCut: boolean;
}

/**
 * Returns the length of every part on the line, at the fixed scale. If the parts do not all fit, the longest parts
 * are cut to one length, and the others keep their length. The sum is at most `LINE_MS`.
 */
export function drawn(stretches: readonly Stretch[]): Drawn[] {
	const parts = stretches.map(({ part, ms }) => ({
		part,
		ms: part === 'scheduled' ? SCHEDULED_MS : Math.max(LEAST_MS, ms),
	}));
	const most = longestThatFits(parts.map(({ ms }) => ms));
	return parts.map(({ part, ms }) => ({ part, ms: Math.min(ms, most), isCut: ms > most }));
}

/**
 * Returns the length to which the longest parts are cut, so that all parts fit. Returns `Infinity` if no cut is
 * needed.
 */
function longestThatFits(lengths: readonly number[]): number {
	let left = LINE_MS;
	for (const [i, ms] of lengths.toSorted((a, b) => a - b).entries()) {
		const share = left / (lengths.length - i);
		if (ms > share) return share;
		left -= ms;
	}
	return Infinity;
}
