import { describe, expect, it } from 'vitest';
import type { TestApp } from '#tests/support/app.ts';
import { sendCall, deliveriesOf } from '#tests/support/deliveries.ts';
import { SOON } from '#tests/support/soon.ts';
import { openPage, startPages, textOf } from '#tests/support/pages.ts';
import { startReceiver } from '#tests/support/receiver.ts';
import { run } from '#tests/support/shell.ts';
import { FAR_FUTURE } from '#tests/support/trace.ts';

/** Tests the pages as the server renders and sends them. tests/e2e tests the pages in a browser. */

const TOKEN = 'a-token-for-the-pages';

/** Logs in. Returns the session's cookie. */
async function logIn(app: TestApp): Promise<string> {
	const { headers } = await app.api('POST', '/login', `token=${TOKEN}`, {
		'content-type': 'application/x-www-form-urlencoded',
		authorization: '',
		origin: app.url,
	});
	return headers.get('set-cookie')!.split(';')[0]!;
}

it('[D18] every page has the same frame: the section, the connection, the theme; an error page also names its request', async () => {
	const app = await startPages();
	for (const [path, status, current] of [
		['/', 200, 'page'],
		['/deliveries', 200, undefined],
		['/import', 200, 'true'],
		['/nowhere', 404, undefined],
		['/nowhere/else?limit=no', 404, undefined],
		['/?limit=no', 400, 'page'],
		['/deliveries?code=no', 400, undefined],
	] as const) {
		const { status: got, headers, body } = await openPage(app, path);
		expect([path, got]).toEqual([path, status]);
		const [, nav = ''] = /<nav aria-label="Main"[^>]*>(.*?)<\/nav>/s.exec(body) ?? [];
		const calls = /<a href="\/"[^>]*>/.exec(nav)?.[0] ?? '';
		expect([path, calls !== '', /aria-current="(\w+)"/.exec(calls)?.[1]]).toEqual([path, true, current]);
		for (const part of ['aria-label="Audena: all calls"', 'Connection:', 'aria-label="Theme: '])
			expect(body, path).toContain(part);
		if (status !== 200) expect(textOf(body), path).toContain(`Request ${headers.get('x-request-id')!}`);
	}
});

it('[D3] an address with wrong filters says what is wrong with them', async () => {
	const app = await startPages();
	for (const [query, words] of [
		['?status=DONE&limit=no', 'status: Choose one of PENDING, COMPLETED, FAILED. limit must be'],
		['?q=a&q=b', 'q may appear only once.'],
		['?page=x', 'Request the list without a page token first.'],
	] as const) {
		const { status, body } = await openPage(app, `/${query}`);
		expect([query, status]).toEqual([query, 400]);
		expect(textOf(body)).toContain('This address is invalid');
		expect(textOf(body)).toContain(words);
	}
});

it('[D76] the tabs of the deliveries page count what its other filters show, and the badge counts all dead letters', async () => {
	const app = await startPages({ PROVIDER_SPEED: '1000' });
	const receiver = await startReceiver((response, { path }) => response.writeHead(path === '/dead' ? 500 : 200).end());
	const ended = async (callId: string, path: string, state: string): Promise<number> => {
		await sendCall(app, `${receiver.url}${path}`, { callId });
		const states = async (): Promise<Set<string>> => new Set((await deliveriesOf(app, callId)).map((one) => one.state));
		await expect.poll(states, SOON).toEqual(new Set([state]));
		return (await deliveriesOf(app, callId)).length;
	};
	const first = await ended('first-call', '/dead', 'dead');
	const other = await ended('other-call', '/dead', 'dead');
	await ended('arrived-call', '/', 'delivered');
	for (const [query, count] of [
		['', first + other],
		['?callId=first-call', first],
		['?state=delivered&callId=first-call', first],
		['?code=500&callId=other-call', other],
		['?code=503', 0],
	] as const) {
		const { body } = await openPage(app, `/deliveries${query}`);
		const [tabs, main] = ['By state', 'Main'].map((name) =>
			textOf(new RegExp(`<nav aria-label="${name}"[^>]*>(.*?)</nav>`, 's').exec(body)?.[1] ?? ''),
		);
		expect([query, tabs]).toEqual([
			query,
			expect.stringMatching(RegExp(`Pending\\s*0\\s*Failed\\s*${count}\\s*Delivered`)),
		]);
		expect([query, main]).toEqual([query, expect.stringContaining(`${first + other} failed in total`)]);
	}
});

