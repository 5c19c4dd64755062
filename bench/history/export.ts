import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { withChildren } from '#bench/children/child.ts';
import { startProduct, type Product } from '#bench/children/product.ts';
import { inRounds } from '#bench/measure/rounds.ts';
import { medianOf, rowsOf, within, type Section } from '#bench/report.ts';
import type { Histories } from './histories.ts';
import type { Options } from './options.ts';

const FIGURES = ['seconds', 'calls a second', 'MiB of the file', 'resident MiB more'] as const;
type Sample = Record<(typeof FIGURES)[number], number>;
const FORMATS = ['ndjson', 'csv'] as const;

/** How often the server's memory is looked at. */
const LOOK_MS = 20;
/** A whole history takes its time; more rounds tell little more. */
const MOST_ROUNDS = 2;
/** The server may grow by no more than this, in MiB. */
const GROWN_MIB = 50;

/** The whole history as a file, each time from a server that has not made one yet; every call must be in it. */
export async function measureExport({ sizes, rounds }: Options, histories: Histories): Promise<Section[]> {
	const sections: Section[] = [];
	for (const size of sizes) {
		const sample = (format: (typeof FORMATS)[number]): Promise<Sample> =>
			histories.copies([size], (database) =>
				withChildren([startProduct({ database })], (product) => exported(product, format, size)),
			);
		const samples = await inRounds(FORMATS, Math.min(rounds, MOST_ROUNDS), sample);
		const rows = rowsOf<keyof Sample>(samples, FIGURES);
		const goals = FORMATS.map((format) =>
			within(`${format}: the server grows`, medianOf(rows, format, 'resident MiB more'), GROWN_MIB, 'MiB'),
		);
		sections.push({ title: `${size} calls: an export`, rows, goals, notes: [] });
	}
	return sections;
}

/** One small export before it warms the server: what code and caches take is not of this one. */
async function exported({ port, pid }: Product, format: string, calls: number): Promise<Sample> {
	const url = `http://127.0.0.1:${port}/api/calls/export`;
	await take(`${url}?format=${format}&q=warm`);
	const before = residentMiB(pid);
	let most = before;
	const look = setInterval(() => (most = Math.max(most, residentMiB(pid))), LOOK_MS);
	const since = performance.now();
	try {
		const { bytes, lines } = await take(`${url}?format=${format}`);
		const seconds = (performance.now() - since) / 1_000;
		// The names of a CSV hold no line break, so each line but its head is a call.
		const rows = format === 'ndjson' ? lines : lines - 1;
		if (rows !== calls) throw new Error(`The export had ${rows} calls of ${calls}.`);
		const grown = Math.max(most, residentMiB(pid)) - before;
		return {
			...{ seconds, 'calls a second': rows / seconds, 'MiB of the file': bytes / 2 ** 20 },
			'resident MiB more': grown,
		};
	} finally {
		clearInterval(look);
	}
}

async function take(url: string): Promise<{ bytes: number; lines: number }> {
	const [answer] = (await once(get(url, { agent: false }), 'response')) as [IncomingMessage];
	if (answer.statusCode !== 200) throw new Error(`The export was answered ${answer.statusCode ?? 0}.`);
	let [bytes, lines] = [0, 0];
	for await (const chunk of answer as AsyncIterable<Buffer>) {
		bytes += chunk.length;
		for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines++;
	}
	if (!answer.complete) throw new Error('The export broke off.');
	return { bytes, lines };
}

/** Linux tells it; elsewhere it is not known. */
function residentMiB(pid: number): number {
	try {
		return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024;
	} catch {
		return NaN;
	}
}
