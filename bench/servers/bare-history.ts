import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { GroupCommit } from '#db/group-commit.ts';
import type { CallRow } from '#server/calls/call.ts';
import { openBare } from '#bench/bare/connection.ts';
import { createBareWrites, type Wanted } from '#bench/bare/writes.ts';
import { answer } from '#bench/children/answers.ts';

/**
 * A child: `node:http` and prepared statements, on the product's tables and PRAGMAs. Each create has a transaction of its
 * own, or with `--grouped` one with all that came meanwhile; each list is a query. It checks nothing, tells
 * nobody, and answers rows as they are.
 */
const { values } = parseArgs({ options: { file: { type: 'string', default: '' }, grouped: { type: 'boolean' } } });
const bare = openBare(values.file);
const writes = createBareWrites(bare);
const PAGE = 'SELECT * FROM "Call" ORDER BY "n" DESC LIMIT 50';

const group = new GroupCommit<Wanted, CallRow>((wanted) => Promise.resolve(writes.create(wanted)));
const create = (wanted: Wanted): Promise<CallRow> =>
	values.grouped === true ? group.add(wanted) : Promise.resolve(writes.create([wanted])[0]!);

function send(response: ServerResponse, status: number, said: unknown): void {
	const body = JSON.stringify(said);
	const head = { 'Content-Type': 'application/json; charset=utf-8', 'Content-Length': Buffer.byteLength(body) };
	response.writeHead(status, head).end(body);
}

async function add(text: string, response: ServerResponse): Promise<void> {
	const { scheduledAt, ...wanted } = JSON.parse(text) as Wanted & { scheduledAt: unknown };
	const call = await create({
		...wanted,
		scheduledAt: typeof scheduledAt === 'string' ? Date.parse(scheduledAt) : null,
	});
	send(response, 201, { call });
}

function take(request: IncomingMessage, response: ServerResponse): void {
	if (request.method === 'GET') return send(response, 200, { calls: bare.all(PAGE) });
	let text = '';
	request.setEncoding('utf8');
	request.on('data', (chunk: string) => (text += chunk));
	request.on('end', () => {
		add(text, response).catch((error: unknown) => {
			console.error(error);
			response.destroy();
		});
	});
}

const http = createServer(take);
await new Promise<void>((resolve) => http.listen({ port: 0, host: '127.0.0.1' }, resolve));

const methods = { port: () => (http.address() as AddressInfo).port };
export type BareHistory = typeof methods;

answer(methods);
