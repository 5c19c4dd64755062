import { run } from '#bench/run.ts';
import { serverCommand } from '#tests/support/server-process.ts';
import { measureBounds } from './bounds.ts';
import { measureCreates } from './creates.ts';
import { measureExport } from './export.ts';
import { createHistories } from './histories.ts';
import { measureImport } from './import.ts';
import { measureLists } from './lists.ts';
import { readOptions } from './options.ts';
import { measureReads } from './reads.ts';
import { measureSearch } from './search.ts';
import { measureSizes } from './sizes.ts';
import { measureWrites } from './writes.ts';

/** `npm run bench:history`: the history in several sizes beside bare SQLite and bare servers (docs/benchmarks.md). */
const measures = {
	...{ reads: measureReads, bounds: measureBounds, writes: measureWrites },
	...{ creates: measureCreates, lists: measureLists, search: measureSearch },
	...{ sizes: measureSizes, export: measureExport, import: measureImport },
};

const options = readOptions(process.argv.slice(2));
const histories = createHistories();
// A million calls are more than a gigabyte: they go, however this ends.
process.once('exit', histories.close);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
await run(measures, options, serverCommand().built ? 'as built' : 'from its sources', histories);
