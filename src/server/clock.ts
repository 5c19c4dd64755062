/** A step of the wall clock by more than that is a jump; by less, the clock is being set right. */
export const JUMP_MS = 5_000;
/** What cannot be undone waits until the wall clock has run this long without a jump. */
export const STEADY_MS = 3_600_000;

/** The wall clock and the time that has passed, read together, in milliseconds. */
export interface Reading {
	/** Since 1970, as the machine says. It may be set forward and back. */
	now: number;
	/** Of a clock that cannot be set. On some systems it stands still while the machine sleeps. */
	uptime: number;
}

/** By how much the wall clock moved beyond the time that has passed: below 0 where it was set back. */
export const driftBetween = (before: Reading, after: Reading): number =>
	after.now - before.now - (after.uptime - before.uptime);

export interface ClockDeps {
	now(): number;
	uptime(): number;
	/** A shorter break is none. */
	breakMs: number;
	/** Whether the wall clock was right before: then it is steady from the start. */
	isSteady: boolean;
	/** The process was suspended, the machine slept, or the clock was set forward: due work is looked for now. */
	onResume(): void;
	/** The clock was set back by `ms`: every time that was written before lies further ahead than it should. */
	onSetBack(ms: number): void;
}

/** Notices when the process was suspended, the machine slept, or the clock was set. */
export interface Clock {
	/** Since when this server has run without such a break, by the wall clock: no wait for a word counts from before. */
	runningSince(): number;
	/** Whether the wall clock has run for an hour (`STEADY_MS`) without a jump. */
	isSteady(): boolean;
	close(): void;
}

/** The clock is read often enough to see the shortest break, and at least so often. */
const TICK_MS = 1_000;

export function watchClock({ now, uptime, breakMs, isSteady, onResume, onSetBack }: ClockDeps): Clock {
	const read = () => ({ now: now(), uptime: uptime(), real: performance.now() });
	let last = read();
	let since = last.now;
	let steadyAt = isSteady ? -Infinity : last.uptime + STEADY_MS;

	function look(): void {
		const before = last;
		last = read();
		const drift = driftBetween(before, last);
		if (Math.abs(drift) > JUMP_MS) steadyAt = last.uptime + STEADY_MS;
		if (drift < -JUMP_MS) {
			since = last.now;
			onSetBack(-drift);
		} else if (Math.max(last.real - before.real, drift) >= breakMs) {
			since = last.now;
			onResume();
		}
	}

	const timer = setInterval(look, Math.min(TICK_MS, breakMs / 2)).unref();
	return {
		runningSince() {
			look();
			return since;
		},
		isSteady() {
			look();
			return last.uptime >= steadyAt;
		},
		close: () => clearInterval(timer),
	};
}

/** The time that has passed by a clock which a test moves: each step forward is time, each step back is none. */
export function uptimeBy(now: () => number): () => number {
	let [last, uptime] = [now(), 0];
	return () => {
		const at = now();
		uptime += Math.max(0, at - last);
		last = at;
		return uptime;
	};
}
