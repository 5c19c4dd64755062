import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { serverCommand } from '#tests/support/server-process.ts';
import type { Common } from './answers.ts';
import { talkTo, type Child } from './child.ts';

/** The real server as a process of its own, on a database of its own. */
export interface Product extends Pick<Child<Common>, 'ask' | 'stop'> {
	port: number;
	pid: number;
	/** What its webhooks are signed with. */
	secret: string;
}

export interface ProductOptions {
	/** The file that it works on; an empty one of its own where none is named. */
	database?: string;
	/** The Node that runs it; this one where none is named. */
	node?: string;
}

/** Starts the built server where it is as new as its sources, else the sources without pages. */
export async function startProduct({
	database = 'bench.db',
	node = process.execPath,
}: ProductOptions = {}): Promise<Product> {
	const folder = await mkdtemp(join(tmpdir(), 'audena-bench-'));
	const secret = `whsec_${randomBytes(32).toString('base64')}`;
	const { args } = serverCommand();
	const probe = new URL('probe.js', import.meta.url).href;
	const server = spawn(node, ['--expose-gc', '--import', probe, ...args], {
		cwd: folder,
		env: {
			...{ PATH: process.env.PATH, NODE_ENV: 'production', PORT: '0', LOG_LEVEL: 'warn' },
			...{ DATABASE_URL: `file:${database}`, WEBHOOK_SECRET: secret },
		},
		stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
	});
	const address = new Promise<URL>((resolve, reject) => {
		createInterface({ input: server.stdout! }).on('line', (line) => {
			const found = /^Audena Call Simulator: (\S+)$/.exec(line)?.[1];
			if (found === undefined) console.error(line);
			else resolve(new URL(found));
		});
		server.once('exit', () => reject(new Error('The server ended before it listened.')));
	});
	address.catch(() => undefined); // asked for below, once the process answers
	const child = await talkTo<Common>(server);
	const stop = async (): Promise<void> => {
		await child.stop();
		await rm(folder, { recursive: true, force: true });
	};
	try {
		return { port: Number((await address).port), pid: server.pid!, secret, ask: child.ask, stop };
	} catch (error) {
		await stop();
		throw error;
	}
}
