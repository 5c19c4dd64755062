import { describe, expect, it } from 'vitest';
import { WEBHOOK_PATH, type Call, type Problem } from '#contract';
import { createLog } from '#server/log.ts';
import { startApp, type ApiResponse, type TestApp } from '#tests/support/app.ts';
import { openTestDatabase } from '#tests/support/database.ts';
import { endpointsOf } from '#tests/support/doors.ts';
import { plainRequest } from '#tests/support/http.ts';
import { expectProblem } from '#tests/support/problems.ts';
import { startReceiver } from '#tests/support/receiver.ts';
import { SOON } from '#tests/support/soon.ts';
import { openFollowingTab, openTab, type Tab, type TabOptions } from '#tests/support/tab.ts';
import { FAR_FUTURE, expectNoEffect } from '#tests/support/trace.ts';
import { postWebhook } from '#tests/support/webhook.ts';

const TOKEN = 'the-api-token';
const GOOD = { customerName: 'Ada', phoneNumber: '+12025550100', workflow: 'SALES', scheduledAt: FAR_FUTURE };

/** Expects that the server refuses this socket and sends no event to it. Returns the code of the problem. */
async function refusal(app: TestApp, options: TabOptions = {}): Promise<unknown> {
	const tab = openTab(app, options);
	const error = await new Promise<Error & { data?: Partial<Problem> }>((resolve, reject) => {
		tab.socket.once('connect_error', resolve);
		tab.socket.once('connect', () => reject(new Error('The socket was let in.')));
	});
	tab.close();
	expect([tab.syncs, tab.frames, tab.heads, tab.settings]).toEqual([[], [], [], []]);
	return error.data?.code ?? error.message;
}

