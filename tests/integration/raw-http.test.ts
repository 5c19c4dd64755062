import { createConnection } from 'node:net';
import { once } from 'node:events';
import { gzipSync } from 'node:zlib';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Problem, WEBHOOK_PATH, type Call } from '#contract';
import { startApp, type ApiResponse, type TestApp } from '#tests/support/app.ts';
import { endpointsOf } from '#tests/support/doors.ts';
import { expectProblem } from '#tests/support/problems.ts';
import { environment, startProcess, startServer } from '#tests/support/process.ts';
import { rawExchange, rawRequest, readRaw } from '#tests/support/raw.ts';
import { FAR_FUTURE, expectNoEffect } from '#tests/support/trace.ts';

const TOKEN = 'the-api-token';
const GOOD = { customerName: 'Ada', phoneNumber: '+12025550100', workflow: 'SALES', scheduledAt: FAR_FUTURE };
const JSON_TYPE = 'Content-Type: application/json';

async function ask(url: string, start: string, lines: string[] = [], body = ''): Promise<ApiResponse<unknown>> {
	const { status, headers, body: bytes } = readRaw(await rawExchange(url, rawRequest(url, start, lines, body)));
	const text = Buffer.from(bytes, 'latin1').toString();
	const isJson = /json/.test(headers.get('content-type') ?? '') && text !== '';
	return { status, headers, body: isJson ? (JSON.parse(text) as unknown) : text };
}

describe('a request target', () => {
	it.each([[{}], [{ API_TOKEN: TOKEN }]])('[HT1] with a malformed percent-encoding is 404, with %o', async (env) => {
		const app = await startApp(env);
		const paths = [
			'/%',
			'/login%',
			'/a%2',
			'/%ff',
			'/%c0%af',
			'/%ed%a0%80',
			'/api/calls/%',
			'/healthz%',
			'//%',
			'/%?a=b',
		];
		for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS'])
			for (const path of paths) expectProblem(await ask(app.url, `${method} ${path}`), 'not_found');
		for (const path of paths) expect((await ask(app.url, `HEAD ${path}`)).status).toBe(404);
		expect((await app.api('GET', '/healthz')).status).toBe(200);
	});

	it('[HT2] in absolute form is read as its path and its host, and a target that is not a path is 404', async () => {
		const app = await startApp();
		const { host } = new URL(app.url);
		expect((await ask(app.url, `GET http://${host}/healthz?`)).status).toBe(200);
		expect((await ask(app.url, `POST http://${host}/api/calls`, [JSON_TYPE], JSON.stringify(GOOD))).status).toBe(201);
		expectProblem(await ask(app.url, `GET http://${host}/%`), 'not_found');
		expectProblem(await ask(app.url, 'GET http://elsewhere.test/api/calls'), 'host_not_allowed');
		for (const line of ['GET *', 'OPTIONS *']) expectProblem(await ask(app.url, line), 'not_found');
	});

	it('[HT2] with a fragment is 404 and deletes nothing, also for a browser', async () => {
		const app = await startApp();
		await app.create({ run: 'a', scheduledAt: FAR_FUTURE });
		await expectNoEffect(app, async () => {
			for (const path of ['/api/calls/#x', '/api/calls/#', '/api/calls#run=a', '/api/calls?run=a#'])
				for (const target of [path, `http://${new URL(app.url).host}${path}`])
					for (const accept of ['Accept: application/json', 'Accept: text/html'])
						expectProblem(await ask(app.url, `DELETE ${target}`, [accept]), 'not_found');
		});
	});

	it('[HT3] with a Host that has more than a host and a port is 403', async () => {
		const app = await startApp();
		for (const host of [
			'localhost/%',
			'localhost/login?',
			'localhost#',
			'localhost\\x',
			'x@127.0.0.1',
			'127.0.0.1@x',
			'a b',
			'[::1',
		])
			expectProblem(await ask(app.url, 'GET /api/calls', [`Host: ${host}`]), 'host_not_allowed');
	});

	it('[HT4] with an upgrade that is not for Socket.IO runs as if it had none', async () => {
		const app = await startApp();
		const upgrading = (protocol: string) => ['Connection: Upgrade, HTTP2-Settings', `Upgrade: ${protocol}`];
		const body = JSON.stringify({ customerName: 'Ada', phoneNumber: '+12025550100', workflow: 'SALES' });
		for (const [line, protocol, status, text] of [
			['GET /healthz', 'h2c', 200, ''],
			['GET /healthz', 'websocket', 200, ''],
			['GET /%', 'websocket', 404, ''],
			['GET //socket.io/', 'websocket', 404, ''],
			['POST /api/calls', 'h2c', 201, body],
		] as const) {
			const lines = [...upgrading(protocol), 'HTTP2-Settings: AAMAAABk', 'Content-Type: application/json'];
			// A second request follows on the same connection. The last response must be for the second request.
			const bytes =
				rawRequest(app.url, line, lines, text).replace('Connection: close\r\n', '') +
				rawRequest(app.url, 'GET /api/calls?limit=1');
			const responses = (await rawExchange(app.url, bytes)).split(/(?=HTTP\/1\.1 )/);
			expect([line, responses.map((response) => readRaw(response).status)]).toEqual([line, [status, 200]]);
		}
		expect((await app.list()).calls.map(({ customerName }) => customerName)).toEqual(['Ada']);
	});

	it('[HT4] with an upgrade behind an unfinished response ends the connection', async () => {
		const app = await startApp();
		const first = rawRequest(app.url, 'GET /api/calls').replace('Connection: close\r\n', '');
		const second = rawRequest(app.url, 'GET /healthz', ['Upgrade: h2c']).replace('close', 'Upgrade');
		const responses = (await rawExchange(app.url, first + second)).split(/(?=HTTP\/1\.1 )/).filter(Boolean);
		expect(responses.map((response) => response.includes('"calls"'))).toEqual(responses.map((_, i) => i === 0));
		expect((await app.api('GET', '/healthz')).status).toBe(200);
	});
});

