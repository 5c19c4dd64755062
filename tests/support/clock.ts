/** A clock that the test controls: its time changes only by `pass`. */
export interface Clock {
	now(): number;
	pass(ms: number): void;
}

/** Starts at the real time, so that signatures are recent enough for their verifiers. */
export function standingClock(): Clock {
	let at = Date.now();
	return {
		now: () => at,
		pass: (ms) => {
			at += ms;
		},
	};
}

/** The greatest random number, for the longest jitter. */
export const MOST = (): number => 1 - Number.EPSILON;
