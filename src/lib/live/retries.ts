const FIRST_MS = 500;
const LONGEST_MS = 5_000;
const SOCKET_EVERY_MS = 30_000;

/**
 * Milliseconds to wait before attempt `n` (from 0). Half of the wait is random, so that tabs do not reconnect in
 * step.
 */
export function waitBefore(n: number, chance: number): number {
	return spread(Math.min(FIRST_MS * 2 ** Math.min(n, 10), LONGEST_MS), chance);
}

/** Milliseconds until a tab on the event stream attempts a socket again. */
export const waitForSocket = (chance: number): number => spread(SOCKET_EVERY_MS, chance);

const spread = (ms: number, chance: number): number => Math.round(ms * (0.5 + chance / 2));