describe('with API_TOKEN', () => {
	it('[A40] a malformed login form is refused, and the log does not contain its contents', async () => {
		const app = await startApp({ API_TOKEN: TOKEN });
		const body = `token=${TOKEN}&${'a&'.repeat(1_500)}`;
		const response = await app.api('POST', '/login', body, { 'content-type': 'application/x-www-form-urlencoded' });
		expectProblem(response, 'body_too_large');
		const long = await app.api('POST', '/login', `token=${'x'.repeat(9_000)}`, {
			'content-type': 'application/x-www-form-urlencoded',
		});
		expectProblem(long, 'body_too_large');
		expect((long.body as Problem).detail).toBe('Send at most 8 KiB.');
		const lines: string[] = [];
		const log = createLog('info', { write: (line) => void lines.push(line) });
		log.error({ err: Object.assign(new Error('broken', { cause: new Error('deeper') }), { body }) }, 'request failed');
		expect(lines.join()).not.toContain(TOKEN);
		expect(JSON.parse(lines[0]!)).toMatchObject({ err: { message: 'broken', cause: { message: 'deeper' } } });
	});

	it('[A40] a login of another content type is 415 and does not count as a wrong token', async () => {
		const lines: string[] = [];
		const log = createLog('warn', { write: (line) => void lines.push(line) });
		const app = await startApp({ API_TOKEN: TOKEN }, { log });
		for (const type of ['multipart/form-data', 'multipart/form-data; boundary=x', 'application/json', 'text/plain'])
			expectProblem(await app.api('POST', '/login', 'token=x', { 'content-type': type }), 'unsupported_media_type');
		expect(lines).toEqual([]);
	});

	it('[A1] every REST route is 401 without the token or with a wrong one, and changes nothing', async () => {
		const app = await startApp({ API_TOKEN: TOKEN });
		const closed = (await endpointsOf(app)).filter(([, path]) => path.startsWith('/api/') && path !== WEBHOOK_PATH);
		const wrong = ['', 'Bearer', 'Bearer ', `Bearer ${TOKEN}x`, `Bearer x${TOKEN}`, `Bearer ${TOKEN.toUpperCase()}`];
		await expectNoEffect(app, async () => {
			for (const [method, path, body] of [...closed, ['GET', '/api/nothing'], ['GET', '/api']] as const)
				for (const authorization of [...wrong, TOKEN, `Basic ${TOKEN}`, `Bearer ${TOKEN} ${TOKEN}`]) {
					const response = await app.api(method, path, body, { authorization });
					expectProblem(response, 'unauthorized');
					expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/);
				}
			for (const query of [`token=${TOKEN}`, `api_token=${TOKEN}`])
				expectProblem(await app.api('GET', `/api/calls?${query}`, undefined, { authorization: '' }), 'unauthorized');
		});
		expect((await app.api('GET', '/api/calls', undefined, { authorization: `bearer  ${TOKEN}` })).status).toBe(200);
	});

	it('[A2] the health routes are open, and so is the webhook, which its signature protects', async () => {
		const app = await startApp({ API_TOKEN: TOKEN });
		const open = { authorization: '' };
		expect((await app.api('GET', '/healthz', undefined, open)).status).toBe(200);
		expect((await app.api('GET', '/readyz', undefined, open)).status).toBe(200);
		expectProblem(await app.api('POST', WEBHOOK_PATH, {}, open), 'invalid_signature');
		expectProblem(await app.api('POST', WEBHOOK_PATH, {}), 'invalid_signature'); // the API token is no signature
	});

	it('[A3] a socket connects only with the token, and receives nothing before that', async () => {
		const app = await startApp({ API_TOKEN: TOKEN });
		for (const token of [undefined, '', `${TOKEN}x`, 'null'])
			expect(await refusal(app, token === undefined ? {} : { token })).toBe('unauthorized');
		expect(await refusal(app, { headers: { authorization: 'Bearer nonsense' } })).toBe('unauthorized');
		const tab = await openFollowingTab(app, { token: TOKEN });
		expect(tab.syncs).toHaveLength(1);
	});

	it('[A4] calls complete as usual, because the app’s own requests carry the token', async () => {
		const app = await startApp({ API_TOKEN: TOKEN });
		const tab = await openFollowingTab(app, { token: TOKEN });
		const { id } = await app.create();
		expect(await tab.ended(id)).toMatchObject({ status: 'COMPLETED' });
		const { deliveries } = await app.timeline(id);
		expect(JSON.stringify(deliveries)).not.toContain(TOKEN);
	});

	it('[A5] PROVIDER_TOKEN opens the provider’s API and nothing else; the app uses it there', async () => {
		const app = await startApp({ API_TOKEN: TOKEN, PROVIDER_TOKEN: 'theirs' });
		const as = { authorization: 'Bearer theirs' };
		for (const path of ['/api/provider/calls', '/api/provider/settings']) {
			expect((await app.api('GET', path, undefined, as)).status).toBe(200);
			expect((await app.api('GET', path)).status).toBe(200);
			expectProblem(await app.api('GET', path, undefined, { authorization: 'Bearer x' }), 'unauthorized');
		}
		expectProblem(await app.api('GET', '/api/calls', undefined, as), 'unauthorized');
		expectProblem(await app.api('POST', '/api/calls', GOOD, as), 'unauthorized');
		expect(await refusal(app, { token: 'theirs' })).toBe('unauthorized');
		const tab = await openFollowingTab(app, { token: TOKEN });
		const { id } = await app.create();
		expect(await tab.ended(id)).toMatchObject({ status: 'COMPLETED' });
	});

	it('[A6] everything is open without API_TOKEN', async () => {
		const app = await startApp();
		for (const [method, path, body] of (await endpointsOf(app)).filter(([, path]) => path !== WEBHOOK_PATH)) {
			const { status } = await app.api(method, path, body, { authorization: 'Bearer anything' });
			expect([method, path, status < 300 || status === 404]).toEqual([method, path, true]);
		}
	});
});

