import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import type { Call, CallPage, Event, Stats } from '#contract';

/**
 * `npm run prove:remote -- FOLDER`: runs the product against the test server of the libSQL protocol, over HTTP and
 * WebSocket, until a mix of calls has ended. FOLDER contains the sources of libsql/hrana-test-server. PYTHON names an
 * interpreter with aiohttp and SQLite 3.44 or newer; the default is python3. Not part of the test suite.
 */
const USAGE = 'Usage: npm run prove:remote -- FOLDER, with the sources of libsql/hrana-test-server in FOLDER.';
const CALLS = 66;
const PATIENCE_MS = 300_000;
const SCENARIOS: readonly [scenario: unknown, status: Call['status']][] = [
	['completed', 'COMPLETED'],
	['busy', 'FAILED'],
	[{ outcome: 'completed', delayMs: 500, talkMs: 200 }, 'COMPLETED'],
	['no-answer', 'FAILED'],
	['completed', 'COMPLETED'],
	['canceled', 'FAILED'],
];

/** Runs the unchanged test server on a given port, because its own port is fixed. */
const ON_PORT = `
import os, runpy, sys
import aiohttp.web
folder, port = sys.argv[1], int(sys.argv[2])
Site = aiohttp.web.TCPSite
aiohttp.web.TCPSite = lambda runner, host, fixed: Site(runner, '127.0.0.1', port)
file = os.path.join(folder, 'server_v2.py')
sys.path.insert(0, folder)
sys.argv = [file]
runpy.run_path(file, run_name='__main__')
`;

async function main(folder: string): Promise<void> {
	for (const protocol of ['http', 'ws'] as const) {
		const scratch = mkdtempSync(join(tmpdir(), 'audena-remote-'));
		const running: ChildProcess[] = [];
		try {
			const port = await freePort();
			running.push(
				spawn(process.env.PYTHON ?? 'python3', ['-c', ON_PORT, folder, String(port)], {
					env: { ...process.env, PERSISTENT_DB: join(scratch, 'remote.db'), LOG_LEVEL: 'ERROR' },
					stdio: ['ignore', 'ignore', 'inherit'],
				}),
			);
			await until('the test server listens', async () => (await fetch(`http://127.0.0.1:${port}/`)).ok);
			const first = await startProduct(`${protocol}://127.0.0.1:${port}`, scratch, running);
			const start = performance.now();
			const { calls, refused } = await createAll(first.url);
			await check(first.url, calls);
			const seconds = ((performance.now() - start) / 1_000).toFixed(1);
			await stop(first.child);
			const second = await startProduct(`${protocol}://127.0.0.1:${port}`, scratch, running);
			await check(second.url, calls);
			await stop(second.child);
			console.log(
				`${protocol}: ${calls.length} of ${CALLS} calls ended as requested in ${seconds} s, each once, and again after a restart; ${refused} creates were refused as unavailable and repeated.`,
			);
		} finally {
			for (const child of running) if (child.exitCode === null) child.kill('SIGKILL');
			rmSync(scratch, { recursive: true, force: true });
		}
	}
}

async function freePort(): Promise<number> {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	await new Promise((resolve) => server.close(resolve));
	return port;
}

/** Starts the server without its pages, in a folder without a `.env`. */
async function startProduct(
	database: string,
	cwd: string,
	running: ChildProcess[],
): Promise<{ url: string; child: ChildProcess }> {
	const main = join(import.meta.dirname, '..', 'src', 'server', 'main.ts');
	const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), main, '--no-pages'], {
		cwd,
		env: {
			PATH: process.env.PATH,
			PORT: '0',
			LOG_LEVEL: 'error',
			TURSO_DATABASE_URL: database,
			PROVIDER_DELAY_MS_MIN: '300',
			PROVIDER_DELAY_MS_MAX: '1500',
			PROVIDER_SPEED: '10',
		},
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	running.push(child);
	for await (const line of createInterface({ input: child.stdout })) {
		const url = /^Audena Call Simulator: (\S+)$/.exec(line)?.[1];
		if (url === undefined) {
			console.log(line);
			continue;
		}
		child.stdout.pipe(process.stdout);
		return { url: url.replace('localhost', '127.0.0.1'), child };
	}
	throw new Error('The server did not start.');
}

/** Creates all calls concurrently. Repeats a request that got 503, under the same idempotency key. */
async function createAll(url: string): Promise<{ calls: { id: string; status: Call['status'] }[]; refused: number }> {
	let refused = 0;
	const create = async (_: unknown, i: number): Promise<{ id: string; status: Call['status'] }> => {
		const [scenario, status] = SCENARIOS[i % SCENARIOS.length]!;
		const body = JSON.stringify({
			customerName: `Customer ${i}`,
			phoneNumber: '+12025550100',
			workflow: 'SALES',
			run: 'prove',
			scenario,
		});
		const headers = { 'content-type': 'application/json', 'idempotency-key': `prove-${i}` };
		for (;;) {
			const response = await fetch(`${url}/api/calls`, { method: 'POST', headers, body });
			if (response.status === 503) {
				refused++;
				await pause(500);
				continue;
			}
			if (response.status !== 201) throw new Error(`${response.status}: ${await response.text()}`);
			return { id: ((await response.json()) as { call: Call }).call.id, status };
		}
	};
	return { calls: await Promise.all(Array.from({ length: CALLS }, create)), refused };
}

/** Waits for the end of every call. Throws if a call ended differently or twice, or if the counters disagree. */
async function check(url: string, calls: readonly { id: string; status: Call['status'] }[]): Promise<void> {
	await until('every call has ended', async () => (await get<Stats>(url, '/api/stats')).byStatus.PENDING === 0);
	const { calls: listed } = await get<CallPage>(url, '/api/calls?run=prove&limit=200');
	if (listed.length !== CALLS) throw new Error(`${listed.length} calls are listed, not ${CALLS}.`);
	const { byStatus } = await get<Stats>(url, '/api/stats');
	for (const [status, count] of Object.entries(byStatus)) {
		const expected = calls.filter((call) => call.status === status).length;
		if (count !== expected) throw new Error(`${count} calls are counted as ${status}, not ${expected}.`);
	}
	for (const { id, status } of calls) {
		const { call, events } = await get<{ call: Call; events: Event[] }>(url, `/api/calls/${id}`);
		if (call.status !== status) throw new Error(`Call ${id} is ${call.status} (${call.outcome}), not ${status}.`);
		const ends = events.filter(({ type }) => type === 'ended').length;
		if (ends !== 1) throw new Error(`Call ${id} has ended ${ends} times.`);
	}
}

async function get<T>(url: string, path: string): Promise<T> {
	const response = await fetch(`${url}${path}`);
	if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
	return (await response.json()) as T;
}

async function until(what: string, isTrue: () => Promise<boolean>): Promise<void> {
	const giveUpAt = performance.now() + PATIENCE_MS;
	while (!(await isTrue().catch(() => false))) {
		if (performance.now() > giveUpAt) throw new Error(`Timed out: ${what}.`);
		await pause(250);
	}
}

async function stop(child: ChildProcess): Promise<void> {
	child.kill('SIGTERM');
	const [code] = (await once(child, 'exit')) as [number | null];
	if (code !== 0) throw new Error(`The server stopped with exit code ${code}.`);
}

const [folder, ...more] = process.argv.slice(2);
if (folder === undefined || more.length > 0) {
	console.error(USAGE);
	process.exit(1);
}
await main(folder).catch((error: unknown) => {
	console.error(error instanceof Error ? error.message : error);
	process.exit(1);
});
