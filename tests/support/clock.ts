/** A clock that the test controls: its time changes only by `advance`. */
export interface ManualClock {
	now(): number;
	advance(ms: number): void;
}

/** Returns a clock that starts at the real time, so that verifiers accept the timestamps of signed webhooks. */
export function manualClock(): ManualClock {
	let at = Date.now();
	return {
		now: () => at,
		advance: (ms) => {
			at += ms;
		},
	};
}

/** A random source that always returns the greatest number below 1, for the longest jitter. */
export const MAX_CHANCE = (): number => 1 - Number.EPSILON;