/** Posts the login form as a browser does. */
async function login(
	app: TestApp,
	fields: Record<string, string>,
	headers: Record<string, string> = {},
): Promise<ApiResponse<unknown>> {
	const form = { 'content-type': 'application/x-www-form-urlencoded', authorization: '', ...headers };
	return app.api('POST', '/login', new URLSearchParams(fields).toString(), form);
}
const cookieOf = (response: ApiResponse<unknown>): string => response.headers.get('set-cookie')!.split(';')[0]!;

async function openSession(app: TestApp): Promise<Record<string, string>> {
	return { cookie: cookieOf(await login(app, { token: TOKEN })), authorization: '' };
}

describe('the login', () => {
	it('[A10] sets a cookie with a random id, HttpOnly and SameSite=Strict', async () => {
		const app = await startApp({ API_TOKEN: TOKEN });
		const responses = [await login(app, { token: TOKEN }), await login(app, { token: TOKEN })];
		for (const response of responses) {
			expect([response.status, response.headers.get('location')]).toEqual([303, '/']);
			const attributes = response.headers.get('set-cookie')!.split('; ').slice(1);
			expect(attributes).toEqual(expect.arrayContaining(['HttpOnly', 'SameSite=Strict', 'Path=/']));
			expect(attributes.some((attribute) => attribute.startsWith('Max-Age='))).toBe(true);
			expect(attributes).not.toContain('Secure');
			expect(cookieOf(response)).toMatch(/^\w+=[\w-]{40,}$/);
			expect(cookieOf(response)).not.toContain(TOKEN);
		}
		expect(new Set(responses.map(cookieOf)).size).toBe(2);
		const database = await openTestDatabase(app.env.DATABASE_URL);
		const stored = JSON.stringify(await database.all('SELECT * FROM "Session"'));
		for (const response of responses) expect(stored).not.toContain(cookieOf(response).split('=')[1]);
	});

	it('[A10] sets a Secure cookie over https, also behind a proxy', async () => {
		const app = await startApp({ API_TOKEN: TOKEN, TRUST_PROXY: '1' });
		const response = await login(app, { token: TOKEN }, { 'x-forwarded-proto': 'https' });
		expect(response.headers.get('set-cookie')).toMatch(/; Secure/);
		const named = await startApp({ API_TOKEN: TOKEN, APP_URL: 'https://calls.example' });
		expect((await login(named, { token: TOKEN })).headers.get('set-cookie')).toMatch(/; Secure/);
	});

	it('[A11] opens no session with a wrong token', async () => {
		const app = await startApp({ API_TOKEN: TOKEN });
		for (const fields of [{ token: 'wrong' }, { token: '' }, {}, { password: TOKEN }] as Record<string, string>[]) {
			const response = await login(app, fields);
			expectProblem(response, 'unauthorized');
			expect(response.headers.get('set-cookie')).toBeNull();
			for (const accept of ['application/json, text/plain, */*', '*/*', 'text/*'])
				expectProblem(await login(app, fields, { accept }), 'unauthorized');
			const page = await login(app, { ...fields, next: '/calls?q=x' }, { accept: 'text/html' });
			expect([page.status, page.headers.get('set-cookie')]).toEqual([303, null]);
			expect(page.headers.get('location')).toBe('/login?wrong=1&next=%2Fcalls%3Fq%3Dx');
		}
	});

	it('[A12] redirects `next` to a path of this server, never to another host', async () => {
		const app = await startApp({ API_TOKEN: TOKEN });
		const to = async (next: string): Promise<string | null> =>
			(await login(app, { token: TOKEN, next })).headers.get('location');
		expect(await to('/calls/1?status=PENDING&q=a%20b')).toBe('/calls/1?status=PENDING&q=a%20b');
		for (const next of [
			...['https://evil.example/', '//evil.example', '///evil.example', '/\\evil.example', '\\\\evil.example'],
			...['/\t/evil.example', '/\n/evil.example', '/.//evil.example', '/..//evil.example', '/a/..//evil.example'],
			...['/%2e//evil.example', 'javascript:alert(1)', 'evil.example', '@evil.example', '', ' //evil.example'],
		]) {
			const location = await to(next);
			const base = 'http://here.example';
			expect([next, new URL(location!, base).origin, location!.startsWith('/')]).toEqual([next, base, true]);
			expect([next, location]).toEqual([next, expect.not.stringMatching(/^[/\\]{2}/)]);
		}
	});

	it('[A13] a session may read, and changes something only with the Origin of this server', async () => {
		const app = await startApp({ API_TOKEN: TOKEN });
		const session = await openSession(app);
		expect((await app.api('GET', '/api/calls', undefined, session)).status).toBe(200);
		const closed = (await endpointsOf(app)).filter(([method, path]) => method !== 'GET' && path !== WEBHOOK_PATH);
		await expectNoEffect(app, async () => {
			for (const [method, path, body] of closed)
				for (const origin of [undefined, 'null', 'http://evil.example', `${app.url}1`]) {
					const headers = { ...session, ...(origin === undefined ? {} : { origin }) };
					expectProblem(await app.api(method, path, body, headers), 'origin_not_allowed');
				}
			for (const cookie of ['audena_session=', 'audena_session=nonsense', `audena_session=${TOKEN}`, 'a=b; c'])
				expectProblem(await app.api('GET', '/api/calls', undefined, { cookie, authorization: '' }), 'unauthorized');
		});
		const { status } = await app.api('POST', '/api/calls', GOOD, { ...session, origin: app.url });
		expect(status).toBe(201);
	});

	it('[A14] a session opens a socket from this server’s own pages', async () => {
		const app = await startApp({ API_TOKEN: TOKEN });
		const { cookie } = await openSession(app);
		expect(await refusal(app, { headers: { cookie: cookie! } })).toBe('origin_not_allowed');
		expect(await refusal(app, { headers: { cookie: 'audena_session=nonsense', origin: app.url } })).toBe(
			'unauthorized',
		);
		const tab = await openFollowingTab(app, { headers: { cookie: cookie!, origin: app.url } });
		const { id } = await app.create({ scheduledAt: FAR_FUTURE });
		await tab.until(() => tab.changes().some((change) => 'call' in change && change.call.id === id));
	});

	const gone = (tab: Tab): Promise<true> => tab.until(() => !tab.socket.connected && (true as const));

	it('[A15] a logout ends the session and its sockets, and no other session’s sockets', async () => {
		const app = await startApp({ API_TOKEN: TOKEN });
		const [mine, other] = [await openSession(app), await openSession(app)];
		const tabOf = ({ cookie }: Record<string, string>): Promise<Tab> =>
			openFollowingTab(app, { headers: { cookie: cookie!, origin: app.url } });
		const [one, two, theirs] = await Promise.all([tabOf(mine), tabOf(mine), tabOf(other)]);
		const response = await app.api('POST', '/logout', undefined, { ...mine, origin: app.url });
		expect(response.status).toBe(303);
		expect(response.headers.get('set-cookie')).toMatch(/^audena_session=;.*Max-Age=0/);
		await Promise.all([gone(one), gone(two)]);
		expectProblem(await app.api('GET', '/api/calls', undefined, mine), 'unauthorized');
		expect((await app.api('GET', '/api/calls', undefined, other)).status).toBe(200);

		const { id } = await app.create({ scheduledAt: FAR_FUTURE });
		await theirs.until(() => theirs.changes().some((change) => 'call' in change && change.call.id === id));
		expect([...one.frames, ...two.frames]).toEqual([]);
	});

	it('[A16] a session expires, and its sockets close with it', async () => {
		let ahead = 0;
		const app = await startApp({ API_TOKEN: TOKEN }, { now: () => Date.now() + ahead });
		const [late, soon] = [await openSession(app), await openSession(app)];
		const database = await openTestDatabase(app.env.DATABASE_URL);
		const [, { id: id2 } = { id: null }] = await database.all<{ id: string }>(
			'SELECT "id" FROM "Session" ORDER BY rowid',
		);
		await database.all('UPDATE "Session" SET "expiresAt" = ? WHERE "id" = ?', Date.now() + 1_500, id2);
		const tab = await openFollowingTab(app, { headers: { cookie: soon.cookie!, origin: app.url } });
		await gone(tab);
		expectProblem(await app.api('GET', '/api/calls', undefined, soon), 'unauthorized');
		expect((await app.api('GET', '/api/calls', undefined, late)).status).toBe(200);
		ahead = 8 * 24 * 3_600_000;
		expectProblem(await app.api('GET', '/api/calls', undefined, late), 'unauthorized');
	});
});

