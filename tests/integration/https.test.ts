import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { expect, it, onTestFinished } from 'vitest';
import type { Delivery } from '#contract';
import { temporaryFolder } from '#tests/support/app.ts';
import { environment, fetchJson, startServer } from '#tests/support/process.ts';
import { SOON } from '#tests/support/soon.ts';

/** The webhooks of a call are sent one after another, so each can use the connection of the one before. */
const SPACED = { PROVIDER_DELAY_MS_MIN: '1500', PROVIDER_DELAY_MS_MAX: '1500' };

/** Starts a receiver with a certificate of its own for `localhost`. Counts connections and requests. */
async function startHttpsReceiver() {
	const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
		extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
	});
	const received: { body: string; signature: unknown }[] = [];
	const server = createServer({ key, cert }, (request, response) => {
		let body = '';
		request.on('data', (chunk: Buffer) => (body += chunk.toString()));
		request.on('end', () => {
			received.push({ body, signature: request.headers['webhook-signature'] });
			response.writeHead(200).end('thanks');
		});
	});
	let connections = 0;
	server.on('secureConnection', () => connections++);
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	onTestFinished(() => {
		server.close();
		server.closeAllConnections();
	});
	const file = join(await temporaryFolder(), 'receiver.pem');
	await writeFile(file, cert);
	return {
		url: `https://localhost:${(server.address() as AddressInfo).port}/hook`,
		file,
		received,
		connections: () => connections,
	};
}

async function sendTo(server: string, callbackUrl: string): Promise<Delivery[]> {
	const call = { callId: 'secure', phoneNumber: '+12025550150', workflow: 'SALES', scenario: 'completed', callbackUrl };
	const headers = { 'content-type': 'application/json' };
	await fetchJson(server, '/api/provider/send-call', { method: 'POST', headers, body: JSON.stringify(call) });
	const deliveries = async (): Promise<Delivery[]> =>
		(await fetchJson<{ deliveries: Delivery[] }>(server, '/api/deliveries?callId=secure')).deliveries;
	await expect
		.poll(async () => (await deliveries()).filter(({ attempts }) => attempts.length > 0).length, SOON)
		.toBeGreaterThanOrEqual(4);
	return deliveries();
}

it('[V40] webhooks go to a receiver with https, over kept connections, if its certificate is trusted', async () => {
	const receiver = await startHttpsReceiver();
	const env = await environment({ ...SPACED, NODE_EXTRA_CA_CERTS: receiver.file });
	const server = await startServer(env);
	const deliveries = await sendTo(await server.url, receiver.url);
	expect(deliveries.map(({ state }) => state)).toEqual(deliveries.map(() => 'delivered'));
	expect(deliveries[0]!.attempts[0]).toMatchObject({ response: { status: 200, body: 'thanks' }, error: null });
	expect(receiver.received).toHaveLength(deliveries.length);
	for (const { signature } of receiver.received) expect(signature).toMatch(/^v1,/);
	expect(receiver.connections()).toBeLessThan(deliveries.length);
});

it('[V40] a certificate that is not trusted is no response, and the attempt says why', async () => {
	const receiver = await startHttpsReceiver();
	const server = await startServer(await environment({ PROVIDER_SPEED: '1000' }));
	const deliveries = await sendTo(await server.url, receiver.url);
	for (const { attempts } of deliveries)
		expect(attempts[0]).toMatchObject({ response: null, error: expect.stringMatching(/certificate/) as string });
	expect(receiver.received).toEqual([]);
});