describe('bytes that are not a request', () => {
	it('[R6] get a problem with a request id, and end the connection', async () => {
		const app = await startApp();
		const chunked = (body: string): string =>
			rawRequest(app.url, 'POST /api/calls', [JSON_TYPE, 'Transfer-Encoding: chunked']) + body;
		for (const [bytes, code] of [
			['HELLO\r\n\r\n', 'malformed_request'],
			['GET / HTTP/9.9\r\n\r\n', 'malformed_request'],
			['GET / HTTP/1.1\r\nno colon\r\n\r\n', 'malformed_request'],
			[chunked('zz\r\n'), 'malformed_request'],
			[chunked(`1;${'x'.repeat(20_000)}\r\n`), 'body_too_large'],
			[rawRequest(app.url, 'GET /healthz', [`X-Long: ${'x'.repeat(17_000)}`]), 'headers_too_large'],
		] as const) {
			const { status, headers, body } = readRaw(await rawExchange(app.url, bytes));
			expectProblem({ status, headers, body: JSON.parse(body) as unknown }, code);
		}
	});

	it('[R6] behind a request end the connection, and no response takes the place of another', async () => {
		const app = await startApp();
		const first = rawRequest(app.url, 'GET /healthz').replace('Connection: close\r\n', '');
		const received = await rawExchange(app.url, `${first}HELLO\r\n\r\n`);
		const statuses = received
			.split(/(?=HTTP\/1\.1 )/)
			.filter(Boolean)
			.map((response) => readRaw(response).status);
		// The connection may close before either response, but none takes the place of another.
		expect(statuses).toEqual([200, 400].slice(0, statuses.length));
		expect((await app.api('GET', '/healthz')).status).toBe(200);
	});
});

