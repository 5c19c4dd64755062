/** What the repetitions of one figure came to. */
export interface Summary {
	median: number;
	min: number;
	max: number;
}

/** The median and the range; NaN where nothing was measured. */
export function summarise(values: readonly number[]): Summary {
	const sorted = values.filter(Number.isFinite).toSorted((a, b) => a - b);
	const middle = sorted.length >> 1;
	const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
	return { median: sorted.length === 0 ? NaN : median, min: sorted[0] ?? NaN, max: sorted.at(-1) ?? NaN };
}

/** One quotient for each repetition, so that what drifts on the machine between two of them falls away. */
export const ratios = (values: readonly number[], base: readonly number[]): Summary =>
	summarise(values.map((value, i) => value / base[i]!));

/** How latencies, in milliseconds, are spread. */
export interface Spread {
	count: number;
	mean: number;
	p50: number;
	p99: number;
}

/** The spread of some latencies in microseconds. */
export function spreadOf(latencies: readonly number[]): Spread {
	const sorted = Float64Array.from(latencies).sort();
	const at = (share: number): number =>
		(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN) / 1_000;
	const mean = sorted.reduce((sum, latency) => sum + latency, 0) / sorted.length / 1_000;
	return { count: sorted.length, mean, p50: at(0.5), p99: at(0.99) };
}
