const FIRST_MS = 500;
const LONGEST_MS = 5_000;

/** How long to wait before try `n` (0 is the first), with half of it left to chance so that tabs do not come in step. */
export function waitBefore(n: number, chance: number): number {
	const step = Math.min(FIRST_MS * 2 ** Math.min(n, 10), LONGEST_MS);
	return Math.round(step * (0.5 + chance / 2));
}
