import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { serverCommand } from '#tests/support/server-process.ts';
import { BENCHMARKS } from './benchmarks.ts';
import { createHistories, scaleOf } from './support/setup.ts';

/** `npm run bench`: runs the named benchmarks, or all, and prints Markdown. docs/benchmarks.md describes them. */
const { values, positionals } = parseArgs({ options: { short: { type: 'boolean' } }, allowPositionals: true });
const names = Object.keys(BENCHMARKS) as (keyof typeof BENCHMARKS)[];
const chosen = positionals.length === 0 ? names : names.filter((name) => positionals.includes(name));
if (chosen.length < new Set(positionals).size) throw new Error(`The benchmarks are ${names.join(', ')}.`);

const histories = createHistories();
// Deletes the histories at the end, because a million calls take more than a gigabyte.
process.once('exit', histories.remove);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const built = serverCommand().built ? 'built server' : 'server from its sources';
const load = loadavg()[0]!.toFixed(1);
console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${built}, load ${load}`);
for (const name of chosen) await BENCHMARKS[name]({ ...scaleOf(values.short === true), copy: histories.copy });
