import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import type { NewCall, ProviderReport } from '#contract';
import type { Synchronous } from '#db/file.ts';
import { toCall, type CallRow } from '#server/calls/call.ts';
import { openBare } from '#bench/support/bare.ts';
import { listen, serve } from '#bench/support/children.ts';
import { createBareSocket } from './bare-socket.ts';

/**
 * A minimal server to compare the product with: `node:http`, the raw driver and `ws`. Each request is one
 * transaction or one query. The server checks no request.
 */
const LIST = 'SELECT * FROM "Call" ORDER BY "n" DESC LIMIT 50';
const REPORT = `UPDATE "Call" SET "status" = ?, "phase" = ?, "outcome" = ?, "providerId" = ?, "updatedAt" = ?, "seq" = ?
	WHERE "id" = ? RETURNING *`;

const methods = {
	/** Starts the server on the database file at `path`. Returns its port. */
	async listen(path: string, synchronous: Synchronous): Promise<number> {
		const bare = openBare(path, synchronous);
		const http = createServer();
		const broadcast = createBareSocket(http);
		let seq = 1_000_000_000; // above the seqs of the calls

		/** Applies a webhook with one statement and one broadcast. Stores no event. */
		function report({ callId, status, phase, outcome, providerId }: ProviderReport): object {
			const values = [status, phase ?? null, outcome ?? null, providerId, Date.now(), ++seq, callId];
			const [row] = bare.transact(() => bare.all(REPORT, ...values)) as unknown as [CallRow];
			const call = toCall(row);
			broadcast([{ seq, type: 'updated', call }]);
			return { ok: true, call };
		}
		function respond(request: IncomingMessage, body: string): [status: number, body: object] {
			if (request.method === 'GET') return [200, { calls: bare.all(LIST) }];
			if (request.url !== '/api/calls') return [200, report(JSON.parse(body) as ProviderReport)];
			return [201, { call: bare.create(JSON.parse(body) as NewCall) }];
		}
		http.on('request', (request, response) => {
			void text(request).then((received) => {
				const [status, body] = respond(request, received);
				const json = JSON.stringify(body);
				const head = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(json) };
				response.writeHead(status, head).end(json);
			});
		});
		return listen(http);
	},
};
export type BareServer = typeof methods;

serve(methods);
