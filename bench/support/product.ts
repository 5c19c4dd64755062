import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import type { CallPage } from '#contract';
import type { Database } from '#db/database.ts';
import type { Synchronous } from '#db/file.ts';
import { createCalls, type Calls } from '#server/calls/calls.ts';
import { createWriter, type Committed } from '#server/calls/writer.ts';
import { serverCommand } from '#tests/support/server-process.ts';
import type { BareServer } from '#bench/processes/bare-server.ts';
import { PROBED, startChild, talkTo, type Child } from './children.ts';

/** A server as a process of its own. */
export interface Server extends Child {
	port: number;
	/** The secret that signs the webhooks to this server. */
	secret: string;
}
export interface Product extends Server {
	pid: number;
}

/** Starts a server to compare the product with, on this database. The server checks no signature. */
export async function startPeer(
	name: 'bare-server' | 'prisma-server',
	database: string,
	synchronous: Synchronous = 'FULL',
): Promise<Server> {
	const peer = await startChild<BareServer>(name);
	return Object.assign(peer, { port: await peer.ask('listen', database, synchronous), secret: 'whsec_' });
}

/**
 * Starts the product: the built server if it is up to date, else the sources without pages. `env` adds to its
 * environment.
 */
export async function startProduct(database: string, env: Record<string, string> = {}): Promise<Product> {
	const secret = `whsec_${randomBytes(32).toString('base64')}`;
	const server = spawn(process.execPath, [...PROBED, ...serverCommand().args], {
		cwd: dirname(database),
		env: {
			PATH: process.env.PATH,
			NODE_ENV: 'production',
			PORT: '0',
			LOG_LEVEL: 'warn',
			DATABASE_URL: `file:${database}`,
			WEBHOOK_SECRET: secret,
			...env,
		},
		stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
	});
	const address = await new Promise<URL>((resolve, reject) => {
		createInterface({ input: server.stdout! }).on('line', (line) => {
			const found = /^Audena Call Simulator: (\S+)$/.exec(line)?.[1];
			if (found === undefined) console.error(line);
			else resolve(new URL(found));
		});
		server.once('exit', () => reject(new Error('The server ended before it listened.')));
	});
	return Object.assign(talkTo(server), { port: Number(address.port), pid: server.pid!, secret });
}

/** Returns the product's commands on calls, with the product's writer in this process. */
export function openCalls(database: Database, onCommit: (committed: Committed) => void = () => undefined): Calls {
	const writer = createWriter({ database, now: Date.now, onCommit, onJobs: () => undefined, onError: fail });
	return createCalls({ writer, callbackUrl: () => null });
}

/** Returns the token of a page in the middle of the list. The argument is the newest page of the list. */
export const middlePage = ({ nextPage }: Pick<CallPage, 'nextPage'>): string =>
	nextPage!.replace(/\d+/, (n) => String(Math.floor(Number(n) / 2)));

/** Throws the error, because figures that were measured despite an error would be wrong. */
export function fail(error: unknown): never {
	throw error instanceof Error ? error : new Error(String(error));
}
