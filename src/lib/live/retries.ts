const FIRST_MS = 500;
const LONGEST_MS = 5_000;
const SOCKET_EVERY_MS = 30_000;

/** How long to wait before try `n` (0 is the first), with half of it left to chance so that tabs do not come in step. */
export function waitBefore(n: number, chance: number): number {
	return spread(Math.min(FIRST_MS * 2 ** Math.min(n, 10), LONGEST_MS), chance);
}

/** How long to wait before a tab that rides on the event stream tries the socket again. */
export const waitForSocket = (chance: number): number => spread(SOCKET_EVERY_MS, chance);

const spread = (ms: number, chance: number): number => Math.round(ms * (0.5 + chance / 2));
