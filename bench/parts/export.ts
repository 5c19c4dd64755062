import { get, type IncomingMessage } from 'node:http';
import { readFileSync } from 'node:fs';
import { once } from 'node:events';

/** What an export cost the server, and whether it was whole. */
export interface ExportFigures {
	seconds: number;
	mebibytes: number;
	rows: number;
	/** How much the resident memory of the server rose at most, in MiB; NaN where the system does not tell it. */
	grownMiB: number;
}

/** How often the server's memory is looked at. */
const LOOK_MS = 20;

/**
 * Takes a whole export of the server at `url`, counts its rows and watches the memory of its process. One export before
 * it warms the server: what code and caches take is not of this one.
 */
export async function measureExport(url: string, pid: number, query = 'format=ndjson'): Promise<ExportFigures> {
	await take(`${url}/api/calls/export?format=ndjson&q=warm`);
	const before = residentMiB(pid);
	let most = before;
	const look = setInterval(() => (most = Math.max(most, residentMiB(pid))), LOOK_MS);
	const since = performance.now();
	try {
		const { bytes, lines } = await take(`${url}/api/calls/export?${query}`);
		const seconds = (performance.now() - since) / 1_000;
		// The names of a CSV hold no line break, so each line but its head is a call.
		const rows = query.includes('ndjson') ? lines : lines - 1;
		return { seconds, mebibytes: bytes / 2 ** 20, rows, grownMiB: Math.max(most, residentMiB(pid)) - before };
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