describe('methods', () => {
	it('[HT5] that a path does not know are 405 with Allow, on every route; OPTIONS says the same', async () => {
		const app = await startApp();
		const known = new Map<string, Set<string>>([
			...['/api/stats', '/api/events', '/api/calls/export'].map((path) => [path, new Set(['GET'])] as const),
			...['/api/calls/batch', '/login', '/logout'].map((path) => [path, new Set(['POST'])] as const),
		]);
		known.get('/login')?.add('GET');
		for (const [method, full] of await endpointsOf(app)) {
			const path = full.split('?')[0]!;
			known.set(path, (known.get(path) ?? new Set()).add(method));
		}
		// Adds all methods of a call's path, for every call in the table.
		for (const [path, methods] of known)
			if (/^\/api\/calls\/[0-9a-f-]{36}$/.test(path))
				for (const method of ['GET', 'PATCH', 'DELETE']) methods.add(method);
		for (const [path, methods] of known) {
			if (methods.has('GET')) methods.add('HEAD');
			methods.add('OPTIONS');
			for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND']) {
				if (methods.has(method)) continue;
				const response = await app.api(method, path);
				expect([method, path, response.status]).toEqual([method, path, 405]);
				expectProblem(response, 'method_not_allowed');
				expect(new Set(response.headers.get('allow')?.split(', '))).toEqual(methods);
			}
			const { status, headers } = await app.api('OPTIONS', path);
			expect([path, status, new Set(headers.get('allow')?.split(', '))]).toEqual([path, 204, methods]);
		}
	});

	it('[HT5] is 401 without the token, and HEAD is supported wherever GET is', async () => {
		const app = await startApp({ API_TOKEN: TOKEN });
		for (const path of ['/api/calls', '/api/nothing', '/api'])
			expectProblem(await app.api('PUT', path, undefined, { authorization: '' }), 'unauthorized');
		for (const path of ['/healthz', '/readyz', '/api/calls', '/api/stats', '/api/deliveries', '/api/provider/settings'])
			expect([path, (await ask(app.url, `HEAD ${path}`, [`Authorization: Bearer ${TOKEN}`])).status]).toEqual([
				path,
				200,
			]);
	});

	it('[HT6] an unknown path outside /api is 404 as problem details, and a trailing slash on an API path changes nothing', async () => {
		const app = await startApp();
		for (const path of ['//api/calls', '/foo', '/api%2Fcalls', '/calls', '/'])
			expectProblem(await ask(app.url, `POST ${path}`, [JSON_TYPE], JSON.stringify(GOOD)), 'not_found');
		expect((await app.list()).calls).toEqual([]);
		expect((await app.api('POST', '/api/calls/', GOOD)).status).toBe(201);
		expect((await app.list('/')).calls).toHaveLength(1);
	});
});

describe('pipelined requests', () => {
	it('[HT10] run in order, one after another, with their bodies', async () => {
		const app = await startApp();
		const body = (i: number): string => JSON.stringify({ ...GOOD, customerName: `Ada ${i}` });
		const post = (i: number): string =>
			rawRequest(app.url, 'POST /api/calls', [JSON_TYPE], body(i)).replace('Connection: close\r\n', '');
		const many = Array.from({ length: 30 }, (_, i) => post(i)).join('');
		const text = await rawExchange(app.url, many + rawRequest(app.url, 'GET /healthz'));
		expect(text.match(/HTTP\/1\.1 201 /g)).toHaveLength(30);
		expect(text).toContain('{"status":"ok"}');
		const { calls } = await app.list('?order=oldest');
		expect(calls.map(({ customerName }) => customerName)).toEqual(Array.from({ length: 30 }, (_, i) => `Ada ${i}`));
	});

	it('[HT11] above the limit close the connection: of a thousand creations almost none happen, and other clients are served', async () => {
		const app = await startApp();
		const post = rawRequest(app.url, 'POST /api/calls', [JSON_TYPE], JSON.stringify(GOOD)).replace(
			'Connection: close\r\n',
			'',
		);
		const { hostname, port } = new URL(app.url);
		const socket = createConnection(Number(port), hostname);
		onTestFinished(() => void socket.destroy());
		socket.on('error', () => undefined); // a cut connection may raise an error
		const closed = new Promise((resolve) => socket.once('close', resolve));
		socket.write(post.repeat(1_000));
		socket.resume();
		await closed;
		expect((await app.api('GET', '/healthz')).status).toBe(200);
		expect((await app.list('?limit=200')).calls.length).toBeLessThan(65);
	});
});

describe('connections', () => {
	it('[HT12] stay open for longer than load balancers keep them, and a stop closes idle ones at once', async () => {
		const app = await startApp();
		const { hostname, port } = new URL(app.url);
		const socket = createConnection(Number(port), hostname);
		socket.write(`GET /healthz HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`);
		const [chunk] = (await once(socket, 'data')) as [Buffer];
		expect(Number(/^Keep-Alive: timeout=(\d+)/m.exec(chunk.toString())?.[1])).toBeGreaterThan(60);
		const closed = once(socket, 'close');
		await Promise.all([app.close(), closed]);
	});
});