it('[D40] the proxy notes need no token and load no script', async () => {
	const app = await startPages({ API_TOKEN: TOKEN });
	const { status, body } = await openPage(app, '/proxies');
	expect(status).toBe(200);
	for (const head of ['Proxy notes', 'What the proxy must do', 'What to set on the server', 'How to check it'])
		expect(body).toContain(`${head}</h`);
	expect(body).not.toMatch(/<script|modulepreload|\.js\b/);
});

describe('a command to copy', () => {
	const commandOf = async (app: TestApp, headers: Record<string, string> = {}): Promise<string> =>
		textOf((await openPage(app, '/', headers)).body);

	it('[D73] on a page without a script names the address of a trusted proxy', async () => {
		const app = await startPages({ TRUST_PROXY: '1' });
		expect(await commandOf(app)).toContain(`curl '${app.url}/api/calls'`);
		const secure = app.url.replace('http:', 'https:');
		expect(await commandOf(app, { 'x-forwarded-proto': 'https' })).toContain(`curl '${secure}/api/calls'`);
	});

	it('[D73] believes no header about the address without a trusted proxy', async () => {
		const app = await startPages();
		const headers = { 'x-forwarded-proto': 'https', 'x-audena-origin': 'https://evil.example' };
		expect(await commandOf(app, headers)).toContain(`curl '${app.url}/api/calls'`);
	});

	it('[D73] of the proxy notes works', async () => {
		const app = await startPages();
		const { body } = await openPage(app, '/proxies');
		const [, commands = ''] =
			/<pre[^>]*aria-label="Two commands that check the proxy"[^>]*>(.*?)<\/pre>/s.exec(body) ?? [];
		const [upgrade = '', stream = ''] = textOf(commands)
			.replaceAll('https://calls.example.com', app.url)
			.split('\ncurl -sN');
		// Each command ends by its time limit, which curl reports as a failure.
		const [first, second] = await Promise.all([run(upgrade), run(`curl -sN${stream} || true`)]);
		expect(first).toContain('101 Switching Protocols');
		expect(second).toContain('event: sync');
	});
});

describe('pages with data', () => {
	const PAGES = ['/', '/?q=rosa', '/deliveries', '/import', '/__data.json', '/deliveries/__data.json', '/nowhere'];

	it('[A43] are stored by no cache, and built scripts are', async () => {
		const app = await startPages({ API_TOKEN: TOKEN });
		await app.create({ customerName: 'Rosa', scheduledAt: FAR_FUTURE });
		const cached = async (path: string, headers: Record<string, string>): Promise<string | null> =>
			(await app.api('GET', path, undefined, { authorization: '', ...headers })).headers.get('cache-control');
		const closed = [...PAGES, '/login', '/login?wrong=1', '/api/calls', '/api/nothing', '/api/calls/export'];
		for (const path of closed)
			expect([path, await cached(path, {})]).toEqual([path, expect.stringContaining('no-store')]);

		const cookie = await logIn(app);
		for (const path of [...PAGES, '/?status=DONE', '/?page=x', '/login', '/api/calls', '/api/calls/export'])
			expect([path, await cached(path, { cookie })]).toEqual([path, expect.stringContaining('no-store')]);
		const { body } = await openPage(app, '/', { cookie });
		const script = /\bimport\("([^"]+\.js)"\)/.exec(body)?.[1] ?? '';
		expect(await cached(new URL(script, app.url).pathname, {})).toContain('immutable');
	});

	it('[D15] do not contain the token, and neither does the cookie', async () => {
		const app = await startPages({ API_TOKEN: TOKEN });
		await app.create({ customerName: 'Rosa', scheduledAt: FAR_FUTURE });
		const cookie = await logIn(app);
		expect(cookie).not.toContain(TOKEN);
		for (const path of [...PAGES, '/login', '/login?wrong=1', '/proxies', '/api/calls', '/api/calls/export']) {
			const { body } = await app.api('GET', path, undefined, { authorization: '', cookie });
			expect([path, JSON.stringify(body).includes(TOKEN)]).toEqual([path, false]);
		}
		expect(textOf((await openPage(app, '/', { cookie })).body)).toContain('Rosa');
	});
});
