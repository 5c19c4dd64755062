import type { Answered } from '../../stage/http.ts';
import { FAR } from '../../stage/life.ts';
import { area } from '../area.ts';

const TOKEN = { API_TOKEN: 'golden-token', PROVIDER_TOKEN: 'provider-token' };
const CALL = { customerName: 'Ada', phoneNumber: '+12025550100', workflow: 'SALES', scheduledAt: FAR };
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const PAGE = { accept: 'text/html' };
const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

/** Returns the session's cookie from the response to a login, as a browser sends it back. */
const cookieOf = ({ headers }: Answered): string => String(headers['set-cookie']?.[0]).split(';')[0]!;

const login = area(
	'rest/login.json',
	async ({ server, exchange }) => {
		const anonymous = true;
		const post = (what: string, body: string, headers: Record<string, string> = {}) =>
			exchange(what, 'POST /login', { body, headers: { ...FORM, ...headers }, anonymous });
		await exchange('the page is not of the API', 'GET /login', { headers: PAGE, anonymous });
		await post('a wrong token, by a script', 'token=wrong');
		await post('a wrong token, by a page', 'token=wrong&next=%2F%3Fstatus%3DFAILED', PAGE);
		await post('no token', '');
		await post('the token of the provider', 'token=provider-token');
		await exchange('no form', 'POST /login', { body: { token: 'golden-token' }, anonymous });
		await post('a character that is not UTF-8', 'token=%FF');
		const bytes = Buffer.from('token=\xff', 'latin1');
		const form = { headers: FORM, anonymous };
		await exchange('a form that is not UTF-8', 'POST /login', {
			body: bytes,
			shown: 'token= and the byte ff',
			...form,
		});
		const long = `token=${'x'.repeat(9_000)}`;
		await exchange('a form that is too long', 'POST /login', { body: long, shown: '9,006 bytes', ...form });
		await post('next leads to another host', 'token=golden-token&next=https%3A%2F%2Felsewhere.example');
		const cookie = cookieOf(await post('the right token', 'token=golden-token&next=%2Fdeliveries'));
		const origin = server.url;
		const by = (more: Record<string, string> = {}): object => ({ headers: { cookie, ...more }, anonymous });
		await exchange('a session reads', 'GET /api/stats', by());
		await exchange('a session changes nothing without an Origin', 'POST /api/calls', { body: CALL, ...by() });
		await exchange('a session changes something', 'POST /api/calls', { body: CALL, ...by({ origin }) });
		await exchange('logout without an Origin', 'POST /logout', by());
		await exchange('logout', 'POST /logout', by({ origin }));
		await exchange('the session has ended', 'GET /api/stats', by());
		await exchange('logout without a session', 'POST /logout', { anonymous });
	},
	TOKEN,
);

const openLogin = area('rest/login-without-token.json', async ({ exchange }) => {
	await exchange('the page', 'GET /login', { headers: PAGE });
	await exchange('login', 'POST /login', { body: 'token=any&next=%2Fdeliveries', headers: FORM });
	await exchange('logout', 'POST /logout');
});

const tokens = area(
	'rest/access.json',
	async ({ server, exchange }) => {
		const ask = (what: string, line: string, headers: Record<string, string>): Promise<unknown> =>
			exchange(what, line, { headers, anonymous: true });
		await ask('no token', 'GET /api/stats', {});
		await ask('a wrong token', 'GET /api/stats', bearer('wrong'));
		await ask('another scheme', 'GET /api/stats', { authorization: 'Basic Z29sZGVu' });
		await ask('a session that is none', 'GET /api/stats', { cookie: 'audena_session=none' });
		await ask('the token', 'GET /api/provider/settings', bearer('golden-token'));
		await ask('the provider’s token at the provider', 'GET /api/provider/settings', bearer('provider-token'));
		await ask('the provider’s token elsewhere', 'GET /api/calls', bearer('provider-token'));
		await ask('an unknown path', 'GET /api/nowhere', {});
		await ask('an unknown path with the token', 'GET /api/nowhere', bearer('golden-token'));
		await ask('an unknown path outside the API', 'GET /nowhere', {});
		await ask('a foreign origin', 'GET /api/stats', { ...bearer('golden-token'), origin: 'https://elsewhere.example' });
		await ask('the origin null', 'GET /api/stats', { ...bearer('golden-token'), origin: 'null' });
		await ask('the own origin', 'GET /api/provider/settings', { ...bearer('golden-token'), origin: server.url });
		await ask('the public origin', 'GET /api/provider/settings', {
			...bearer('golden-token'),
			origin: 'https://calls.example',
		});
		await ask('the public host', 'GET /api/provider/settings', { ...bearer('golden-token'), host: 'calls.example' });
		await ask('an allowed host', 'GET /api/provider/settings', { ...bearer('golden-token'), host: 'friend.example' });
		await ask('a foreign host', 'GET /api/stats', { ...bearer('golden-token'), host: 'elsewhere.example' });
		const headers = { 'idempotency-key': 'a key' };
		await exchange('a key', 'POST /api/calls', { body: CALL, headers });
		await exchange('the same key', 'POST /api/calls', { body: CALL, headers });
	},
	{ ...TOKEN, APP_URL: 'https://calls.example', ALLOWED_HOSTS: 'friend.example' },
);

export const access = [login, openLogin, tokens];
