import { describe, expect, it } from 'vitest';
import type { Problem } from '#contract';
import { createLog } from '#server/log.ts';
import { problemOf, startApp, type ApiResponse, type TestApp } from '#tests/support/app.ts';
import { manualClock } from '#tests/support/clock.ts';
import { expectProblem } from '#tests/support/problems.ts';
import { openFollowingTab, openTab } from '#tests/support/tab.ts';

const TOKEN = 'the-right-token';

const login = (app: TestApp, token: string, headers: Record<string, string> = {}): Promise<ApiResponse<unknown>> =>
	app.api('POST', '/login', new URLSearchParams({ token }).toString(), {
		'content-type': 'application/x-www-form-urlencoded',
		authorization: '',
		...headers,
	});
const read = (app: TestApp, token: string, headers: Record<string, string> = {}, path = '/api/calls') =>
	app.api('GET', path, undefined, { authorization: `Bearer ${token}`, ...headers });

/** Starts a server with a token behind one trusted proxy. Returns it with its clock and its log. */
async function start() {
	const clock = manualClock();
	const lines: string[] = [];
	const log = createLog('warn', { write: (line) => void lines.push(line) });
	const app = await startApp({ API_TOKEN: TOKEN, TRUST_PROXY: '1' }, { now: clock.now, log });
	return { app, clock, lines: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

describe('wrong tokens', () => {
	it('[A44] at the login are refused after twenty in a minute, also on loopback; sessions and other addresses are not', async () => {
		const { app, clock, lines } = await start();
		const cookie = (await login(app, TOKEN)).headers.get('set-cookie')!.split(';')[0]!;
		const responses = [];
		for (let i = 0; i < 60; i++) responses.push(await login(app, `guess ${i}`));
		expect(responses.slice(0, 20).map(problemOf)).toEqual(Array(20).fill([401, 'unauthorized']));
		for (const response of responses.slice(20)) {
			expectProblem(response, 'too_many_requests');
			expect(response.headers.get('retry-after')).toBe('60');
		}
		expectProblem(await login(app, TOKEN), 'too_many_requests');
		expectProblem(await read(app, TOKEN), 'too_many_requests');
		const page = await login(app, TOKEN, { accept: 'text/html,*/*' });
		expect([page.status, page.headers.get('location'), page.headers.get('set-cookie')]).toEqual([
			303,
			'/login?wait=60&next=%2F',
			null,
		]);
		expect((await app.api('GET', '/api/calls', undefined, { cookie, authorization: '' })).status).toBe(200);
		expect((await login(app, TOKEN, { 'x-forwarded-for': '192.0.2.1' })).status).toBe(303);
		expect((await read(app, TOKEN, { 'x-forwarded-for': '192.0.2.1' })).status).toBe(200);

		const { requestId } = responses[0]!.body as Problem;
		expect(lines()[0]).toMatchObject({ level: 40, address: '127.0.0.1', requestId, msg: 'wrong token' });
		expect(lines()).toHaveLength(20);
		expect(JSON.stringify(lines())).not.toMatch(/guess/);
		clock.advance(60_000);
		expect((await login(app, TOKEN)).status).toBe(303);
	});

	it('[A44] count together as Bearer tokens, on the event stream and on a socket', async () => {
		const { app, clock } = await start();
		const refusedTab = async (token: string): Promise<unknown> => {
			const tab = openTab(app, { token });
			const code = await new Promise<unknown>((resolve) => {
				tab.socket.once('connect_error', (error) => resolve((error as { data?: Problem }).data?.code));
				tab.socket.once('connect', () => resolve('connected'));
			});
			tab.close();
			return code;
		};
		for (let i = 0; i < 6; i++) expect(problemOf(await read(app, `rest ${i}`.replace(' ', '-')))[0]).toBe(401);
		for (let i = 0; i < 6; i++) expect(problemOf(await read(app, `stream-${i}`, {}, '/api/events'))[0]).toBe(401);
		for (let i = 0; i < 6; i++)
			expect(problemOf(await read(app, `provider-${i}`, {}, '/api/provider/calls'))[0]).toBe(401);
		expect(await refusedTab('socket-1')).toBe('unauthorized');
		expect(problemOf(await login(app, 'form-1'))[0]).toBe(401);
		expect(await refusedTab('socket-2')).toBe('too_many_requests');
		expect(await refusedTab(TOKEN)).toBe('too_many_requests');
		for (const path of ['/api/calls', '/api/events', '/api/nothing', '/api/provider/settings'])
			expectProblem(await read(app, TOKEN, {}, path), 'too_many_requests');
		clock.advance(60_000);
		await openFollowingTab(app, { token: TOKEN });
	});

	it('[A44] that a script repeats are refused after 200 times, and do not block the right token', async () => {
		const { app } = await start();
		const codes: number[] = [];
		for (let i = 0; i < 210; i++) codes.push((await read(app, 'an-old-token')).status);
		expect(codes.indexOf(429)).toBe(200);
		expect(new Set(codes.slice(200))).toEqual(new Set([429]));
		expect((await read(app, TOKEN)).status).toBe(200);
	});

	it('[A44] at the provider’s API are limited, and then its right token is refused too', async () => {
		const app = await startApp({ API_TOKEN: TOKEN, PROVIDER_TOKEN: 'the-provider-token' });
		const path = '/api/provider/calls';
		expect((await read(app, 'the-provider-token', {}, path)).status).toBe(200);
		expectProblem(await read(app, 'the-provider-token'), 'unauthorized');
		for (let i = 0; i < 20; i++) await read(app, `guess-${i}`, {}, path);
		for (const token of ['the-provider-token', TOKEN])
			expectProblem(await read(app, token, {}, path), 'too_many_requests');
	});

	it.each([[{}], [{ PROVIDER_TOKEN: 'the-provider-token' }]])(
		'[A44] do not block the app’s own requests to its provider, with %o',
		async (env) => {
			const app = await startApp({ API_TOKEN: TOKEN, TRUST_PROXY: '1', ...env });
			for (let i = 0; i < 21; i++) await login(app, `guess ${i}`);
			expectProblem(await read(app, TOKEN), 'too_many_requests');
			const away = { 'x-forwarded-for': '192.0.2.1', authorization: `Bearer ${TOKEN}` };
			const wanted = { customerName: 'Ada', phoneNumber: '+12025550100', workflow: 'SALES' };
			const { body } = await app.api<{ call: { id: string } }>('POST', '/api/calls', wanted, away);
			const { body: ended } = await app.api<{ call: { status: string } }>(
				'GET',
				`/api/calls/${body.call.id}/wait?timeout=60`,
				undefined,
				away,
			);
			expect(ended.call.status).toBe('COMPLETED');
		},
	);

	it('[A44] are not counted if no token is set', async () => {
		const app = await startApp();
		for (let i = 0; i < 30; i++) expect((await read(app, `guess-${i}`)).status).toBe(200);
		expect((await login(app, 'anything')).status).toBe(303);
	});
});
