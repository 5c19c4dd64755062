/** A larger step of the wall clock is a jump. A smaller step is a correction, such as those of time servers. */
export const JUMP_MS = 5_000;
/** Deletions by age wait until the wall clock has run this long without a jump, because they cannot be undone. */
export const STEADY_MS = 3_600_000;

/** Wall clock and elapsed time, read together, in milliseconds. */
interface Reading {
	/** The wall clock: the time since 1970, as the machine reports it. The wall clock may be set forward and back. */
	now: number;
	/** From a clock that cannot be set. On some systems it pauses while the machine sleeps. */
	uptime: number;
}

/** Returns how far the wall clock moved beyond the elapsed time, in milliseconds. Negative if it was set back. */
const driftBetween = (before: Reading, after: Reading): number =>
	after.now - before.now - (after.uptime - before.uptime);

export interface ClockDeps {
	now(): number;
	uptime(): number;
	/**
	 * The shortest break that counts, in milliseconds: a suspension, a sleep, or a step forward of the wall clock.
	 */
	breakMs: number;
	/** Whether the wall clock is known to be right. If so, it counts as steady from the start. */
	isSteady: boolean;
	/** Called when the wall clock jumped by `ms`, negative if back. The clock then counts as unsteady for an hour. */
	onJump(ms: number): void;
	/**
	 * Called when the process was suspended, the machine slept, or the clock was set forward. Work may be due now.
	 */
	onResume(): void;
	/** Called when the clock was set back by `ms`. Times written earlier now lie too far in the future. */
	onSetBack(ms: number): void;
}

/** Detects a suspended process, a sleeping machine, and a clock that was set. */
export interface Clock {
	/** Wall-clock time since which the server has run without a break. Waits for a report count from this time. */
	runningSince(): number;
	/** Whether the wall clock has run for an hour (`STEADY_MS`) without a jump. */
	isSteady(): boolean;
	close(): void;
}

/** The longest interval between two readings. A short `breakMs` makes the interval shorter. */
const TICK_MS = 1_000;

export function watchClock({ now, uptime, breakMs, isSteady, onJump, onResume, onSetBack }: ClockDeps): Clock {
	const read = () => ({ now: now(), uptime: uptime(), real: performance.now() });
	let last = read();
	let since = last.now;
	let steadyAt = isSteady ? -Infinity : last.uptime + STEADY_MS;

	function check(): void {
		const before = last;
		last = read();
		const drift = driftBetween(before, last);
		if (Math.abs(drift) > JUMP_MS) {
			steadyAt = last.uptime + STEADY_MS;
			onJump(drift);
		}
		if (drift < -JUMP_MS) {
			since = last.now;
			onSetBack(-drift);
		} else if (Math.max(last.real - before.real, drift) >= breakMs) {
			since = last.now;
			onResume();
		}
	}

	const timer = setInterval(check, Math.min(TICK_MS, breakMs / 2)).unref();
	return {
		runningSince() {
			check();
			return since;
		},
		isSteady() {
			check();
			return last.uptime >= steadyAt;
		},
		close: () => clearInterval(timer),
	};
}

/** Elapsed time derived from a test's movable clock: a step forward adds time, a step back adds none. */
export function uptimeBy(now: () => number): () => number {
	let [last, uptime] = [now(), 0];
	return () => {
		const at = now();
		uptime += Math.max(0, at - last);
		last = at;
		return uptime;
	};
}
