import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Call, CallPage, Delivery, Event, Problem, Settings } from '#contract';
import { createApp, type AppDeps } from '#server/app.ts';
import { readConfig, type Config } from '#server/config.ts';
import { createLog } from '#server/log.ts';
import { fillHistory } from './history.ts';
import { newSecret } from './webhook.ts';

/**
 * A server in the process of the test, with all real parts. It has its own port and, by default, its own database.
 */
export interface TestApp {
	url: string;
	/** The secret with which the provider signs the webhooks to this server. */
	secret: string;
	/** The environment of this server. A test restarts the server by passing the environment to `startApp` again. */
	env: Record<string, string>;
	/** Sends a JSON request, with the API token if the environment has one. A JSON body of the response is parsed. */
	api<T = unknown>(
		method: string,
		path: string,
		body?: unknown,
		headers?: Record<string, string>,
	): Promise<ApiResponse<T>>;
	/** Creates a call. Throws unless the response is 201. */
	create(call?: Record<string, unknown>): Promise<Call>;
	call(id: string): Promise<Call>;
	timeline(id: string): Promise<{ call: Call; events: Event[]; deliveries: Delivery[] }>;
	list(query?: string): Promise<CallPage>;
	settings(change: Partial<Settings>): Promise<void>;
	close(): Promise<void>;
}

export interface ApiResponse<T> {
	status: number;
	headers: Headers;
	body: T;
}

/** The default environment: every call completes within some tens of milliseconds. */
const ENV = {
	PORT: '0',
	LOG_LEVEL: 'silent',
	PROVIDER_DELAY_MS_MIN: '20',
	PROVIDER_DELAY_MS_MAX: '40',
	PROVIDER_FAIL_RATE: '0',
};

/** Parts that a test may replace, such as the clock, random numbers, the log and timeouts. */
type AppOverrides = Partial<AppDeps>;

/**
 * Starts a server, and closes it when the test finishes. By default it serves no pages; `startPages` in
 * tests/support/pages.ts does. Set `DATABASE_URL` to use an existing database file.
 */
export async function startApp(
	env: Record<string, string> = {},
	overrides: AppOverrides = {},
	pages: Config['pages'] = 'none',
): Promise<TestApp> {
	const given = {
		...ENV,
		WEBHOOK_SECRET: newSecret(),
		DATABASE_URL: env.DATABASE_URL ?? (await newDatabase()),
		...env,
	};
	const app = await createApp(readConfig(given, pages), { log: createLog('silent'), ...overrides });
	const url = await app.listen();
	let closed: Promise<void> | undefined;
	const close = (): Promise<void> => (closed ??= app.close());
	onTestFinished(close);

	async function api<T>(
		method: string,
		path: string,
		body?: unknown,
		headers: Record<string, string> = {},
	): Promise<ApiResponse<T>> {
		const response = await fetch(`${url}${path}`, {
			method,
			headers: {
				...(body === undefined ? {} : { 'content-type': 'application/json' }),
				...('API_TOKEN' in given ? { authorization: `Bearer ${String(given.API_TOKEN)}` } : {}),
				...headers,
			},
			...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
			redirect: 'manual',
		});
		const text = await response.text();
		const isJson = /json/.test(response.headers.get('content-type') ?? '');
		return { status: response.status, headers: response.headers, body: (isJson ? JSON.parse(text) : text) as T };
	}

	return {
		url,
		secret: given.WEBHOOK_SECRET.split(' ')[0]!,
		env: given,
		api,
		close,
		async create(call = {}) {
			const wanted = { customerName: 'Ada Lovelace', phoneNumber: '+12025550100', workflow: 'SUPPORT', ...call };
			const { status, body } = await api<{ call: Call }>('POST', '/api/calls', wanted);
			if (status !== 201) throw new Error(`The call was not made: ${JSON.stringify(body)}`);
			return body.call;
		},
		call: async (id) => (await api<{ call: Call }>('GET', `/api/calls/${id}`)).body.call,
		timeline: async (id) =>
			(await api<{ call: Call; events: Event[]; deliveries: Delivery[] }>('GET', `/api/calls/${id}`)).body,
		list: async (query = '') => (await api<CallPage>('GET', `/api/calls${query}`)).body,
		async settings(change) {
			const { body } = await api<Settings>('GET', '/api/provider/settings');
			const { status } = await api('PUT', '/api/provider/settings', { ...body, ...change });
			if (status !== 200) throw new Error('The settings were refused.');
		},
	};
}

/** Creates a migrated database file, which is deleted when the test finishes. Returns its URL. */
async function newDatabase(): Promise<string> {
	const url = `file:${join(await temporaryFolder(), 'audena.db')}`;
	await fillHistory(url, 0);
	return url;
}

/** Creates a folder that is deleted when the test finishes. */
export async function temporaryFolder(): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), 'audena-'));
	onTestFinished(() => rm(folder, { recursive: true, force: true }));
	return folder;
}

/** Returns the status of a problem response and its code. */
export function problemOf({ status, body }: ApiResponse<unknown>): [number, string] {
	return [status, (body as Problem).code];
}
