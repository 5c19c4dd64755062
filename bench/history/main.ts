import { run } from '#bench/run.ts';
import type { Section } from '#bench/report.ts';
import { serverCommand } from '#tests/support/server-process.ts';
import { measureBounds } from './bounds.ts';
import { measureCreates } from './creates.ts';
import { createHistories, type Histories } from './histories.ts';
import { measureLists } from './lists.ts';
import { readOptions, type Options, type Part } from './options.ts';
import { measureReads } from './reads.ts';
import { measureWrites } from './writes.ts';

/** `npm run bench:history`: the history in several sizes beside bare SQLite and bare servers (docs/benchmarks.md). */
const PARTS: Record<Part, (options: Options, histories: Histories) => Promise<Section[]>> = {
	...{
		reads: measureReads,
		bounds: measureBounds,
		writes: measureWrites,
		creates: measureCreates,
		lists: measureLists,
	},
};

const options = readOptions(process.argv.slice(2));
const histories = await createHistories();
try {
	const measures = Object.fromEntries(
		Object.entries(PARTS).map(([part, measure]) => [part, (given: Options) => measure(given, histories)]),
	) as Record<Part, (options: Options) => Promise<Section[]>>;
	await run(measures, options, serverCommand().built ? 'as built' : 'from its sources');
} finally {
	await histories.close();
}
