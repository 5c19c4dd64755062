import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import Sqlite from 'libsql';
import type { ProviderReport } from '#contract';
import { toCall, type CallRow } from '#server/calls/call.ts';
import { INSERT_CALL, newCall, valuesOf } from '#bench/bare/writes.ts';
import { answer } from '#bench/children/answers.ts';
import { createBareSocket } from './bare.ts';
import { frameOf } from './changes.ts';

/**
 * A child: the bare stack that the product is held against. `node:http`, prepared statements on the raw driver, `ws`;
 * one transaction and one broadcast for each webhook. It checks no signature and keeps no events.
 */

const text = { type: 'string', default: '' } as const;
const { values } = parseArgs({ options: { file: text, synchronous: text } });
const sqlite = new Sqlite(values.file);
for (const pragma of ['journal_mode = WAL', `synchronous = ${values.synchronous}`, 'cache_size = -64000'])
	sqlite.prepare(`PRAGMA ${pragma}`).all();

const insert = sqlite.prepare(INSERT_CALL);
const update = sqlite.prepare(`UPDATE "Call" SET "status" = ?, "phase" = ?, "outcome" = ?, "providerId" = ?,
	"updatedAt" = ?, "seq" = ? WHERE "id" = ? RETURNING *`);

const http = createServer();
const { tell } = createBareSocket(http);
let seq = 0;

/** Writes the change and tells it to everybody; answers whether there is such a call. */
function apply({ callId, status, phase, outcome, providerId }: ProviderReport): CallRow | undefined {
	const at = Date.now();
	const values = [status, phase ?? 'QUEUED', outcome ?? null, providerId, at, seq + 1, callId];
	const row = update.get(values) as CallRow | undefined; // none has a scenario, the one column that is kept otherwise
	if (!row) return undefined;
	const previous = seq++;
	const changes = [{ seq, type: 'updated' as const, call: row }];
	tell(frameOf({ changes, previous, position: { seq, change: seq, at }, touched: [] }));
	return row;
}

http.on('request', (request: IncomingMessage, response: ServerResponse) => {
	const chunks: Buffer[] = [];
	request.on('data', (chunk: Buffer) => chunks.push(chunk));
	request.on('end', () => {
		const row = apply(JSON.parse(Buffer.concat(chunks).toString()) as ProviderReport);
		const body = row ? JSON.stringify({ ok: true, call: toCall(row) }) : '';
		const head = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) };
		response.writeHead(row ? 200 : 404, head).end(body);
	});
});
await new Promise<void>((resolve) => http.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, resolve));

const methods = {
	port: () => (http.address() as AddressInfo).port,
	/** Stores as many calls; answers their ids. */
	prepare(count: number): string[] {
		const at = Date.now();
		const made = Array.from({ length: count }, () => {
			const customerName = `Bench ${++seq}`;
			return newCall(seq, at, { customerName, phoneNumber: '+12025550100', workflow: 'SUPPORT', scheduledAt: at });
		});
		sqlite.exec('BEGIN');
		for (const call of made) insert.run(valuesOf(call));
		sqlite.exec('COMMIT');
		return made.map(({ id }) => id);
	},
};
export type BareWebhooks = typeof methods;

answer(methods);
