import { until } from '../../stage/wait.ts';
import { ending } from '../../stage/life.ts';
import { saidBy } from '../../stage/exchange.ts';
import { area } from '../area.ts';

const alive = area('rest/health.json', async ({ exchange }) => {
	await exchange('alive', 'GET /healthz');
	await exchange('alive, without the body', 'HEAD /healthz');
	await exchange('ready', 'GET /readyz');
	await exchange('ready, without the body', 'HEAD /readyz');
	await exchange('a request id of the caller', 'GET /healthz', { headers: { 'x-request-id': 'mine-1' } });
	await exchange('a request id that is no word', 'GET /healthz', { headers: { 'x-request-id': 'two words' } });
	await exchange('an open path names any host', 'GET /healthz', { headers: { host: 'elsewhere.example' } });
});

/** Records every header of some responses. The other files have only the headers that clients rely on. */
const headers = area('rest/headers.json', async ({ server, book }) => {
	for (const line of ['GET /healthz', 'GET /api/calls', 'HEAD /api/calls', 'GET /nowhere', 'OPTIONS /api/calls']) {
		const { status, headers: all } = await server.ask(line);
		const sorted = Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)));
		book.add(line, { status, everyHeader: server.names.value(sorted) });
	}
});

/** Records responses of a stopping server. A webhook under way delays its end, so that requests still arrive. */
const stopping = area('rest/stopping.json', async ({ server, life, book, exchange }) => {
	const call = await life.request({ scenario: ending('busy') });
	await life.accept(call);
	const waits = server.ask(`GET /api/calls/${call.id}/wait`);
	await life.becomeDue(call.id);
	await life.webhooks.arrived();
	const closed = server.close();
	book.add('a wait that the stop ends', saidBy(server, await waits));
	await until('the stop to begin', async () => (await server.ask('GET /readyz')).status === 503);
	await exchange('not ready', 'GET /readyz');
	await exchange('alive while it stops', 'GET /healthz');
	await exchange('a wait that comes too late', `GET /api/calls/${call.id}/wait`);
	life.webhooks.open();
	await closed;
});

export const health = [alive, headers, stopping];
