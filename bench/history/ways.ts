import type { Wanted } from '#bench/bare/writes.ts';
import { inRounds } from '#bench/measure/rounds.ts';
import { spreadOf } from '#bench/measure/stats.ts';
import { ratioOf, rowsOf, type Row, type Section } from '#bench/report.ts';
import type { Options } from './options.ts';

/** One way to ask a question. */
export interface Way {
	ask(): unknown;
	/** Before each, and not measured. */
	before?(): Promise<unknown>;
}

const FIGURES = ['p50 ms', 'p99 ms'] as const;
type Sample = Record<(typeof FIGURES)[number], number>;
/** What is slow is asked less often, but so often. */
const [LONG_MS, LEAST_TIMES] = [1_500, 3];

/** A call like any other, dispatched at once. */
export const WANTED: Wanted = {
	...{ customerName: 'Ada Lovelace', phoneNumber: '+12025550100', workflow: 'SUPPORT', scheduledAt: null },
};

/** The same question asked in several ways, in this process; the first is what the others are held against. */
export async function measureWays(
	title: string,
	ways: Record<string, Way>,
	{ rounds, times }: Pick<Options, 'rounds' | 'times'>,
): Promise<Section> {
	const samples = await inRounds(Object.keys(ways), rounds, (name) => sampled(ways[name]!, times), 1);
	return { title, rows: rowsOf<keyof Sample>(samples, FIGURES), goals: [], notes: [] };
}

/** How many times as fast as the first way. */
export const speedOf = (rows: readonly Row[], way: string): number => 1 / ratioOf(rows, way, 'p50 ms');

async function sampled({ ask, before }: Way, times: number): Promise<Sample> {
	const latencies: number[] = [];
	const since = performance.now();
	for (let i = 0; i < times; i++) {
		if (i >= LEAST_TIMES && performance.now() - since > LONG_MS) break;
		await before?.();
		const start = performance.now();
		await ask();
		latencies.push((performance.now() - start) * 1_000);
		if (i % 10 === 0) await new Promise(setImmediate);
	}
	const { p50, p99 } = spreadOf(latencies);
	return { 'p50 ms': p50, 'p99 ms': p99 };
}