/** Bytes that are not UTF-8: Latin-1, truncated, overlong, a lone surrogate, past the last code point. */
const NOT_UTF8 = [
	'J\xfcrgen',
	'Ad\xc3',
	'a\xc0\xafb',
	'a\xe0\x80\xafb',
	'x\xed\xa0\xbdx',
	'\xf4\x90\x80\x80',
	'\xff\xfe',
];

describe('a body', () => {
	/** Every route that reads JSON, with a body that contains `text`. */
	const routes = (id: string): [start: string, body: (text: string) => string][] => [
		['POST /api/calls', (text) => JSON.stringify({ ...GOOD, customerName: text })],
		['POST /api/calls/batch', (text) => JSON.stringify({ calls: [{ ...GOOD, run: text }] })],
		[`PATCH /api/calls/${id}`, (text) => JSON.stringify({ status: 'COMPLETED', reason: text })],
		['POST /api/deliveries/redeliver', (text) => JSON.stringify({ filter: { q: text }, dryRun: true })],
		[
			'POST /api/provider/send-call',
			(text) => JSON.stringify({ callId: text, phoneNumber: '+12025550100', workflow: 'SALES' }),
		],
		['POST /api/provider/calls/sim_x/cancel', (text) => JSON.stringify({ reason: text })],
		['PUT /api/provider/settings', (text) => JSON.stringify({ seed: text })],
	];

	it('[HT20] that is not UTF-8 is 400 on every route, and nothing is stored', async () => {
		const app = await startApp();
		const { id } = await app.create({ scheduledAt: FAR_FUTURE });
		await expectNoEffect(app, async () => {
			for (const [start, bodyOf] of routes(id))
				for (const text of NOT_UTF8) {
					const response = await ask(app.url, start, [JSON_TYPE], bodyOf(text));
					expectProblem(response, 'invalid_json');
					expect((response.body as Problem).detail).toContain('UTF-8');
				}
		});
	});

	it('[HT20] that is not UTF-8 is refused compressed, under another charset and in a login', async () => {
		const app = await startApp({ API_TOKEN: TOKEN });
		const auth = `Authorization: Bearer ${TOKEN}`;
		const packed = gzipSync(Buffer.from(JSON.stringify({ ...GOOD, customerName: 'J\xfcrgen' }), 'latin1')).toString(
			'latin1',
		);
		const gzipped = [auth, JSON_TYPE, 'Content-Encoding: gzip'];
		expectProblem(await ask(app.url, 'POST /api/calls', gzipped, packed), 'invalid_json');
		for (const charset of ['iso-8859-1', 'windows-1252', 'utf-16', 'utf-16le', 'utf-7', 'utf-32', 'nonsense']) {
			const lines = [auth, `${JSON_TYPE}; charset=${charset}`];
			expectProblem(await ask(app.url, 'POST /api/calls', lines, JSON.stringify(GOOD)), 'unsupported_media_type');
		}
		const form = 'Content-Type: application/x-www-form-urlencoded';
		for (const text of NOT_UTF8)
			expectProblem(await ask(app.url, 'POST /login', [form], `token=${text}`), 'invalid_json');
		const latin = `${form}; charset=iso-8859-1`;
		expectProblem(await ask(app.url, 'POST /login', [latin], `token=${TOKEN}`), 'unsupported_media_type');
		expect((await app.list()).calls).toEqual([]);
	});

	it('[HT20] of a webhook that is not UTF-8 is 400 once its signature is valid', async () => {
		const app = await startApp();
		const { id } = await app.create({ scheduledAt: FAR_FUTURE });
		await expectNoEffect(app, async () => {
			for (const text of NOT_UTF8) {
				const body = JSON.stringify({ callId: id, providerId: 'p', status: 'PENDING', phase: 'RINGING', note: text });
				const bytes = Buffer.from(body, 'latin1');
				const at = new Date();
				const lines = [
					...[JSON_TYPE, 'webhook-id: msg_1', `webhook-timestamp: ${Math.floor(at.getTime() / 1_000)}`],
					`webhook-signature: ${sign(app, at, bytes)}`,
				];
				expectProblem(await ask(app.url, `POST ${WEBHOOK_PATH}`, lines, body), 'invalid_json');
			}
		});
	});

	it('[HT21] in UTF-8 is accepted with a byte order mark, its charset in any case, and characters of every plane', async () => {
		const app = await startApp();
		const names = ['Jürgen', '😀 Ada', '李小龍'];
		for (const customerName of names) {
			const body = Buffer.from(`\ufeff${JSON.stringify({ ...GOOD, customerName })}`).toString('latin1');
			const response = await ask(app.url, 'POST /api/calls', [`${JSON_TYPE}; charset=UTF-8`], body);
			expect([response.status, (response.body as { call: Call }).call.customerName]).toEqual([201, customerName]);
		}
		const broken = JSON.stringify({ ...GOOD, customerName: 'Ada' }).replace('Ada', 'Ad\\ud83d');
		expectProblem(await ask(app.url, 'POST /api/calls', [JSON_TYPE], broken), 'invalid_input');
	});
});

