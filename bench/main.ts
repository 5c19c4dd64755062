import { cpus } from 'node:os';
import { measurePolling } from '#bench/parts/polling.ts';
import { measurePush } from '#bench/parts/push.ts';
import { measureReturn } from '#bench/parts/return.ts';
import { measureWebhooks } from '#bench/parts/webhooks.ts';
import { serverCommand } from '#tests/support/server-process.ts';
import { readOptions, type Options, type Part } from './options.ts';
import { markdown, type Section } from './report.ts';

/** `npm run bench:push`: what docs/benchmarks.md tells. Servers and clients are processes of their own and end with it. */
const measures: Record<Part, (options: Options) => Promise<Section[]>> = {
	...{ push: measurePush, webhooks: measureWebhooks, polling: measurePolling, return: measureReturn },
};

const options = readOptions(process.argv.slice(2));
const [{ model = '?' } = {}, { length: cores }] = [cpus()[0], cpus()];
const { built } = serverCommand();
const machine = { node: process.version, built, cpu: model, cores, platform: process.platform, arch: process.arch };
if (!options.json)
	console.log(
		`Node ${machine.node}, ${cores} × ${model}, ${machine.platform} ${machine.arch}; server ${built ? 'as built' : 'from its sources'}`,
	);

const sections: Record<string, Section[]> = {};
for (const part of options.only) {
	const measured = await measures[part](options);
	sections[part] = measured;
	if (!options.json) for (const section of measured) console.log(`\n${markdown(section)}`);
}
if (options.json) console.log(JSON.stringify({ machine, options, sections }, null, '\t'));
