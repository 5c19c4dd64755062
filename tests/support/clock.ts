/** A clock in the test's hands: it stands until it is moved. */
export interface Clock {
	now(): number;
	pass(ms: number): void;
}

/** Starts at the real time, so that signatures are as young as their verifiers want them. */
export function standingClock(): Clock {
	let at = Date.now();
	return {
		now: () => at,
		pass: (ms) => {
			at += ms;
		},
	};
}

/** The longest jitter there is. */
export const MOST = (): number => 1 - Number.EPSILON;
