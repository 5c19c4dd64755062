import { connect } from 'node:net';
import { once } from 'node:events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLog } from '#server/log.ts';
import type { TestApp } from '#tests/support/app.ts';
import { startPages } from '#tests/support/pages.ts';
import { rawExchange, rawRequest, readRaw } from '#tests/support/raw.ts';

/** Hostile requests to the built pages. raw-http.test.ts has those to the API. */

const TOKEN = 'a-token-for-the-hostile-tests';
const HTML = 'Accept: text/html';
const JSON_WANTED = 'Accept: application/json';
const URLENCODED = 'Content-Type: application/x-www-form-urlencoded';
const MULTIPART = 'Content-Type: multipart/form-data; boundary=x';

/** Starts a server with the pages. `lines` are the warnings and errors that it logs. */
async function start(env: Record<string, string> = {}): Promise<{ app: TestApp; lines: string[] }> {
	const lines: string[] = [];
	const log = createLog('warn', { write: (line) => void lines.push(line) });
	return { app: await startPages(env, { log }), lines };
}

/** Sends one raw request, with the origin of a form on our own pages. */
async function ask(app: TestApp, start: string, lines: string[] = [], body = ''): Promise<ReturnType<typeof readRaw>> {
	const all = [`Origin: ${app.url}`, ...lines];
	return readRaw(await rawExchange(app.url, rawRequest(app.url, start, all, body)));
}

/** Returns the problem's code, or the content type if the body is not a problem. */
function codeOf({ headers, body }: ReturnType<typeof readRaw>): string {
	const type = headers.get('content-type') ?? '';
	return type.startsWith('application/problem+json') ? (/"code":"(\w+)"/.exec(body)?.[1] ?? '') : type;
}

const expectAlive = async (app: TestApp): Promise<void> => expect((await fetch(`${app.url}/healthz`)).status).toBe(200);

const MALFORMED = [
	'/%',
	'/login%',
	'/a%2',
	'/%ff',
	'/%c0%af',
	'/%ed%a0%80',
	'//%',
	'/\\%',
	'/%/__data.json',
	'/_app/%',
];
/** Requests with hostile text in other parts than the path, such as headers that SvelteKit reads. */
const SIDEWAYS: [start: string, line: string][] = [
	['GET /_app/remote/a/b', 'x-sveltekit-pathname: %'],
	['GET /_app/remote/a/b', 'x-sveltekit-search: %'],
	['GET /', 'Host: localhost/%'],
	['GET http://x/%', 'Host: localhost'],
	['GET http://localhost/%', 'Host: localhost'],
	['OPTIONS *', 'Host: localhost'],
	['GET /', 'Cookie: theme=%; audena_session=%ff; =; ;;%'],
	['GET /favicon.svg', 'Range: bytes=100-50'],
];

for (const [name, env] of [
	['without a token', {}],
	['with one', { API_TOKEN: TOKEN }],
] as const)
	describe(`hostile requests ${name}`, () => {
		it('[HT1] malformed paths end no process: 404, and a browser gets the page', async () => {
			const { app, lines } = await start(env);
			for (const path of MALFORMED) {
				for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS']) {
					const response = await ask(app, `${method} ${path}`, [JSON_WANTED]);
					expect([method, path, response.status, codeOf(response)]).toEqual([method, path, 404, 'not_found']);
				}
				expect((await ask(app, `HEAD ${path}`)).status).toBe(404);
				// A page, the redirect to the login, or the error page.
				expect([200, 303, 404]).toContain((await ask(app, `GET ${path}`, [HTML])).status);
			}
			for (const [start, line] of SIDEWAYS) {
				const { status } = await ask(app, start, [line]);
				expect([start, line, status > 0 && status < 500]).toEqual([start, line, true]);
			}
			await expectAlive(app);
			expect(lines).toEqual([]);
		});

		it('[HT7] no raw bytes get a 5xx, log an error or end the server', { timeout: 120_000 }, async () => {
			const { app, lines } = await start(env);
			const piece = fc.constantFrom(
				'/',
				'//',
				'%',
				'%2',
				'%ff',
				'%00',
				'%2e%2e',
				'..',
				'\\',
				'?',
				'#',
				'api',
				'calls',
				'login',
				'?/create',
				'__data.json',
				'_app',
				'a',
				'*',
				'é',
				';',
			);
			const method = fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND');
			const target = fc.array(piece, { maxLength: 6 }).map((pieces) => `/${pieces.join('')}`);
			const line = fc.constantFrom(
				...[
					HTML,
					JSON_WANTED,
					'Accept: */*',
					URLENCODED,
					MULTIPART,
					'Content-Type: multipart/form-data',
					'Content-Type: text/plain',
				],
				...[
					'Content-Type: application/json',
					`${URLENCODED}; charset=utf-16`,
					'Transfer-Encoding: chunked',
					'Expect: 100-continue',
				],
				...[
					'Cookie: audena_session=x; theme=%',
					'Upgrade: h2c',
					'Range: bytes=9-1',
					'x-sveltekit-action: true',
					'Content-Encoding: gzip',
				],
			);
			const body = fc.oneof(
				fc.constantFrom('', 'a=%ff', 'a=%', 'customerName=J\xfcrgen', '--x\r\n', '{"a":', '0\r\n\r\n', 'zz\r\n'),
				fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
			);
			const request = fc.tuple(method, target, fc.uniqueArray(line, { maxLength: 4 }), body);
			await fc.assert(
				fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 5 }), async (requests) => {
					// Pipelined in one packet, after which the client ends its side.
					const bytes = requests.map(([verb, path, lines, text]) =>
						rawRequest(app.url, `${verb} ${path}`, lines, text).replace('Connection: close\r\n', ''),
					);
					const text = await halfClosed(app, bytes.join(''));
					expect(text.match(/HTTP\/1\.1 5\d\d/g)).toBeNull();
				}),
				{ numRuns: 150 },
			);
			await expectAlive(app);
			// A random request may be a login with a wrong token, which the server logs.
			expect(lines.filter((line) => !line.includes('"msg":"wrong token'))).toEqual([]);
		});
	});

