import { NO_FAULTS, type Settings } from '#contract';
import type { Tools } from '../area.ts';
import { area } from '../area.ts';

const ASK = { callId: 'call-1', phoneNumber: '+12025550100', workflow: 'SALES' };
const LONG = { outcome: 'completed', delayMs: 86_000_000 };
/** A callback URL without a server. No webhook to it becomes due during the run. */
const FOREIGN = 'http://127.0.0.1:2/hooks';

/** Records the provider's API for calls: send, list, read and hang up. */
const calls = area('rest/provider-calls.json', async ({ server, exchange }) => {
	const ask = async (what: string, body: unknown, headers?: Record<string, string>): Promise<string> => {
		server.clock.pass(1);
		const asked = await exchange(what, 'POST /api/provider/send-call', { body, ...(headers ? { headers } : {}) });
		return (JSON.parse(asked.text) as { providerId?: string }).providerId ?? '';
	};
	await exchange('none', 'GET /api/provider/calls');
	await ask('no field', {});
	await ask('every field is wrong', {
		callId: '',
		phoneNumber: '12',
		workflow: 'X',
		scenario: 'lucky',
		callbackUrl: 'nowhere',
		color: 'red',
	});
	await ask('a number that is not possible', { ...ASK, phoneNumber: '+1202' });
	await ask('the provider is down', { ...ASK, scenario: 'provider-down' });
	await ask('a foreign host', { ...ASK, callbackUrl: 'https://hooks.example/a' });
	await ask('a refused port', { ...ASK, callbackUrl: 'http://127.0.0.1:6000/' });
	await ask('credentials in the address', { ...ASK, callbackUrl: 'http://me:secret@127.0.0.1:2/' });

	const first = await ask('accepted', { ...ASK, scenario: LONG, callbackUrl: FOREIGN });
	for (const outcome of ['busy', 'no-answer', 'failed', 'dropped', 'canceled'])
		await ask(outcome, { ...ASK, callId: outcome, scenario: { ...LONG, outcome }, callbackUrl: FOREIGN });
	const key = { 'idempotency-key': 'a key' };
	await ask('a key', { ...ASK, scenario: LONG, callbackUrl: FOREIGN }, key);
	await ask('the same key and body', { ...ASK, scenario: LONG, callbackUrl: FOREIGN }, key);
	await ask('the same key with another body', { ...ASK, scenario: 'busy', callbackUrl: FOREIGN }, key);
	await exchange('all', 'GET /api/provider/calls');
	await exchange('without the body', 'HEAD /api/provider/calls');
	await exchange('one', `GET /api/provider/calls/${first}`);
	await exchange('no such call', 'GET /api/provider/calls/sim_none');
	const hangUp = (what: string, id: string, body?: unknown): Promise<unknown> =>
		exchange(what, `POST /api/provider/calls/${id}/cancel`, body === undefined ? {} : { body });
	await hangUp('hang up: no such call', 'sim_none');
	await hangUp('hang up: an unknown field', first, { why: 'x' });
	await hangUp('hang up', first);
	await hangUp('hang up: hung up already', first, { deleted: true });
	await exchange('one that was hung up', `GET /api/provider/calls/${first}`);
});

const settings = area('rest/provider-settings.json', async ({ server, exchange }) => {
	await exchange('the first ones', 'GET /api/provider/settings');
	const now = await server.read<Settings>('GET /api/provider/settings');
	const put = (what: string, body: unknown): Promise<unknown> => exchange(what, 'PUT /api/provider/settings', { body });
	await put('stored', {
		...now,
		delayMs: { min: 5, max: 6 },
		failRate: 0.5,
		seed: null,
		speed: 2.5,
		faults: { ...NO_FAULTS, doubled: 1, lost: 0.25 },
		until: '2100-01-01T02:00:00+02:00',
	});
	await exchange('as they are now', 'GET /api/provider/settings');
	await put('not whole', { speed: 3 });
	await put('every field is wrong', {
		delayMs: { min: 7, max: 6 },
		failRate: 2,
		seed: 1,
		speed: 0,
		faults: { doubled: -1, odd: 1 },
		until: 'soon',
		color: 'red',
	});
	await put('no object', 'null');
	await exchange('still as they were', 'GET /api/provider/settings');
});

/** Records how `send-call` responds under each injected fault of the provider. */
const faults = area('rest/provider-faults.json', async ({ server, exchange }: Tools) => {
	const now = await server.read<Settings>('GET /api/provider/settings');
	for (const fault of ['refused', 'rateLimited', 'acceptedThenFailed'] as const) {
		await server.read('PUT /api/provider/settings', { body: { ...now, faults: { ...NO_FAULTS, [fault]: 1 } } });
		const body = { ...ASK, callId: fault, scenario: LONG, callbackUrl: FOREIGN };
		await exchange(fault, 'POST /api/provider/send-call', { body });
	}
	await exchange('which of these it has', 'GET /api/provider/calls');
});

export const provider = [calls, settings, faults];
