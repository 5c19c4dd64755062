import { once } from 'node:events';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test as base, expect, type Page } from '@playwright/test';
import type { Call } from '#contract';
import { fillHistory } from '#tests/support/history.ts';
import { createServerHost, type ServerHost } from './server-host.ts';

/**
 * A server with the built pages on a temporary database file. It runs in a process of the worker (server-host.ts).
 */
export interface Server {
	url: string;
	/** Sends a request with the API token, if one is set. Throws unless the response is 2xx. */
	api<T = unknown>(method: string, path: string, body?: unknown): Promise<T>;
	create(call?: Record<string, unknown>): Promise<Call>;
	/** Stops the server, or kills its process, and waits for its end. */
	stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
	/**
	 * Starts the server again on the same file and port. With `program`, runs this built server in its own process.
	 */
	start(program?: string): Promise<void>;
}

interface Fixtures {
	/** The environment of the test's server. `test.use({ env: { … } })` changes it. */
	env: Record<string, string>;
	/** Number of ended calls in the history when the server starts (tests/support/history.ts). */
	calls: number;
	server: Server;
}

/** A line of the log with the level `error` or `fatal` (pino). */
const ERROR = /^\{"level":[56]0,/;

export const test = base.extend<Fixtures, { host: ServerHost }>({
	host: [
		async ({ browserName: _any }, use) => {
			const host = createServerHost();
			await use(host);
			await host.close();
		},
		{ scope: 'worker' },
	],
	env: [{}, { option: true }],
	calls: [0, { option: true }],
	server: async ({ env, calls, host }, use) => {
		const folder = await mkdtemp(join(tmpdir(), 'audena-e2e-'));
		const given: Record<string, string> = {
			LOG_LEVEL: 'warn',
			PROVIDER_DELAY_MS_MIN: '300',
			PROVIDER_DELAY_MS_MAX: '500',
			PROVIDER_FAIL_RATE: '0',
			DATABASE_URL: `file:${join(folder, 'audena.db')}`,
			...env,
		};
		await fillHistory(given.DATABASE_URL!, calls);
		let port = given.PORT ?? '0';
		let url = '';
		const log: string[] = [];
		let isHosted = false;
		let alone: ChildProcess | undefined;

		const stop = async (signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> => {
			if (isHosted) await host.stop(signal);
			isHosted = false;
			if (!alone) return;
			const gone = once(alone, 'exit');
			alone.kill(signal);
			await gone;
			alone = undefined;
		};
		/** Runs `program` in its own process. Returns the URL that it prints. */
		const run = async (program: string): Promise<string> => {
			const started = spawn(process.execPath, [program], {
				env: { ...process.env, ...given, PORT: port },
				stdio: ['ignore', 'pipe', 'inherit'],
			});
			alone = started;
			return new Promise<string>((resolve, reject) => {
				createInterface({ input: started.stdout }).on('line', (line) => {
					const found = /^Audena Call Simulator: (\S+)$/.exec(line)?.[1];
					if (found === undefined) log.push(line);
					else resolve(found);
				});
				started.on('exit', () => reject(new Error('The server did not start: is it built? (npm run build)')));
			});
		};
		const start = async (program?: string): Promise<void> => {
			isHosted = program === undefined;
			const address =
				program === undefined
					? await host.start({ ...given, PORT: port }, (line) => log.push(line))
					: await run(program);
			// With APP_URL, the server prints APP_URL, which leads nowhere. Such a test has chosen the port itself.
			url = given.APP_URL === undefined ? address.replace('localhost', '127.0.0.1') : `http://127.0.0.1:${port}`;
			port = new URL(url).port;
		};
		const api = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
			const token = given.API_TOKEN;
			const response = await fetch(`${url}${path}`, {
				method,
				headers: {
					...(body === undefined ? {} : { 'content-type': 'application/json' }),
					...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
				},
				...(body === undefined ? {} : { body: JSON.stringify(body) }),
			});
			if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
			return (response.status === 204 ? undefined : await response.json()) as T;
		};

		await start();
		await use({
			get url() {
				return url;
			},
			api,
			create: async (call = {}) => {
				const wanted = { customerName: 'Ada Lovelace', phoneNumber: '+12025550100', workflow: 'SUPPORT', ...call };
				return (await api<{ call: Call }>('POST', '/api/calls', wanted)).call;
			},
			stop,
			start,
		});
		await stop();
		expect(log.filter((line) => ERROR.test(line))).toEqual([]);
		await rm(folder, { recursive: true, force: true });
	},
});

/** Opens the dashboard and waits until it is live. */
export async function openDashboard(page: Page, server: Server, path = '/'): Promise<void> {
	await page.goto(`${server.url}${path}`);
	await expectConnection(page, 'Live');
}

export async function expectConnection(page: Page, words: string | RegExp): Promise<void> {
	await expect(page.getByRole('button', { name: /^Connection:/ })).toContainText(words, { timeout: 20_000 });
}

/** Clicks a link of the main navigation, which opens the next page without a reload. */
export const follow = (page: Page, name: string | RegExp): Promise<void> =>
	page.getByRole('navigation', { name: 'Main', exact: true }).getByRole('link', { name }).click();

/** Waits two frames, so that work that a response has triggered has begun. */
export const frames = (page: Page): Promise<unknown> =>
	page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));

/** Marks the document. `isMarked` returns false once the page was reloaded. */
export const mark = (page: Page): Promise<unknown> => page.evaluate(() => Object.assign(window, { notReloaded: true }));
export const isMarked = (page: Page): Promise<boolean> => page.evaluate(() => 'notReloaded' in window);

/** Locates the row of a customer in the history. */
export const rowOf = (page: Page, customer: string) => page.locator('[data-call]').filter({ hasText: customer });

/**
 * Runs one part of a test. Its title begins with the ids of the rules that it proves, so a failure names the rules.
 */
export const step = (title: string, body: () => Promise<void>): Promise<void> => test.step(title, body);

export { expect };
