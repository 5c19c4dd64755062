import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { io } from 'socket.io-client';
import type { Changes } from '#contract';
import { serverCommand } from '#tests/support/server-process.ts';
import { askForCall } from './ask.ts';
import { verdictOf, type Sample } from './verdict.ts';

/**
 * `npm run soak`: 10,000 calls at `speed` 1000 through the built server, with one open tab. Prints a table. Fails if
 * heap, resident memory or open files grow beyond their bounds after the first tenth (`verdict.ts`). Also fails if a
 * call is refused or lost, or a rejection is unhandled.
 */
const { values } = parseArgs({ options: { calls: { type: 'string', default: '10000' } } });
const CALLS = Number(values.calls);
const EVERY = Math.ceil(CALLS / 10);
const POURING = 16;
const WITHIN_MS = 15 * 60_000;

const start = performance.now();
const folder = await mkdtemp(join(tmpdir(), 'audena-soak-'));
const { args, built } = serverCommand();
const probe = pathToFileURL(join(import.meta.dirname, 'probe.js')).href;
const server = spawn(process.execPath, ['--expose-gc', '--import', probe, ...args], {
	cwd: folder,
	env: {
		PATH: process.env.PATH,
		NODE_ENV: 'production',
		PORT: '0',
		LOG_LEVEL: 'warn',
		DATABASE_URL: 'file:./soak.db',
		PROVIDER_SPEED: '1000',
	},
	stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
});
const logged: string[] = [];
const address = new Promise<string>((resolve, reject) => {
	createInterface({ input: server.stdout! }).on('line', (line) => {
		const found = /^Audena Call Simulator: (\S+)$/.exec(line)?.[1];
		if (found === undefined) logged.push(line);
		else resolve(found.replace('localhost', '127.0.0.1'));
	});
	server.once('exit', () => reject(new Error('The server ended.')));
});

async function sample(): Promise<Sample> {
	const told = once(server, 'message');
	server.send('sample');
	return ((await told) as [Sample])[0];
}

const rows: Record<string, string | number | null>[] = [];
const samples: Sample[] = [];
async function row(calls: number, since: { at: number; calls: number }): Promise<{ at: number; calls: number }> {
	const now = await sample();
	samples.push(now);
	const at = performance.now();
	rows.push({
		ended: calls,
		'calls/s': Math.round(((calls - since.calls) / (at - since.at)) * 1_000),
		'heap MB': round(now.heap),
		'rss MB': round(now.rss),
		files: now.files,
		'loop p50 ms': round(now.loop.p50),
		'loop p99 ms': round(now.loop.p99),
		'max ms': round(now.loop.max),
	});
	return { at, calls };
}
const round = (value: number): number => Math.round(value * 10) / 10;

try {
	const url = await address;
	const socket = io(url, { transports: ['websocket'] });
	const ended = new Set<string>();
	const waiting = new Set<() => void>();
	const heard = (): void => {
		waiting.forEach((wake) => wake());
		waiting.clear();
	};
	const news = (): Promise<void> => new Promise((resolve) => waiting.add(resolve));
	socket.on('changes', ({ changes }: Changes) => {
		for (const change of changes) if ('call' in change && change.call.status !== 'PENDING') ended.add(change.call.id);
		heard();
	});
	await new Promise((resolve) => socket.once('sync', resolve));
	const giveUp = setTimeout(() => server.kill('SIGKILL'), WITHIN_MS);
	server.once('exit', heard);

	/** The first error of a `pour` loop. It ends the run. */
	let failure: Error | undefined;
	const goesOn = (): boolean => failure === undefined && server.exitCode === null && server.signalCode === null;
	let asked = 0;
	let cut = 0;
	const accepted = new Set<string>();
	const pour = async (): Promise<void> => {
		while (asked < CALLS && failure === undefined) {
			const i = asked++;
			const call = await askForCall(url, i);
			if (call) accepted.add(call.id);
			else if (!goesOn()) return;
			else {
				asked--;
				cut++;
			}
			// Creates calls no faster than they end, so that the test does not measure a growing queue.
			while (accepted.size - ended.size > 500 && goesOn()) await news();
		}
	};

	const failed = (error: unknown): void => {
		failure ??= error instanceof Error ? error : new Error(String(error));
		heard();
	};
	const pouring = Array.from({ length: POURING }, () => pour().catch(failed));
	let since = { at: performance.now(), calls: 0 };
	for (let next = EVERY; next <= CALLS && goesOn(); next += EVERY) {
		while (ended.size < next && goesOn()) await news();
		if (goesOn()) since = await row(ended.size, since);
	}
	await Promise.all(pouring);
	clearTimeout(giveUp);
	socket.disconnect();
	if (failure !== undefined) throw failure;

	const { size } = await stat(join(folder, 'soak.db'));
	console.log(
		`${accepted.size} calls at speed 1000 in ${round((performance.now() - start) / 1_000)} s; Node ${process.version}, ${cpus().length} cores, load ${round(loadavg()[0]!)}, ${built ? 'built' : 'from the sources'}; database ${round(size / 2 ** 20)} MB`,
	);
	console.table(rows);
	const p99 = samples
		.slice(1)
		.map(({ loop }) => loop.p99)
		.toSorted((a, b) => a - b);
	console.log(
		`event-loop delay p99: median of the parts ${round(p99[p99.length >> 1]!)} ms, worst ${round(p99.at(-1)!)} ms`,
	);
	const lost = [...accepted].filter((id) => !ended.has(id));
	if (cut > 0) console.log(`${cut} requests were asked again after their connection was cut`);
	const wrong = [...(lost.length === 0 ? [] : [`${lost.length} calls did not end`]), ...verdictOf(samples), ...logged];
	console.log(wrong.length === 0 ? 'Flat: memory, files; nothing unhandled, nothing lost.' : wrong.join('\n'));
	process.exitCode = wrong.length === 0 ? 0 : 1;
} finally {
	if (server.exitCode === null && server.signalCode === null) {
		const gone = once(server, 'exit');
		server.kill('SIGTERM');
		await gone;
	}
	await rm(folder, { recursive: true, force: true });
}
