import { createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Phase } from '#contract';
import type { Value } from '#db/database.ts';
import type { Synchronous } from '#db/file.ts';
import { openBare } from '#bench/support/bare.ts';
import { listen, serve } from '#bench/support/children.ts';

/**
 * The whole life of a call in its barest form: `node:http`, `fetch` to itself, the raw driver, one transaction for
 * each step, webhooks signed by HMAC. It keeps no deliveries, attempts or idempotency keys, and pushes nothing.
 */
const PHASES = ['INITIATED', 'RINGING', 'IN_PROGRESS', 'ENDED'] as const satisfies Phase[];
/** Lives at a time. */
const CALLERS = 32;
const TABLES = [
	'CREATE TABLE "BareCall" ("n" INTEGER PRIMARY KEY, "id" TEXT UNIQUE, "name" TEXT, "phone" TEXT, "status" TEXT, "phase" TEXT, "at" INTEGER)',
	'CREATE TABLE "BareEvent" ("seq" INTEGER PRIMARY KEY, "callId" TEXT, "type" TEXT, "at" INTEGER, "data" TEXT)',
	'CREATE INDEX "BareEvent_callId" ON "BareEvent" ("callId")',
	'CREATE TABLE "BareOutbox" ("id" TEXT PRIMARY KEY, "callId" TEXT, "dueAt" INTEGER, "body" TEXT, "state" TEXT)',
	'CREATE TABLE "BareJob" ("id" TEXT PRIMARY KEY)',
];

interface Webhook {
	id: string;
	body: string;
}
interface Report {
	callId: string;
	phase: Phase;
	status: string;
}

const key = randomBytes(32);
const sign = (id: string, timestamp: string, body: string): string =>
	createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');

let live: (count: number) => Promise<void>;

const methods = {
	/** Starts the server on the database file at `path`. */
	async open(path: string, synchronous: Synchronous): Promise<void> {
		const bare = openBare(path, synchronous);
		for (const table of TABLES) bare.all(table);
		const insert = (table: string, ...values: Value[]) =>
			bare.all(`INSERT INTO "${table}" VALUES (${values.map(() => '?').join(', ')})`, ...values);

		/** The provider accepts a call: it stores and returns the webhooks of its life. */
		function accept({ callId }: { callId: string }): { webhooks: Webhook[] } {
			const webhooks = PHASES.map((phase) => {
				const status = phase === 'ENDED' ? 'COMPLETED' : 'PENDING';
				return { id: randomUUID(), body: JSON.stringify({ callId, phase, status } satisfies Report) };
			});
			bare.transact(() => {
				for (const { id, body } of webhooks) insert('BareOutbox', id, callId, Date.now(), body, 'pending');
			});
			return { webhooks };
		}
		/** The app receives a webhook. */
		function receive(request: IncomingMessage, body: string): object {
			const [id, timestamp, signature] = ['id', 'timestamp', 'signature'].map((name) =>
				String(request.headers[`webhook-${name}`]),
			) as [string, string, string];
			if (!timingSafeEqual(Buffer.from(sign(id, timestamp, body)), Buffer.from(signature)))
				throw new Error('A webhook has a wrong signature.');
			const { callId, phase, status } = JSON.parse(body) as Report;
			return bare.transact(() => {
				bare.all('UPDATE "BareCall" SET "status" = ?, "phase" = ? WHERE "id" = ?', status, phase, callId);
				insert('BareEvent', null, callId, phase, Date.now(), body);
				return { ok: true, call: bare.all('SELECT * FROM "BareCall" WHERE "id" = ?', callId)[0] };
			});
		}
		const http = createServer((request, response) => {
			void text(request).then((body) => {
				const result =
					request.url === '/send' ? accept(JSON.parse(body) as { callId: string }) : receive(request, body);
				const sent = JSON.stringify(result);
				const head = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(sent) };
				response.writeHead(200, head).end(sent);
			});
		});
		const url = `http://127.0.0.1:${await listen(http)}`;
		const post = async (path: string, body: string, headers: Record<string, string> = {}): Promise<unknown> => {
			const all = { 'content-type': 'application/json', ...headers };
			return (await fetch(`${url}${path}`, { method: 'POST', headers: all, body })).json();
		};

		async function liveOnce(i: number): Promise<void> {
			const id = randomUUID();
			bare.transact(() => {
				insert('BareCall', null, id, `Customer ${i}`, '+12025550150', 'PENDING', 'QUEUED', Date.now());
				insert('BareEvent', null, id, 'created', Date.now(), '{}');
				insert('BareJob', id);
			});
			const { webhooks } = (await post('/send', JSON.stringify({ callId: id }))) as { webhooks: Webhook[] };
			bare.transact(() => bare.all('DELETE FROM "BareJob" WHERE "id" = ?', id));
			for (const webhook of webhooks) {
				const timestamp = String(Math.floor(Date.now() / 1_000));
				const signature = sign(webhook.id, timestamp, webhook.body);
				const headers = { 'webhook-id': webhook.id, 'webhook-timestamp': timestamp, 'webhook-signature': signature };
				await post('/hook', webhook.body, headers);
				bare.transact(() => bare.all(`UPDATE "BareOutbox" SET "state" = 'delivered' WHERE "id" = ?`, webhook.id));
			}
		}
		live = async (count) => {
			let next = 0;
			const caller = async (): Promise<void> => {
				while (next < count) await liveOnce(next++);
			};
			await Promise.all(Array.from({ length: CALLERS }, caller));
		};
	},
	/** Lives `count` whole lives. */
	live: (count: number) => live(count),
};
export type BareLives = typeof methods;

serve(methods);
