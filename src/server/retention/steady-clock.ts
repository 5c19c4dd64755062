import { driftBetween, JUMP_MS } from '../clock.ts';

/** How long a clock must have gone evenly before it is believed again. */
export const STEADY_MS = 3_600_000;

/**
 * The time as far as it can be believed, for what cannot be undone: it goes on from `last`, the last one that was
 * believed, no faster than `uptime` (milliseconds, monotonic), never ahead of the clock. A clock that jumped is believed
 * once it has gone evenly for an hour; so is one that is ahead after a long rest.
 */
export function createSteadyClock(now: () => number, uptime: () => number, last: number): () => number {
	let believed = Math.min(now(), last);
	let seen = { now: now(), uptime: uptime() };
	let steadySince = seen.uptime;
	return () => {
		const before = seen;
		seen = { now: now(), uptime: uptime() };
		if (Math.abs(driftBetween(before, seen)) > JUMP_MS) steadySince = seen.uptime;
		const isSteady = seen.uptime - steadySince >= STEADY_MS;
		believed = isSteady ? seen.now : Math.min(seen.now, believed + seen.uptime - before.uptime);
		return believed;
	};
}