/** Sends these bytes and ends this side. Returns everything received. */
async function halfClosed({ url }: TestApp, bytes: string): Promise<string> {
	const socket = connect(Number(new URL(url).port), '127.0.0.1');
	let text = '';
	socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
	socket.on('error', () => undefined); // a cut connection may raise an error
	const closed = new Promise((resolve) => socket.once('close', resolve));
	socket.end(Buffer.from(bytes, 'latin1'));
	await closed;
	return text;
}

describe('outside /api with a token', () => {
	it('[HT8] only a browser that asks for a page is led to the login', async () => {
		const { app } = await start({ API_TOKEN: TOKEN });
		const call = JSON.stringify({ customerName: 'Ada', phoneNumber: '+12025550100', workflow: 'SALES' });
		for (const [path, status, code] of [
			['//api/calls', 404, 'not_found'],
			['/foo', 404, 'not_found'],
			['/calls', 404, 'not_found'],
			['/', 401, 'unauthorized'],
			['/deliveries', 401, 'unauthorized'],
		] as const)
			for (const accept of [JSON_WANTED, 'Accept: */*', 'X-No-Accept: 1'])
				for (const token of [[], [`Authorization: Bearer ${TOKEN}`]]) {
					const lines = [accept, 'Content-Type: application/json', ...token];
					const response = await ask(app, `POST ${path}`, lines, call);
					expect([path, accept, response.status, codeOf(response)]).toEqual([path, accept, status, code]);
				}
		expect((await ask(app, 'POST /?/create', [HTML, URLENCODED], 'customerName=Ada')).status).toBe(401);
		for (const accept of [JSON_WANTED, 'Accept: */*']) {
			expect(codeOf(await ask(app, 'GET /deliveries', [accept]))).toBe('unauthorized');
			expect(codeOf(await ask(app, 'GET //api/calls', [accept]))).toBe('not_found');
		}
		const { status, headers } = await ask(app, 'GET /deliveries?state=dead', [HTML]);
		expect([status, headers.get('location')]).toEqual([303, '/login?next=%2Fdeliveries%3Fstate%3Ddead']);
	});
});

it('[HT8] without a token a path that is no page is 404, for scripts as problem details', async () => {
	const { app } = await start();
	for (const path of ['//api/calls', '/foo', '/calls', '/logout/x'])
		for (const method of ['GET', 'POST', 'PUT', 'DELETE']) {
			const response = await ask(app, `${method} ${path}`, [JSON_WANTED, 'Content-Type: application/json'], '{}');
			expect([method, path, response.status, codeOf(response)]).toEqual([method, path, 404, 'not_found']);
		}
	expect((await ask(app, 'POST /foo', [HTML, URLENCODED], 'a=b')).status).toBe(404);
	expect((await ask(app, 'GET /foo', [HTML])).body).toContain('<main');
});

