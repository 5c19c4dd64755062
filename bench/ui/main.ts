import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium, type Browser } from 'playwright';
import { show } from '#bench/report.ts';
import { CHROMIUM_ARGS, findChromium } from '#tests/support/chromium.ts';
import { fillHistory } from '#tests/support/history.ts';
import { startServer } from '#tests/support/server-process.ts';
import { WAYS, type Told } from './scroll.ts';

/** `npm run bench:ui`: how long the history's table is blank for a reader in a hurry, in a real browser. */
const { values } = parseArgs({
	options: { calls: { type: 'string', default: '100000,1000000' }, rounds: { type: 'string', default: '10' } },
});
const HEAD = [
	'',
	'times blank',
	'blank ms p50',
	'p95',
	'max',
	'late frames',
	'long tasks (max ms)',
	'rows',
	'heap MiB',
];

/** The share-th of some values; 0 where there are none. */
function at(values: readonly number[], share: number): number {
	const sorted = values.toSorted((a, b) => a - b);
	return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

const row = (way: string, before: number, { blank, late, frames, longTasks, rows, heapMiB }: Told): string[] => [
	way,
	String(blank.length),
	...[0.5, 0.95, 1].map((share) => show(Math.round(at(blank, share)))),
	`${late} of ${frames}`,
	`${longTasks.length} (${show(Math.round(at(longTasks, 1)))})`,
	String(rows),
	`${show(before)} → ${show(heapMiB)}`,
];

async function measure(browser: Browser, calls: number, rounds: number): Promise<void> {
	const folder = await mkdtemp(join(tmpdir(), 'audena-bench-ui-'));
	const url = `file:${join(folder, 'bench.db')}`;
	await fillHistory(url, calls);
	const server = startServer(folder, { DATABASE_URL: url, LOG_LEVEL: 'warn' });
	try {
		const address = await server.ready;
		console.log(`\n### ${calls.toLocaleString('en-US')} calls\n`);
		for (const line of [HEAD, HEAD.map(() => '---')]) console.log(`| ${line.join(' | ')} |`);
		for (const [way, scroll] of Object.entries(WAYS)) {
			const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, locale: 'en-GB' });
			await page.addInitScript({ path: join(import.meta.dirname, 'probe.js') });
			await page.goto(address);
			await page.getByRole('button', { name: /^Connection: ?Live/ }).waitFor();
			await page.mouse.move(900, 500);
			const before = await page.evaluate(() => window.probe.read().heapMiB);
			await page.evaluate(() => window.probe.reset());
			await scroll(page, rounds);
			await page.waitForFunction(() => !window.probe.read().isBlank);
			const told = await page.evaluate(() => window.probe.read());
			console.log(`| ${row(way, before, told).join(' | ')} |`);
			await page.close();
		}
	} finally {
		server.kill('SIGTERM');
		await server.ended;
		await rm(folder, { recursive: true, force: true });
	}
}

const executablePath = findChromium();
if (executablePath === null) throw new Error('There is no Chromium: `npx playwright install chromium`.');
const browser = await chromium.launch({ args: [...CHROMIUM_ARGS, '--enable-precise-memory-info'], executablePath });
try {
	console.log(`Chromium ${browser.version()}, Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? '?'}`);
	for (const calls of values.calls.split(',')) await measure(browser, Number(calls), Number(values.rounds));
} finally {
	await browser.close();
}