describe('the Origin and the Host of a request', () => {
	it('[A20] a foreign Origin, or `null`, is 403 on every route, even with the token, and changes nothing', async () => {
		const app = await startApp({ API_TOKEN: TOKEN });
		const table = (await endpointsOf(app)).filter(([, path]) => path.startsWith('/api/'));
		await expectNoEffect(app, async () => {
			for (const [method, path, body] of table)
				for (const origin of ['http://evil.example', 'null', 'https://127.0.0.1', 'file://'])
					expectProblem(await app.api(method, path, body, { origin }), 'origin_not_allowed');
			expectProblem(await login(app, { token: TOKEN }, { origin: 'http://evil.example' }), 'origin_not_allowed');
		});
		expect((await app.api('GET', '/api/calls', undefined, { origin: app.url })).status).toBe(200);
	});

	it('[A21] a socket of a foreign Origin is refused before any event', async () => {
		const app = await startApp();
		for (const origin of ['http://evil.example', 'null'])
			expect(await refusal(app, { headers: { origin } })).toBe('websocket error');
		expect(await refusal(app, { headers: { host: 'evil.example' } })).toBe('websocket error');
		await openFollowingTab(app, { headers: { origin: app.url } });
	});

	it('[A22] a foreign Host is 403 on every route', async () => {
		const app = await startApp({ ALLOWED_HOSTS: 'box.lan', APP_URL: 'https://calls.example' });
		const port = new URL(app.url).port;
		const status = async (host: string, method = 'GET', path = '/api/calls'): Promise<number> => {
			const response = await plainRequest(`${app.url}${path}`, { method, headers: { host } });
			if (response.status >= 300) expectProblem(response, 'host_not_allowed');
			return response.status;
		};
		for (const host of ['evil.example', `evil.example:${port}`, '127.0.0.1.evil.example', 'box.lan.evil.example'])
			for (const [method, path] of [
				['GET', '/api/calls'],
				['DELETE', '/api/calls'],
				['GET', '/'],
				['POST', WEBHOOK_PATH],
			])
				expect(await status(host, method, path)).toBe(403);
		for (const host of [
			`localhost:${port}`,
			`127.0.0.1:${port}`,
			`[::1]:${port}`,
			'192.168.0.9',
			'box.lan',
			'calls.example',
		])
			expect(await status(host)).toBe(200);
	});

	it('[A23] APP_URL is an accepted Origin if a proxy renames the host', async () => {
		const app = await startApp({ APP_URL: 'https://calls.example' });
		expect((await app.api('GET', '/api/calls', undefined, { origin: 'https://calls.example' })).status).toBe(200);
		await openFollowingTab(app, { headers: { origin: 'https://calls.example' } });
		expectProblem(
			await app.api('GET', '/api/calls', undefined, { origin: 'http://calls.example' }),
			'origin_not_allowed',
		);
	});
});

