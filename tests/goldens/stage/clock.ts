/** A clock that only the script moves. So every time in a golden is an exact distance from its start. */
export interface Clock {
	readonly start: number;
	now(): number;
	pass(ms: number): void;
	/** Moves to this time; never back. */
	moveTo(at: number): void;
}

const MINUTE_MS = 60_000;

/**
 * It starts at a full minute, so that the minutes of the stats always hold the same calls. The start is less than a
 * minute ago, because the server verifies webhooks against the real time.
 */
export function createClock(): Clock {
	const start = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
	let at = start;
	return {
		start,
		now: () => at,
		pass: (ms) => {
			at += ms;
		},
		moveTo: (time) => {
			at = Math.max(at, time);
		},
	};
}
