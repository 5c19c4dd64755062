import type { ServerResponse } from 'node:http';
import type { Delivery } from '#contract';
import { startReceiver, type Received } from '../../stage/receiver.ts';
import { area } from '../area.ts';

/** The scenario of a call with two webhooks. */
const SHORT = { outcome: 'busy', delayMs: 10 };
/** The ids of the calls. The recording shows them unchanged, because only generated ids get other names. */
const CALLS = { good: 'call-good', bad: 'call-bad', gone: 'call-gone', waits: 'call-waits', again: 'call-again' };
const REFUSED = ['state=LOST', 'limit=0', 'page=nonsense', 'code=99', 'from=never', 'callId=a&callId=b', 'q=x'];

/** Responds with the status that the path of the request names, such as `/410`. */
function respond(response: ServerResponse, { path }: Received): void {
	const status = Number(path.slice(1));
	response.writeHead(status, { 'content-type': 'text/plain', 'x-receiver': 'golden' });
	response.end(status === 204 ? undefined : `The status is ${status}.`);
}

export const deliveries = area('rest/deliveries.json', async ({ server, life, exchange }) => {
	await exchange('none', 'GET /api/deliveries');
	const receiver = await startReceiver(respond);
	server.names.know(receiver.url, '<receiver>');
	try {
		const ask = (callId: string, path: string, scenario: object = SHORT): Promise<unknown> => {
			server.clock.pass(1);
			const body = { callId, phoneNumber: '+12025550100', workflow: 'SALES', scenario };
			return server.read('POST /api/provider/send-call', { body: { ...body, callbackUrl: `${receiver.url}${path}` } });
		};
		const attempt = async (callId: string): Promise<Delivery> => life.settled(await life.becomeDue(callId));
		life.dispatches.open();
		await ask(CALLS.good, '/200');
		for (let i = 0; i < 2; i++) await attempt(CALLS.good);
		await ask(CALLS.gone, '/410');
		for (let i = 0; i < 2; i++) await attempt(CALLS.gone);
		await ask(CALLS.waits, '/200', { outcome: 'completed', delayMs: 86_000_000 });
		await ask(CALLS.bad, '/500');
		// Both webhooks have six attempts: three of the twelve at the normal speed, the other nine at speed 1,000.
		for (let i = 0; i < 3; i++) await attempt(CALLS.bad);
		await exchange('one call, retrying', `GET /api/deliveries?callId=${CALLS.bad}`);
		await server.read('PUT /api/provider/settings', {
			body: { ...(await server.read<object>('GET /api/provider/settings')), speed: 1_000 },
		});
		for (let i = 0; i < 9; i++) await attempt(CALLS.bad);

		await exchange('all', 'GET /api/deliveries');
		await exchange('without the body', 'HEAD /api/deliveries');
		for (const query of [
			...['state=dead', 'state=delivered&state=canceled', 'state=', `callId=${CALLS.waits}`, 'callId=unknown'],
			...['code=500', 'code=410&state=canceled', 'to=2000-01-01T00:00:00Z', 'from=2000-01-01T00:00:00Z&limit=1'],
		])
			await exchange(`?${query}`, `GET /api/deliveries?${query}`);
		for (const query of REFUSED) await exchange(`refused: ?${query}`, `GET /api/deliveries?${query}`);
		const { nextPage } = await server.read<{ nextPage: string }>('GET /api/deliveries?limit=5');
		await exchange('the first page', 'GET /api/deliveries?limit=5');
		await exchange('the second page', `GET /api/deliveries?limit=5&page=${nextPage}`);

		const idOf = async (callId: string): Promise<string> => (await life.deliveries(callId))[0]!.id;
		const again = (what: string, body: unknown): Promise<unknown> =>
			exchange(what, 'POST /api/deliveries/redeliver', { body });
		await exchange('send again: canceled', `POST /api/deliveries/${await idOf(CALLS.gone)}/redeliver`);
		await exchange('send again: never tried', `POST /api/deliveries/${await idOf(CALLS.waits)}/redeliver`);
		await exchange('send again: no such delivery', 'POST /api/deliveries/msg_none/redeliver');
		const [delivered] = await life.deliveries(CALLS.good);
		await exchange('send again: delivered', `POST /api/deliveries/${delivered!.id}/redeliver`);
		await life.settled(delivered!);
		await exchange('it was sent again', `GET /api/deliveries?callId=${CALLS.good}`);
		await exchange('cancel: never tried', `POST /api/deliveries/${await idOf(CALLS.waits)}/cancel`);
		await exchange('cancel: delivered', `POST /api/deliveries/${await idOf(CALLS.good)}/cancel`);
		await exchange('cancel: no such delivery', `POST /api/deliveries/nonsense/cancel`);
		await again('many: how many of all', { filter: {}, dryRun: true });
		await again('many: how many are dead', { filter: { state: 'dead' }, dryRun: true });
		await again('many: how many of a call', { filter: { callId: CALLS.bad, code: 500 }, dryRun: true });
		await again('many: how many of these', { ids: [delivered!.id, 'msg_none'], dryRun: true });
		await again('many: no choice', {});
		await again('many: both', { ids: ['x'], filter: {} });
		await again('many: wrong filters', { filter: { state: [], callId: '', code: 1, from: 'never', limit: 3 } });
		await again('many: no ids', { ids: [] });
		const dead = (await life.deliveries(CALLS.bad)).toReversed();
		await again('many: the dead ones', { filter: { state: ['dead'] } });
		for (const one of dead) await life.settled(one);
		const [before] = await life.deliveries(CALLS.good);
		await again('many: by their ids', { ids: [delivered!.id] });
		await life.settled(before!);
	} finally {
		await receiver.close();
	}
});
