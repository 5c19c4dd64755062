/** A clock that the test controls: its time changes only by `advance`. */
export interface ManualClock {
	now(): number;
	advance(ms: number): void;
}

/** Starts at the real time, so that signatures are recent enough for their verifiers. */
export function manualClock(): ManualClock {
	let at = Date.now();
	return {
		now: () => at,
		advance: (ms) => {
			at += ms;
		},
	};
}

/** The greatest random number, for the longest jitter. */
export const MAX_CHANCE = (): number => 1 - Number.EPSILON;