const sign = (app: TestApp, at: Date, bytes: Buffer): string => {
	// Signs the bytes unchanged, because they may not be valid UTF-8.
	return new Webhook(app.secret).sign('msg_1', at, bytes);
};

describe('the log', () => {
	it('[HT30] has no error for an upload that its client breaks off', { timeout: 120_000 }, async () => {
		const server = await startServer(await environment({ LOG_LEVEL: 'warn' }));
		const url = await server.url;
		const { hostname, port, host } = new URL(url);
		for (const lines of ['Content-Length: 1000', 'Transfer-Encoding: chunked'])
			for (const path of ['/api/calls', '/api/calls/batch', WEBHOOK_PATH, '/login']) {
				const type = path === '/login' ? 'application/x-www-form-urlencoded' : 'application/json';
				const socket = createConnection(Number(port), hostname);
				socket.write(
					`POST ${path} HTTP/1.1\r\nHost: ${host}\r\nExpect: 100-continue\r\nContent-Type: ${type}\r\n${lines}\r\n\r\n5\r\n{"a":`,
				);
				await once(socket, 'data'); // 100 Continue: the server waits for the body
				const closed = once(socket, 'close');
				socket.destroy();
				await closed;
			}
		expect((await fetch(`${url}/healthz`)).status).toBe(200);
		const { code, stdout, stderr } = await server.kill('SIGTERM');
		expect([code, stderr, stdout.trim().split('\n').slice(1)]).toEqual([0, '', []]);
	});
});

describe('an error that reaches no handler', () => {
	it.each([
		['a rejection', 'SIGUSR2'],
		['an exception', 'SIGHUP'],
	] as const)(
		'[HT31] %s is logged and stops the server in order, with exit code 1',
		{ timeout: 120_000 },
		async (_kind, signal) => {
			const env = await environment({ LOG_LEVEL: 'error' });
			const server = await startProcess('tests/support/serve-failing.ts', env);
			const url = await server.url;
			const body = JSON.stringify(GOOD);
			const created = await fetch(`${url}/api/calls`, {
				method: 'POST',
				headers: { 'content-type': 'application/json' },
				body,
			});
			const { call } = (await created.json()) as { call: Call };
			const socket = createConnection(Number(new URL(url).port), '127.0.0.1');
			socket.write(`GET /api/calls/${call.id}/wait HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
			let text = '';
			socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
			const closed = once(socket, 'close');
			await fetch(`${url}/healthz`); // by then the wait is under way
			const { code, stdout } = await server.kill(signal);
			expect(code).toBe(1);
			const logged = stdout
				.trim()
				.split('\n')
				.slice(1)
				.map((line) => JSON.parse(line) as Record<string, unknown>);
			expect(logged).toEqual([
				expect.objectContaining({ level: 60, err: expect.objectContaining({ message: 'out of order' }) as unknown }),
			]);
			await closed;
			// A request under way gets a problem, which a process that is killed could not send.
			expect(Problem.parse(JSON.parse(readRaw(text).body))).toMatchObject({ code: 'stopping' });
			const again = await startServer(env);
			const kept = (await (await fetch(`${await again.url}/api/calls/${call.id}`)).json()) as { call: Call };
			expect(kept.call.status).toBe('PENDING');
		},
	);
});
