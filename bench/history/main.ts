import { cpus } from 'node:os';
import { markdown, type Section } from '#bench/report.ts';
import { measureBounds } from './bounds.ts';
import { readOptions, type Options, type Part } from './options.ts';
import { measureReads } from './reads.ts';
import { measureWrites } from './writes.ts';

/** `npm run bench:history`: the history in several sizes beside bare SQLite (docs/benchmarks.md). */
const measures: Record<Part, (options: Options) => Promise<Section[]>> = {
	...{ reads: measureReads, bounds: measureBounds, writes: measureWrites },
};

const options = readOptions(process.argv.slice(2));
const [{ model = '?' } = {}, { length: cores }] = [cpus()[0], cpus()];
const machine = { node: process.version, cpu: model, cores, platform: process.platform, arch: process.arch };
if (!options.json)
	console.log(`Node ${machine.node}, ${cores} × ${model}, ${machine.platform} ${machine.arch}; from the sources`);

const sections: Record<string, Section[]> = {};
for (const part of options.only) {
	const measured = await measures[part](options);
	sections[part] = measured;
	if (!options.json) for (const section of measured) console.log(`\n${markdown(section)}`);
}
if (options.json) console.log(JSON.stringify({ machine, options, sections }, null, '\t'));