it('[HT9] pages and files refuse other methods with 405 and Allow', async () => {
	const { app } = await start();
	const known: [path: string, allow: string][] = [
		['/', 'GET, HEAD, POST, OPTIONS'],
		['/deliveries', 'GET, HEAD, OPTIONS'],
		['/login', 'GET, HEAD, POST, OPTIONS'],
		['/import', 'GET, HEAD, OPTIONS'],
		['/proxies', 'GET, HEAD, OPTIONS'],
		['/logout', 'POST, OPTIONS'],
		['/favicon.svg', 'GET, HEAD'],
		['/favicon%2Esvg', 'GET, HEAD'],
		['/favicon.svg/', 'GET, HEAD'],
		['/__data.json', 'GET, HEAD'],
		['/deliveries/__data.json', 'GET, HEAD'],
	];
	for (const [path, allow] of known)
		for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
			if (allow.includes(method)) continue;
			const response = await ask(app, `${method} ${path}`, [JSON_WANTED]);
			expect([method, path, response.status, codeOf(response)]).toEqual([method, path, 405, 'method_not_allowed']);
			expect([path, response.headers.get('allow')]).toEqual([path, allow]);
			const browser = await ask(app, `${method} ${path}`, [HTML]);
			expect([path, browser.status, browser.headers.get('allow')]).toEqual([path, 405, allow]);
		}
	for (const path of ['/', '/deliveries', '/nowhere'])
		expect([path, (await ask(app, `TRACE ${path}`, [HTML])).status]).toEqual([path, 405]);
});

it('[HT22] a form that cannot be read is refused with its status, stores nothing and is no error', async () => {
	const { app, lines } = await start();
	const fields = 'country=US&phoneNumber=2025550100&workflow=SALES&when=now';
	const part = (name: string, value: string): string =>
		`--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
	const parts = `${part('customerName', 'Ren\xe9')}${part('country', 'US')}${part('phoneNumber', '2025550100')}${part('workflow', 'SALES')}--x--\r\n`;
	const refused: [status: number, code: string, type: string, body: string][] = [
		[400, 'invalid_input', MULTIPART, 'garbage'],
		[400, 'invalid_input', MULTIPART, '--x\r\nbad'],
		[400, 'invalid_input', MULTIPART, part('customerName', 'cut off')],
		[400, 'invalid_input', 'Content-Type: multipart/form-data', parts],
		[400, 'invalid_input', MULTIPART, parts],
		[400, 'invalid_input', URLENCODED, `customerName=Ren\xe9&${fields}`],
		[400, 'invalid_input', URLENCODED, `customerName=Ren%e9&${fields}`],
		[400, 'invalid_input', URLENCODED, `customerName=Ren%c0%af&${fields}`],
		[400, 'invalid_input', URLENCODED, `customerName=Ren%ed%a0%80&${fields}`],
		[400, 'invalid_input', URLENCODED, `customerName=50%&${fields}`],
		[415, 'unsupported_media_type', `${URLENCODED}; charset=iso-8859-1`, `customerName=Rene&${fields}`],
		[415, 'unsupported_media_type', 'Content-Type: text/plain', fields],
		[415, 'unsupported_media_type', 'Content-Type: application/json', '{}'],
		[413, 'body_too_large', URLENCODED, `customerName=${'x'.repeat(530_000)}`],
	];
	for (const [status, code, type, body] of refused) {
		const script = await ask(app, 'POST /?/create', [JSON_WANTED, type], body);
		expect([body.slice(0, 40), script.status, codeOf(script)]).toEqual([body.slice(0, 40), status, code]);
		expect((await ask(app, 'POST /?/create', [HTML, type], body)).status).toBe(status);
		expect((await ask(app, 'POST /deliveries?/redeliver', [HTML, type], body)).status).toBe(status);
	}
	for (const action of ['/?/default', '/?/nothing'])
		expect((await ask(app, `POST ${action}`, [HTML, URLENCODED], 'a=b')).status).toBe(404);
	expect((await app.list()).calls).toEqual([]);
	expect(lines).toEqual([]);

	const good = await ask(app, 'POST /?/create', [HTML, URLENCODED], `customerName=J%C3%BCrgen+M&${fields}`);
	expect(good.status).toBe(303);
	const { calls } = await app.list();
	expect(calls.map(({ customerName }) => customerName)).toEqual(['Jürgen M']);
});

it('[HT30] a form whose client leaves in the middle is no error', async () => {
	const { app, lines } = await start();
	const { port, host } = new URL(app.url);
	for (const type of [URLENCODED, MULTIPART])
		for (const length of ['Content-Length: 1000', 'Transfer-Encoding: chunked']) {
			const socket = connect(Number(port), '127.0.0.1');
			const lines = [`Host: ${host}`, `Origin: ${app.url}`, HTML, type, length, 'Expect: 100-continue'];
			socket.write(`POST /?/create HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n5\r\nhello`);
			await once(socket, 'data'); // 100 Continue: the server waits for the body
			const closed = once(socket, 'close');
			socket.destroy();
			await closed;
		}
	await expectAlive(app);
	await app.close();
	expect(lines).toEqual([]);
});
