import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Call } from '#contract';
import { temporaryFolder } from './app.ts';
import { programOf, SHORT_LIVED } from './program.ts';

export interface Exit {
	code: number | null;
	signal: NodeJS.Signals | null;
	stdout: string;
	stderr: string;
}

export interface ServerProcess {
	/** Resolves with the server's URL as soon as the server listens. Rejects if the process ends before. */
	url: Promise<string>;
	exit: Promise<Exit>;
	kill(signal: NodeJS.Signals): Promise<Exit>;
}

/**
 * Runs a program of this repository in a new process, with this environment plus PATH. Kills the process when the
 * test finishes.
 */
export async function startProcess(
	file: string,
	env: Record<string, string>,
	cwd?: string,
	args: readonly string[] = [],
): Promise<ServerProcess> {
	const child = spawn(process.execPath, [SHORT_LIVED, ...programOf(file), ...args], {
		cwd: cwd ?? (await temporaryFolder()),
		env: { PATH: process.env.PATH, ...env },
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	let [stdout, stderr] = ['', ''];
	child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
	const url = new Promise<string>((resolve, reject) => {
		child.stdout.on('data', (chunk: Buffer) => {
			stdout += chunk.toString();
			const address = /^Audena Call Simulator: (\S+)$/m.exec(stdout)?.[1];
			if (address !== undefined) resolve(address.replace('localhost', '127.0.0.1'));
		});
		child.on('close', () => reject(new Error(`The server did not start: ${stderr}`)));
	});
	url.catch(() => undefined); // no unhandled rejection if a test does not await `url`
	const exit = once(child, 'close').then(([code, signal]): Exit => ({
		code: code as Exit['code'],
		signal: signal as Exit['signal'],
		stdout,
		stderr,
	}));
	const kill = (signal: NodeJS.Signals): Promise<Exit> => {
		child.kill(signal);
		return exit;
	};
	onTestFinished(() => void kill('SIGKILL'));
	return { url, exit, kill };
}

/** Returns the environment of a server process: a database file of its own, calls of about a second, no log. */
export async function environment(over: Record<string, string> = {}): Promise<Record<string, string>> {
	return {
		PORT: '0',
		LOG_LEVEL: 'silent',
		DATABASE_URL: `file:${join(await temporaryFolder(), 'audena.db')}`,
		PROVIDER_DELAY_MS_MIN: '300',
		PROVIDER_DELAY_MS_MAX: '1500',
		PROVIDER_FAIL_RATE: '0.3',
		...over,
	};
}
/** Starts the server without pages, so that no build is needed. */
export const startServer = (env: Record<string, string>): Promise<ServerProcess> =>
	startProcess('src/server/main.ts', env, undefined, ['--no-pages']);

/** Sends a request to a server process. Returns the parsed JSON of the response. */
export async function fetchJson<T>(url: string, path: string, init?: RequestInit): Promise<T> {
	return (await (await fetch(`${url}${path}`, init)).json()) as T;
}
/** Creates a call on a server process. Returns the created call. */
export async function request(url: string, over: Record<string, unknown> = {}): Promise<Call> {
	const body = JSON.stringify({ customerName: 'Ada', phoneNumber: '+12025550100', workflow: 'SALES', ...over });
	const headers = { 'content-type': 'application/json' };
	return (await fetchJson<{ call: Call }>(url, '/api/calls', { method: 'POST', headers, body })).call;
}
