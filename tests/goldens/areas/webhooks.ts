import type { ServerResponse } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { NO_FAULTS, type Settings } from '#contract';
import { ending } from '../stage/life.ts';
import { startReceiver, type Received, type Receiver } from '../stage/receiver.ts';
import type { Server } from '../stage/server.ts';
import { area, type Tools } from './area.ts';

/** Headers that Node's HTTP client adds. They depend on the version of Node, so they are not recorded. */
const OF_THE_CLIENT = [
	...['accept', 'accept-encoding', 'accept-language', 'connection', 'content-length', 'host'],
	...['keep-alive', 'sec-fetch-mode', 'transfer-encoding'],
];

async function withReceiver(
	server: Server,
	respond: ((response: ServerResponse, request: Received) => void) | undefined,
	script: (receiver: Receiver) => Promise<void>,
): Promise<void> {
	const receiver = await startReceiver(respond);
	server.names.know(receiver.url, '<receiver>');
	server.names.know(new URL(receiver.url).host, '<host of the receiver>');
	try {
		await script(receiver);
	} finally {
		await receiver.close();
	}
}

/** Returns the part of a webhook that is recorded. Signatures differ between runs, so only their validity is. */
function shown({ secret, names }: Server, { method, path, rawHeaders, headers, body }: Received): object {
	const headerNames = rawHeaders.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase());
	const fixed = ['content-type', 'user-agent', 'webhook-id', 'webhook-timestamp'];
	return {
		request: `${method} ${path}`,
		headerNames: headerNames.filter((name) => !OF_THE_CLIENT.includes(name)).sort(),
		headers: names.value(Object.fromEntries(fixed.map((name) => [name, headers[name] ?? null]))),
		signature: isSigned(secret, headers, body) ? 'verified' : 'not verified',
		body: names.value(JSON.parse(body)),
	};
}

function isSigned(secret: string, headers: Received['headers'], body: string): boolean {
	try {
		new Webhook(secret).verify(body, headers as Record<string, string>);
		return true;
	} catch {
		return false;
	}
}

async function ask({ clock, read }: Server, callId: string, callbackUrl: string, more: object = {}): Promise<void> {
	clock.pass(1);
	const body = { callId, phoneNumber: '+12025550100', workflow: 'SALES', callbackUrl, ...more };
	await read('POST /api/provider/send-call', { body });
}

/** Records the webhooks of one call of every outcome, and of a call that is hung up. */
const lives = area('webhooks/lives.json', ({ server, life, book }) =>
	withReceiver(server, undefined, async (receiver) => {
		const outcomes = ['completed', 'busy', 'no-answer', 'failed', 'dropped', 'canceled'];
		for (const outcome of outcomes) {
			await ask(server, outcome, `${receiver.url}/hooks?of=${outcome}`, { scenario: ending(outcome) });
			const { length } = await life.deliveries(outcome);
			for (let i = 1; i <= length; i++) {
				const due = await life.becomeDue(outcome);
				book.add(`${outcome}: ${i} of ${length}`, shown(server, await receiver.next()));
				await life.settled(due);
			}
		}
		await ask(server, 'hung-up', `${receiver.url}/hooks`, { scenario: ending('completed') });
		const [call] = (await server.read<{ calls: { providerId: string }[] }>('GET /api/provider/calls')).calls;
		await server.read(`POST /api/provider/calls/${call!.providerId}/cancel`);
		book.add('hung up', shown(server, await receiver.next()));
	}),
);

/** Responses of the receiver: they decide when the next attempt is due. */
const RESPONSES: Readonly<Record<string, [status: number, headers: Record<string, string>]>> = {
	'server-error': [500, {}],
	'slow-down': [429, { 'retry-after': '7' }],
	'not-now': [503, { 'retry-after': '3' }],
	redirect: [302, { location: '/elsewhere' }],
	gone: [410, {}],
};

async function attempts({ server, life, book, exchange }: Tools): Promise<void> {
	for (const [what, [status, headers]] of Object.entries(RESPONSES)) {
		await withReceiver(
			server,
			(response) => response.writeHead(status, headers).end(),
			async (receiver) => {
				await ask(server, what, `${receiver.url}/hooks`, { scenario: ending('busy') });
				for (let i = 1; i <= 2; i++) {
					const due = await life.becomeDue(what);
					book.add(`${what}: ${i}`, shown(server, await receiver.next()));
					await life.settled(due);
				}
				await exchange(`${what}: what became of them`, `GET /api/deliveries?callId=${what}`);
			},
		);
	}
}

/** At this speed a webhook is retried before the next one is due. */
const SPEED = 1_000;
const REQUESTS = { doubled: [2], badSignature: [1, 1], stale: [1, 1], lost: [0, 1] } as const;

async function faults({ server, life, book }: Tools): Promise<void> {
	const settings = await server.read<Settings>('GET /api/provider/settings');
	for (const [fault, requests] of Object.entries(REQUESTS)) {
		const body = { ...settings, speed: SPEED, faults: { ...NO_FAULTS, [fault]: 1 } };
		await server.read('PUT /api/provider/settings', { body });
		// This receiver verifies signatures, so the provider retries a webhook with an invalid one.
		const respond = (response: ServerResponse, { headers, body }: Received): void =>
			void response.writeHead(isSigned(server.secret, headers, body) ? 204 : 401).end();
		await withReceiver(server, respond, async (receiver) => {
			const scenario = { outcome: 'busy', delayMs: 100 * SPEED };
			await ask(server, fault, `${receiver.url}/hooks`, { scenario });
			for (const [attempt, count] of requests.entries()) {
				const due = await life.becomeDue(fault);
				for (let i = 1; i <= count; i++)
					book.add(`${fault}: attempt ${attempt + 1}, request ${i}`, shown(server, await receiver.next()));
				await life.settled(due);
			}
		});
	}
}

/** The areas that record the webhooks from the provider to receivers other than the server. */
export const outgoing = [lives, area('webhooks/attempts.json', attempts), area('webhooks/faults.json', faults)];
