import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { createCall, createHttpLine, JSON_BODY, newCall } from '#bench/support/http-line.ts';
import { latencies } from '#bench/support/measure.ts';
import { startProduct, type Product } from '#bench/support/product.ts';
import { compare, printGoal } from '#bench/support/report.ts';
import type { Setup } from '#bench/support/setup.ts';

const FORMATS = ['ndjson', 'csv'] as const;
type Format = (typeof FORMATS)[number];
/** The calls in one batch of an import, as the dashboard sends it, and the pause before each single create. */
const [BATCH, PAUSE_MS] = [250, 20];
const LOOK_MS = 20;
const ALONE = 'alone';

/** Measures exports of the whole history, each from a new server. Then single creates, alone and during an import. */
export async function importExport({ sizes, rounds, times, copy }: Setup): Promise<void> {
	for (const size of sizes) {
		await using history = await copy(size);
		const { median } = await compare(`${size} calls: an export`, { sides: FORMATS, rounds }, async (format) => {
			await using product = await startProduct(history.path);
			return await exportFrom(product, format, size);
		});
		for (const format of FORMATS)
			printGoal(`growth of the server, ${format}`, median(format, 'growth MiB'), '≤ 50 MiB');

		await using product = await startProduct(history.path);
		const sides = { sides: [ALONE, 'while calls are imported'], rounds, warmUp: true, peer: ALONE };
		await compare(`${size} calls: a single create`, sides, (side) => creates(product.port, times, side !== ALONE));
	}
}

/** Measures one export. A small export first warms the server, so that memory of code and caches does not count. */
async function exportFrom({ port, pid }: Product, format: Format, calls: number) {
	const url = `http://127.0.0.1:${port}/api/calls/export?format=${format}`;
	await linesOf(`${url}&q=warm`);
	const before = residentMiB(pid);
	let most = before;
	const look = setInterval(() => (most = Math.max(most, residentMiB(pid))), LOOK_MS);
	const start = performance.now();
	const lines = await linesOf(url);
	clearInterval(look);
	// No name has a line break, so each line of a CSV but the first is a call.
	const exported = format === 'csv' ? lines - 1 : lines;
	if (exported !== calls) throw new Error(`The export has ${exported} of ${calls} calls.`);
	return { seconds: (performance.now() - start) / 1_000, 'growth MiB': Math.max(most, residentMiB(pid)) - before };
}

async function linesOf(url: string): Promise<number> {
	const [response] = (await once(get(url, { agent: false }), 'response')) as [IncomingMessage];
	let lines = 0;
	for await (const chunk of response as AsyncIterable<Buffer>)
		for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines++;
	return lines;
}

/** Returns the resident memory of a process. Linux only. */
const residentMiB = (pid: number): number =>
	Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024;

async function creates(port: number, times: number, whileImported: boolean) {
	const [single, importer] = [createHttpLine(port), createHttpLine(port)];
	const body = JSON.stringify({ calls: Array.from({ length: BATCH }, (_, i) => newCall(i)) });
	let isOver = !whileImported;
	const importing = (async () => {
		while (!isOver) await importer.request('POST', '/api/calls/batch', body, JSON_BODY);
	})();
	const create = () => createCall(single, 0);
	const sample = await latencies(times, create, () => pause(PAUSE_MS));
	isOver = true;
	await importing;
	for (const line of [single, importer]) line.close();
	return sample;
}
