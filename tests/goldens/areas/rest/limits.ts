import { request } from 'node:http';
import { FAR } from '../../stage/life.ts';
import { within } from '../../stage/wait.ts';
import { area, type Tools } from '../area.ts';

const TOKEN = { API_TOKEN: 'golden-token' };
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const [DIFFERENT_MAX, REPEATED_MAX, TYPED_MAX] = [20, 200, 20];
const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

const different = area(
	'rest/limit-of-wrong-tokens.json',
	async ({ server, exchange }) => {
		const ask = (what: string, token: string): Promise<unknown> =>
			exchange(what, 'GET /api/provider/settings', { headers: bearer(token) });
		for (let i = 1; i < DIFFERENT_MAX; i++) await server.ask('GET /api/stats', { headers: bearer(`wrong-${i}`) });
		await ask('the last wrong token that is looked at', 'wrong-20');
		await ask('one more', 'wrong-21');
		await ask('even the right one', 'golden-token');
		const login = { body: 'token=golden-token', anonymous: true };
		await exchange('at the login, by a script', 'POST /login', { ...login, headers: FORM });
		await exchange('at the login, by a page', 'POST /login', { ...login, headers: { ...FORM, accept: 'text/html' } });
		server.clock.pass(30_000);
		await ask('half a minute later', 'golden-token');
		server.clock.pass(30_000);
		await ask('a minute later', 'golden-token');
	},
	TOKEN,
);

const repeated = area(
	'rest/limit-of-one-wrong-token.json',
	async ({ server, exchange }) => {
		const login = { body: 'token=wrong', headers: FORM, anonymous: true };
		for (let i = 1; i < TYPED_MAX; i++) await server.ask('POST /login', login);
		await exchange('at the login, the last one that is 401', 'POST /login', login);
		await exchange('at the login, one more', 'POST /login', login);
		for (let i = TYPED_MAX + 2; i < REPEATED_MAX; i++) await server.ask('GET /api/stats', { headers: bearer('wrong') });
		await exchange('by Bearer, the last one that is 401', 'GET /api/stats', { headers: bearer('wrong') });
		await exchange('by Bearer, one more', 'GET /api/stats', { headers: bearer('wrong') });
		await exchange('the right one', 'GET /api/provider/settings', { headers: bearer('golden-token') });
	},
	TOKEN,
);

/**
 * Holds one connection open and records that the server refuses another from the same address. Loopback has no limit,
 * so `x-forwarded-for` names another address.
 */
async function fillOneAddress({ server, life, exchange }: Tools): Promise<void> {
	const { id } = await life.request({ scheduledAt: FAR });
	const headers = { 'x-forwarded-for': '203.0.113.5' };
	const held = request(server.url, { path: '/api/events', headers, agent: false });
	held.on('error', () => undefined);
	await within('the stream', new Promise((resolve) => held.on('response', resolve).end()));
	for (const line of [
		'GET /api/events',
		`GET /api/calls/${id}/wait`,
		'GET /api/calls/export',
		'DELETE /api/calls?workflow=SALES',
		'DELETE /api/calls?dryRun=true',
	])
		await exchange(`one more: ${line.replace(id, ':id')}`, line, { headers });
	await exchange('what ends at once is not counted', 'GET /api/provider/settings', { headers });
	held.destroy();
}

const connections = area('rest/limit-of-connections.json', fillOneAddress, {
	TRUST_PROXY: '1',
	MAX_SOCKETS_PER_ADDRESS: '1',
});

export const limits = [different, repeated, connections];
