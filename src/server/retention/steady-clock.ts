/** How long a clock must have gone evenly before it is believed again. */
export const STEADY_MS = 3_600_000;
/** More than that between two looks is a jump; less is a clock that is being set right. */
const JUMP_MS = 5_000;

/**
 * The time as far as it can be believed, for what cannot be undone: it goes on from `last`, the last one that was
 * believed, no faster than `uptime` (milliseconds, monotonic), never ahead of the clock. A clock that jumped is believed
 * once it has gone evenly for an hour; so is one that is ahead after a long rest.
 */
export function createSteadyClock(now: () => number, uptime: () => number, last: number): () => number {
	let believed = Math.min(now(), last);
	let looked = uptime();
	let steadySince = looked;
	let offset = now() - looked;
	return () => {
		const [clock, up] = [now(), uptime()];
		if (Math.abs(clock - up - offset) > JUMP_MS) steadySince = up;
		believed = up - steadySince >= STEADY_MS ? clock : Math.min(clock, believed + up - looked);
		offset = clock - up;
		looked = up;
		return believed;
	};
}