describe('a provider on another host', () => {
	const accept = (providerId = 'sim_theirs'): string => JSON.stringify({ providerId, scheduledInMs: 10 });
	const JSON_TYPE = { 'content-type': 'application/json' };
	const attemptsOf = async (app: TestApp, id: string): Promise<Record<string, unknown>[]> =>
		(await app.timeline(id)).events.filter(({ type }) => type === 'dispatch.attempt').map(({ data }) => data);

	it('[A30] gets its own token, never API_TOKEN, the call’s id as Idempotency-Key, and the callback address', async () => {
		const provider = await startReceiver((response) => response.writeHead(200, JSON_TYPE).end(accept()));
		for (const env of [
			{},
			{ PROVIDER_TOKEN: 'theirs' },
			{ APP_URL: 'https://calls.example', PROVIDER_TOKEN: 'theirs' },
		]) {
			const app = await startApp({ API_TOKEN: TOKEN, PROVIDER_URL: provider.url, ...env });
			const tab = await openFollowingTab(app, { token: TOKEN });
			const { id } = await app.create({ scenario: 'busy', customerName: 'Not Your Business' });
			await tab.until(() =>
				tab.changes().some((change) => 'call' in change && change.call.providerId === 'sim_theirs'),
			);
			const { method, path, headers, body } = provider.requests.at(-1)!;
			expect([method, path]).toEqual(['POST', '/api/provider/send-call']);
			expect(headers.authorization).toBe('PROVIDER_TOKEN' in env ? 'Bearer theirs' : undefined);
			expect(headers['idempotency-key']).toBe(id);
			expect(JSON.parse(body)).toEqual({
				callId: id,
				phoneNumber: '+12025550100',
				workflow: 'SUPPORT',
				scenario: 'busy',
				callbackUrl: `${'APP_URL' in env ? env.APP_URL : app.url}${WEBHOOK_PATH}`,
			});
			expect((await app.timeline(id)).deliveries).toEqual([]);
			await app.api('POST', `/api/calls/${id}/cancel`);
			await expect.poll(() => provider.requests.at(-1)!.path, SOON).toBe('/api/provider/calls/sim_theirs/cancel');
			await app.close();
		}
		expect(JSON.stringify(provider.requests)).not.toContain(TOKEN);
	});

	it('[A31] gets a retry with the same key and the same body, until it responds', async () => {
		const provider = await startReceiver((response, _request, count) => {
			if (count === 1) response.writeHead(500).end('down');
			else if (count === 2) response.destroy();
			else if (count === 3) response.writeHead(200, JSON_TYPE).end('no JSON');
			else if (count === 4) response.writeHead(200, JSON_TYPE).end('{}');
			else response.writeHead(200, JSON_TYPE).end(accept());
		});
		const app = await startApp({ PROVIDER_URL: provider.url, PROVIDER_SPEED: '1000' });
		const { id } = await app.create();
		await expect.poll(async () => (await app.call(id)).providerId, SOON).toBe('sim_theirs');
		expect(provider.requests).toHaveLength(5);
		expect(
			new Set(provider.requests.map(({ headers, body }) => `${String(headers['idempotency-key'])} ${body}`)).size,
		).toBe(1);
		const attempts = await attemptsOf(app, id);
		expect(attempts.map(({ number, status }) => [number, status])).toEqual([
			[1, 500],
			[2, null],
			[3, 200],
			[4, 200],
			[5, 200],
		]);
		expect(attempts[0]!.error).toMatch(/500/);
	});

	it('[A31] gets the same body after a restart under another address', async () => {
		const provider = await startReceiver((response, _request, count) => {
			if (count === 1) response.writeHead(503, { 'retry-after': '1' }).end();
			else response.writeHead(200, JSON_TYPE).end(accept());
		});
		const first = await startApp({ PROVIDER_URL: provider.url });
		const { id } = await first.create();
		await provider.received(1);
		await first.close();
		const again = await startApp(first.env);
		expect(again.url).not.toBe(first.url);
		await expect.poll(async () => (await again.call(id)).providerId, SOON).toBe('sim_theirs');
		expect(provider.requests[1]!.body).toBe(provider.requests[0]!.body);
	});

	it.each([
		['responds with 500', 500],
		['refuses the request', 400],
		['refuses the connection', null],
	])('[A32] that %s six times ends the call as FAILED and provider-unreachable', async (_what, status) => {
		const provider = await startReceiver((response) => response.writeHead(status ?? 200).end('no'));
		const url = status === null ? 'http://127.0.0.1:2' : provider.url;
		const app = await startApp({ PROVIDER_URL: url });
		await app.settings({ speed: 1_000 });
		const tab = await openFollowingTab(app);
		const { id } = await app.create();
		expect(await tab.ended(id)).toMatchObject({ status: 'FAILED', phase: 'ENDED', outcome: 'provider-unreachable' });
		const { events } = await app.timeline(id);
		expect(events.map(({ type }) => type)).toEqual([
			...['created', ...Array.from({ length: 6 }, () => 'dispatch.attempt'), 'ended'],
		]);
		const attempts = await attemptsOf(app, id);
		expect(attempts.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6]);
		for (const attempt of attempts) {
			expect(attempt.status).toBe(status);
			expect(attempt.error).not.toBe('');
		}
		expect(provider.requests).toHaveLength(status === null ? 0 : 6);
		const database = await openTestDatabase(app.env.DATABASE_URL);
		expect(await database.all('SELECT * FROM "Job"')).toEqual([]);
	});

	it('[A37] that refuses uses up attempts of the dispatch schedule, and a crash uses up none', async () => {
		const provider = await startReceiver((response, _request, count) => {
			if (count === 1) response.writeHead(500).end('down');
			else response.writeHead(200, JSON_TYPE).end(accept());
		});
		const first = await startApp({ PROVIDER_URL: provider.url, PROVIDER_SPEED: '1000' });
		const { id } = await first.create({ scheduledAt: FAR_FUTURE });
		await first.close();
		const database = await openTestDatabase(first.env.DATABASE_URL);
		// As if processes had claimed the job six times, and each was killed before it got a response.
		await database.all('UPDATE "Job" SET "attempts" = 6, "dueAt" = 0');
		database.close();
		const again = await startApp(first.env);
		await expect.poll(async () => (await again.call(id)).providerId, SOON).toBe('sim_theirs');
		expect((await attemptsOf(again, id)).map(({ number, status }) => [number, status])).toEqual([
			[7, 500],
			[8, 200],
		]);
	});

	it('[A33] has its Retry-After respected, at any speed', async () => {
		const provider = await startReceiver((response) => response.writeHead(429, { 'retry-after': '60' }).end());
		const app = await startApp({ PROVIDER_URL: provider.url, PROVIDER_SPEED: '1000' });
		const before = Date.now();
		await app.create();
		const database = await openTestDatabase(app.env.DATABASE_URL);
		const dueAt = async (): Promise<number> =>
			Number((await database.all('SELECT "dueAt" FROM "Job" WHERE "lease" IS NULL'))[0]?.dueAt ?? 0);
		await expect.poll(dueAt, SOON).toBeGreaterThanOrEqual(before + 60_000);
		expect(provider.requests).toHaveLength(1);
	});

	it('[A34] that redirects is not followed, so that no other host gets its token or the body', async () => {
		const otherHost = await startReceiver((response) => response.writeHead(200, JSON_TYPE).end(accept()));
		const provider = await startReceiver((response) => response.writeHead(307, { location: otherHost.url }).end());
		const app = await startApp({ PROVIDER_URL: provider.url, PROVIDER_TOKEN: 'theirs', PROVIDER_SPEED: '1000' });
		const tab = await openFollowingTab(app);
		const { id } = await app.create();
		expect(await tab.ended(id)).toMatchObject({ outcome: 'provider-unreachable' });
		expect(otherHost.requests).toEqual([]);
	});

	it('[A35] that fails a hang-up gets it again', async () => {
		const provider = await startReceiver((response, { path }, count) => {
			if (path.endsWith('/cancel') && count === 2) response.writeHead(500).end();
			else response.writeHead(200, JSON_TYPE).end(accept());
		});
		const app = await startApp({ PROVIDER_URL: provider.url, PROVIDER_SPEED: '1000' });
		const { id } = await app.create();
		await expect.poll(async () => (await app.call(id)).providerId, SOON).not.toBeNull();
		const { body } = await app.api<{ call: Call }>('POST', `/api/calls/${id}/cancel`);
		expect(body.call.outcome).toBe('canceled');
		const requests = await provider.received(3);
		expect(requests.slice(1).map(({ path }) => path)).toEqual([
			...['/api/provider/calls/sim_theirs/cancel', '/api/provider/calls/sim_theirs/cancel'],
		]);
	});

	it('[A38] that hangs delays neither hang-ups nor the check for silent calls', async () => {
		const held: (() => void)[] = [];
		const provider = await startReceiver((response, { path, body }) => {
			const { callId = '' } = JSON.parse(body) as { callId?: string };
			const respond = (): void => void response.writeHead(200, JSON_TYPE).end(accept(`sim_${callId}`));
			if (path.endsWith('/send-call') && provider.requests.length > 2) held.push(respond);
			else respond();
		});
		const app = await startApp({ PROVIDER_URL: provider.url, CALL_TIMEOUT_MS: '1000' }, { timeoutMs: 60_000 });
		const tab = await openFollowingTab(app);
		const [canceled, silent] = [await app.create(), await app.create()];
		await expect.poll(async () => (await app.call(canceled.id)).providerId, SOON).not.toBeNull();
		await expect.poll(async () => (await app.call(silent.id)).providerId, SOON).not.toBeNull();
		// More calls than the worker has slots, so that dispatches fill every slot.
		await Promise.all(Array.from({ length: 40 }, () => app.create()));
		await provider.received(2 + 32);
		await app.api('POST', `/api/calls/${canceled.id}/cancel`);
		expect(await tab.ended(silent.id)).toMatchObject({ outcome: 'no-report' });
		const hungUp = (): string[] => provider.requests.map(({ path }) => path).filter((path) => path.endsWith('/cancel'));
		await expect
			.poll(() => hungUp().toSorted(), SOON)
			.toEqual([canceled, silent].map(({ id }) => `/api/provider/calls/sim_${id}/cancel`).toSorted());
		for (const respond of held) respond();
	});

	it('[A39] that never accepts a hang-up: the server gives up, records that, and starts again with a webhook of the call', async () => {
		let refusesCancel = true;
		const provider = await startReceiver((response, { path }) => {
			if (path.endsWith('/cancel') && refusesCancel) response.writeHead(500).end('no');
			else response.writeHead(200, JSON_TYPE).end(accept());
		});
		const app = await startApp({ PROVIDER_URL: provider.url, PROVIDER_SPEED: '1000' });
		const { id } = await app.create();
		await expect.poll(async () => (await app.call(id)).providerId, SOON).toBe('sim_theirs');
		await app.api('POST', `/api/calls/${id}/cancel`);
		await provider.received(1 + 6);
		const lastEventData = async (): Promise<unknown> => (await app.timeline(id)).events.at(-1)?.data;
		await expect.poll(lastEventData, SOON).toMatchObject({ job: 'hangup', dead: true, number: 6, status: 500 });
		expect((await app.api('GET', '/readyz')).status).toBe(200);

		refusesCancel = false;
		const report = { callId: id, providerId: 'sim_theirs', status: 'PENDING', phase: 'RINGING' };
		expect((await postWebhook(app, report)).body).toMatchObject({ idempotent: true });
		await provider.received(1 + 7);
		const database = await openTestDatabase(app.env.DATABASE_URL);
		await expect.poll(() => database.all('SELECT * FROM "Job"'), SOON).toEqual([]);
	});
});
