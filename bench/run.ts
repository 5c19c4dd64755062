import { cpus, loadavg } from 'node:os';
import { markdown, show, type Section } from './report.ts';

/** What every benchmark's options tell about its parts. */
interface Chosen<Part extends string> {
	only: readonly Part[];
	/** JSON instead of tables. */
	json: boolean;
}

/** Measures the parts that were chosen, one after the other, and prints each as soon as it is done. */
export async function run<Part extends string, Options extends Chosen<Part>, Besides extends unknown[]>(
	measures: Record<Part, (options: Options, ...besides: Besides) => Promise<Section[]>>,
	options: Options,
	server: string,
	...besides: Besides
): Promise<void> {
	const [{ model = '?' } = {}, { length: cores }] = [cpus()[0], cpus()];
	const [load = NaN] = loadavg(); // of what else runs here: absolute figures, and those of a lone caller, suffer most
	const machine = {
		node: process.version,
		server,
		cpu: model,
		cores,
		platform: process.platform,
		arch: process.arch,
		load,
	};
	if (!options.json)
		console.log(
			`Node ${machine.node}, ${cores} × ${model}, ${machine.platform} ${machine.arch}; server ${server}; load ${show(load)}`,
		);

	const sections: Partial<Record<Part, Section[]>> = {};
	for (const part of options.only) {
		const measured = await measures[part](options, ...besides);
		sections[part] = measured;
		if (!options.json) for (const section of measured) console.log(`\n${markdown(section)}`);
	}
	if (options.json) console.log(JSON.stringify({ machine, options, sections }, null, '\t'));
}
