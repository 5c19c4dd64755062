import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CallPage } from '#contract';
import { parseCursor } from '#contract/cursor.ts';
import { createApp } from '#server/app.ts';
import { readConfig } from '#server/config.ts';
import { createLog } from '#server/log.ts';
import { createNames, type Names } from '../record/names.ts';
import { createClock, type Clock } from './clock.ts';
import { withFolder } from './folder.ts';
import { createGate, type Gate } from './gate.ts';
import { send, type Answered } from './http.ts';
import { watchRoutes } from './routes.ts';

/** A real server in this process: a port of its own, a temporary database, the script's clock. */
export interface Server {
	url: string;
	secret: string;
	clock: Clock;
	names: Names;
	gate: Gate;
	/** The database's epoch, which cursors begin with. */
	epoch: string;
	/** Sends a request such as `GET /api/calls`. Records nothing. */
	ask(line: string, asking?: Asking): Promise<Answered>;
	/** Like `ask`, but returns the parsed JSON body. Throws unless the status is below 300. */
	read<T>(line: string, asking?: Asking): Promise<T>;
	close(): Promise<void>;
}

export interface Asking {
	/** Sent as JSON, unless the body is a text or bytes. */
	body?: unknown;
	headers?: Readonly<Record<string, string>>;
	/** If true, the request has no token even if the server requires one. */
	anonymous?: boolean;
}

/** What all areas of a run use. */
export interface Stage {
	/** Every route of the server, such as `GET /api/calls/:id`. */
	routes: readonly string[];
	/** Starts a server, runs the script and stops the server, even if the script fails. */
	withServer<T>(env: Readonly<Record<string, string>>, script: (server: Server) => Promise<T>): Promise<T>;
}

/** Secret and seed are the same in each run, so that the recordings of two runs are equal. */
const SECRET = `whsec_${Buffer.from('the secret of the goldens').toString('base64')}`;
const ENV = {
	PORT: '0',
	LOG_LEVEL: 'silent',
	WEBHOOK_SECRET: SECRET,
	PROVIDER_SEED: 'goldens',
	PROVIDER_DELAY_MS_MIN: '100',
	PROVIDER_DELAY_MS_MAX: '100',
	PROVIDER_FAIL_RATE: '0',
};
/** The long timeout lets the gate hold a request for up to a minute. */
const DEPS = { chance: () => 0, timeoutMs: 60_000 };
const DATABASE = 'audena.db';

/**
 * Starts and closes one server, then calls `run`. This first server migrates the database file that the other servers
 * copy, and its routers give the route table.
 */
export function withStage<T>(run: (stage: Stage) => Promise<T>): Promise<T> {
	return withFolder(async (folder) => {
		const template = join(folder, DATABASE);
		const table = watchRoutes();
		const config = readConfig({ ...ENV, DATABASE_URL: `file:${template}` }, 'none');
		const app = await createApp(config, { log: createLog('silent') });
		table.stop();
		await app.close();
		return run({ routes: table.list(), withServer: (env, script) => withCopyOf(template, env, script) });
	});
}

function withCopyOf<T>(
	template: string,
	env: Readonly<Record<string, string>>,
	script: (server: Server) => Promise<T>,
): Promise<T> {
	return withFolder(async (folder) => {
		const file = join(folder, DATABASE);
		await copyFile(template, file);
		const server = await start({ ...ENV, DATABASE_URL: `file:${file}`, ...env });
		try {
			return await script(server);
		} finally {
			server.gate.close();
			await server.close();
		}
	});
}

async function start(env: Record<string, string>): Promise<Server> {
	const clock = createClock();
	const app = await createApp(readConfig(env, 'none'), { log: createLog('silent'), now: clock.now, ...DEPS });
	const url = await app.listen();
	const names = createNames(clock.start);
	names.know(url, '<server>');
	names.know(new URL(url).host, '<host of the server>');

	const token: Record<string, string> = env.API_TOKEN === undefined ? {} : { authorization: `Bearer ${env.API_TOKEN}` };
	async function ask(line: string, { body, headers = {}, anonymous = false }: Asking = {}): Promise<Answered> {
		const [method = '', path = ''] = line.split(/ (.*)/s);
		const bytes = body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
		const type = body === undefined ? {} : { 'content-type': 'application/json' };
		const all = { ...type, ...(anonymous ? {} : token), ...headers };
		return send(url, { method, path, headers: all, body: bytes });
	}
	async function read<T>(line: string, asking?: Asking): Promise<T> {
		const { status, text } = await ask(line, asking);
		if (status >= 300) throw new Error(`${line}: ${status} ${text}`);
		return JSON.parse(text) as T;
	}
	const { cursor } = await read<CallPage>('GET /api/calls');
	const { epoch } = parseCursor(cursor);
	names.know(epoch, '<epoch>');
	let closed: Promise<void> | undefined;
	const close = (): Promise<void> => (closed ??= app.close());
	return { url, secret: SECRET, clock, names, gate: createGate(url), epoch, ask, read, close };
}
