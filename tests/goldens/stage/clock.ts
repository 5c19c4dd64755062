/** A clock that only the script moves, so that each time in a golden has an exact distance from the start. */
export interface Clock {
	readonly start: number;
	now(): number;
	pass(ms: number): void;
	/** Moves to this time; never back. */
	moveTo(at: number): void;
}

const MINUTE_MS = 60_000;

/**
 * Creates a clock that starts at the last full minute. So the minutes of the stats always have the same calls. The
 * start is recent, because the server compares the timestamps of webhooks with the real time.
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
