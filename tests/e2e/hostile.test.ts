import { connect } from 'node:net';
import { once } from 'node:events';
import fc from 'fast-check';
import { rawExchange, rawRequest, readRaw } from '#tests/support/raw.ts';
import { expect, test, type Server } from './server.ts';

const TOKEN = 'a-token-for-the-hostile-tests';
const HTML = 'Accept: text/html';
const JSON_WANTED = 'Accept: application/json';
const URLENCODED = 'Content-Type: application/x-www-form-urlencoded';
const MULTIPART = 'Content-Type: multipart/form-data; boundary=x';

/** Sends one raw request, with the origin of a form on our own pages. */
async function ask(
	server: Server,
	start: string,
	lines: string[] = [],
	body = '',
): Promise<ReturnType<typeof readRaw>> {
	const all = [`Origin: ${server.url}`, ...lines];
	return readRaw(await rawExchange(server.url, rawRequest(server.url, start, all, body)));
}

/** Returns the problem's code, or the content type if the body is not a problem. */
function codeOf({ headers, body }: ReturnType<typeof readRaw>): string {
	const type = headers.get('content-type') ?? '';
	return type.startsWith('application/problem+json') ? (/"code":"(\w+)"/.exec(body)?.[1] ?? '') : type;
}

const expectAlive = async (server: Server): Promise<void> =>
	expect((await fetch(`${server.url}/healthz`)).status).toBe(200);

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
/** Requests whose path SvelteKit reads from other sources than the request's path. */
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
	test.describe(`hostile requests ${name}`, () => {
		test.use({ env });

		test('[HT1] malformed paths are 404 and end no process, and a browser gets the page', async ({ server }) => {
			for (const path of MALFORMED) {
				for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS']) {
					const answer = await ask(server, `${method} ${path}`, [JSON_WANTED]);
					expect([method, path, answer.status, codeOf(answer)]).toEqual([method, path, 404, 'not_found']);
				}
				expect((await ask(server, `HEAD ${path}`)).status).toBe(404);
				// The pages, or the login in front of them.
				expect([200, 303, 404]).toContain((await ask(server, `GET ${path}`, [HTML])).status);
			}
			for (const [start, line] of SIDEWAYS) {
				const { status } = await ask(server, start, [line]);
				expect([start, line, status > 0 && status < 500]).toEqual([start, line, true]);
			}
			await expectAlive(server);
			expect(server.lines).toEqual([]);
		});

		test('[HT7] for any raw bytes no response is 5xx, no error is logged and the server keeps running', async ({
			server,
		}) => {
			test.slow();
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
						rawRequest(server.url, `${verb} ${path}`, lines, text).replace('Connection: close\r\n', ''),
					);
					const text = await halfClosed(server, bytes.join(''));
					expect(text.match(/HTTP\/1\.1 5\d\d/g)).toBeNull();
				}),
				{ numRuns: 150 },
			);
			await expectAlive(server);
			// One of the requests may be a login that tries a token.
			expect(server.lines.filter((line) => !line.includes('"msg":"wrong token'))).toEqual([]);
		});
	});

/** Sends these bytes and ends this side. Returns everything received. */
async function halfClosed({ url }: Server, bytes: string): Promise<string> {
	const socket = connect(Number(new URL(url).port), '127.0.0.1');
	let text = '';
	socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
	socket.on('error', () => undefined); // a cut connection may raise an error
	const closed = new Promise((resolve) => socket.once('close', resolve));
	socket.end(Buffer.from(bytes, 'latin1'));
	await closed;
	return text;
}

