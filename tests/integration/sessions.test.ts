import { describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '#tests/support/app.ts';
import { openTestDatabase } from '#tests/support/database.ts';
import { expectProblem } from '#tests/support/problems.ts';
import { openTab } from '#tests/support/tab.ts';
import { FAR_FUTURE } from '#tests/support/trace.ts';

const [ONE, OTHER] = ['the-first-token', 'the-second-token'];
const GOOD = { customerName: 'Ada', phoneNumber: '+12025550100', workflow: 'SALES', scheduledAt: FAR_FUTURE };

/** Posts the login form. Returns the cookie that it set, or null. */
async function login(app: TestApp, token: string): Promise<string | null> {
	const response = await app.api('POST', '/login', new URLSearchParams({ token }).toString(), {
		'content-type': 'application/x-www-form-urlencoded',
		authorization: '',
		origin: app.url,
	});
	return response.headers.get('set-cookie')?.split(';')[0] ?? null;
}

const headersOf = (app: TestApp, cookie: string) => ({ cookie, authorization: '', origin: app.url });
const readsAs = async (app: TestApp, cookie: string): Promise<number> =>
	(await app.api('GET', '/api/calls', undefined, headersOf(app, cookie))).status;

/** Serves the same database again with this token, or with none. */
async function restart(app: TestApp, token: string | null): Promise<TestApp> {
	await app.close();
	const { API_TOKEN: _before, ...env } = app.env;
	return startApp(token === null ? env : { ...env, API_TOKEN: token });
}

/** Expects that the cookie gives no access: REST, the event stream, the provider, a socket. */
async function expectClosed(app: TestApp, cookie: string): Promise<void> {
	const headers = headersOf(app, cookie);
	for (const path of ['/api/calls', '/api/events', '/api/stats', '/api/provider/settings', '/api/deliveries'])
		expectProblem(await app.api('GET', path, undefined, headers), 'unauthorized');
	expectProblem(await app.api('POST', '/api/calls', GOOD, headers), 'unauthorized');
	expectProblem(await app.api('DELETE', '/api/calls', undefined, headers), 'unauthorized');
	const tab = openTab(app, { headers: { cookie, origin: app.url } });
	const code = await new Promise<unknown>((resolve) => {
		tab.socket.once('connect_error', (error) => resolve((error as { data?: { code?: string } }).data?.code));
		tab.socket.once('connect', () => resolve('connected'));
	});
	expect(code).toBe('unauthorized');
	tab.close();
}

describe('a session', () => {
	it('[A41] ends with the token that opened it', async () => {
		const first = await startApp({ API_TOKEN: ONE });
		const cookie = (await login(first, ONE))!;
		expect(await readsAs(first, cookie)).toBe(200);
		const same = await restart(first, ONE);
		expect(await readsAs(same, cookie)).toBe(200);

		const changed = await restart(same, OTHER);
		await expectClosed(changed, cookie);
		expect(await readsAs(changed, (await login(changed, OTHER))!)).toBe(200);
		expect(await login(changed, ONE)).toBeNull();
	});

	it.each([
		['another token', OTHER],
		['no token', null],
	])('[A41] stays ended after the server ran with %s meanwhile', async (_what, token) => {
		const first = await startApp({ API_TOKEN: ONE });
		const cookie = (await login(first, ONE))!;
		const meanwhile = await restart(first, token);
		const database = await openTestDatabase(first.env.DATABASE_URL);
		expect(await database.all('SELECT 1 FROM "Session"')).toEqual([]);
		await expectClosed(await restart(meanwhile, ONE), cookie);
	});

	it('[A41] is stored without the token, only with a keyed hash', async () => {
		const app = await startApp({ API_TOKEN: ONE });
		await login(app, ONE);
		await login(app, ONE);
		const database = await openTestDatabase(app.env.DATABASE_URL);
		const rows = await database.all<{ tokenHash: string }>('SELECT * FROM "Session"');
		expect(new Set(rows.map(({ tokenHash }) => tokenHash)).size).toBe(2);
		expect(JSON.stringify(rows)).not.toContain(ONE);
	});

	it('[A42] is not opened if no token is set, nor known to a token that is set later', async () => {
		const open = await startApp();
		expect(await login(open, '')).toBeNull();
		const response = await open.api('POST', '/login', 'token=anything&next=%2Fdeliveries', {
			'content-type': 'application/x-www-form-urlencoded',
			origin: open.url,
		});
		expect([response.status, response.headers.get('location')]).toEqual([303, '/deliveries']);
		const database = await openTestDatabase(open.env.DATABASE_URL);
		expect(await database.all('SELECT 1 FROM "Session"')).toEqual([]);
		await expectClosed(await restart(open, ONE), 'audena_session=anything');
	});

	it('[A42] is not opened with PROVIDER_TOKEN', async () => {
		const app = await startApp({ API_TOKEN: ONE, PROVIDER_TOKEN: OTHER });
		expect(await login(app, OTHER)).toBeNull();
	});
});