test.describe('outside /api with a token', () => {
	test.use({ env: { API_TOKEN: TOKEN } });

	test('[HT8] only a browser that requests a page is redirected to the login', async ({ server }) => {
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
					const answer = await ask(server, `POST ${path}`, lines, call);
					expect([path, accept, answer.status, codeOf(answer)]).toEqual([path, accept, status, code]);
				}
		expect((await ask(server, 'POST /?/create', [HTML, URLENCODED], 'customerName=Ada')).status).toBe(401);
		for (const accept of [JSON_WANTED, 'Accept: */*']) {
			expect(codeOf(await ask(server, 'GET /deliveries', [accept]))).toBe('unauthorized');
			expect(codeOf(await ask(server, 'GET //api/calls', [accept]))).toBe('not_found');
		}
		const { status, headers } = await ask(server, 'GET /deliveries?state=dead', [HTML]);
		expect([status, headers.get('location')]).toEqual([303, '/login?next=%2Fdeliveries%3Fstate%3Ddead']);
	});
});

test('[HT8] without a token an unknown path is 404, for scripts as problem details', async ({ server }) => {
	for (const path of ['//api/calls', '/foo', '/calls', '/logout/x'])
		for (const method of ['GET', 'POST', 'PUT', 'DELETE']) {
			const answer = await ask(server, `${method} ${path}`, [JSON_WANTED, 'Content-Type: application/json'], '{}');
			expect([method, path, answer.status, codeOf(answer)]).toEqual([method, path, 404, 'not_found']);
		}
	expect((await ask(server, 'POST /foo', [HTML, URLENCODED], 'a=b')).status).toBe(404);
	expect((await ask(server, 'GET /foo', [HTML])).body).toContain('<main');
});

test('[HT9] pages and files reject other methods with 405 and Allow', async ({ server }) => {
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
			const answer = await ask(server, `${method} ${path}`, [JSON_WANTED]);
			expect([method, path, answer.status, codeOf(answer)]).toEqual([method, path, 405, 'method_not_allowed']);
			expect([path, answer.headers.get('allow')]).toEqual([path, allow]);
			const browser = await ask(server, `${method} ${path}`, [HTML]);
			expect([path, browser.status, browser.headers.get('allow')]).toEqual([path, 405, allow]);
		}
	for (const path of ['/', '/deliveries', '/nowhere'])
		expect([path, (await ask(server, `TRACE ${path}`, [HTML])).status]).toEqual([path, 405]);
});

test('[HT22] a malformed form is rejected with its status, stores nothing and logs no error', async ({ server }) => {
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
		const script = await ask(server, 'POST /?/create', [JSON_WANTED, type], body);
		expect([body.slice(0, 40), script.status, codeOf(script)]).toEqual([body.slice(0, 40), status, code]);
		expect((await ask(server, 'POST /?/create', [HTML, type], body)).status).toBe(status);
		expect((await ask(server, 'POST /deliveries?/redeliver', [HTML, type], body)).status).toBe(status);
	}
	for (const action of ['/?/default', '/?/nothing'])
		expect((await ask(server, `POST ${action}`, [HTML, URLENCODED], 'a=b')).status).toBe(404);
	expect((await server.api<{ calls: unknown[] }>('GET', '/api/calls')).calls).toEqual([]);
	expect(server.lines).toEqual([]);

	const good = await ask(server, 'POST /?/create', [HTML, URLENCODED], `customerName=J%C3%BCrgen+M&${fields}`);
	expect(good.status).toBe(303);
	const { calls } = await server.api<{ calls: { customerName: string }[] }>('GET', '/api/calls');
	expect(calls.map(({ customerName }) => customerName)).toEqual(['Jürgen M']);
});

test('[HT30] a client that breaks off a form causes no error in the log', async ({ server }) => {
	const { port, host } = new URL(server.url);
	for (const type of [URLENCODED, MULTIPART])
		for (const length of ['Content-Length: 1000', 'Transfer-Encoding: chunked']) {
			const socket = connect(Number(port), '127.0.0.1');
			const lines = [`Host: ${host}`, `Origin: ${server.url}`, HTML, type, length, 'Expect: 100-continue'];
			socket.write(`POST /?/create HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n5\r\nhello`);
			await once(socket, 'data'); // 100: the server reads the body
			const closed = once(socket, 'close');
			socket.destroy();
			await closed;
		}
	await expectAlive(server);
	await server.stop();
	expect(server.lines).toEqual([]);
});
