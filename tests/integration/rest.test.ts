import { describe, expect, it } from 'vitest';
import { Call, CallPage, NO_FAULTS, Problem, ProviderCall, Settings, type Event } from '#contract';
import { problemOf, startApp, type TestApp } from '#tests/support/app.ts';
import { MAX_CHANCE, manualClock } from '#tests/support/clock.ts';
import { openTestDatabase } from '#tests/support/database.ts';
import { endpointsOf } from '#tests/support/doors.ts';

import { expectProblem } from '#tests/support/problems.ts';
import { startReceiver } from '#tests/support/receiver.ts';
import { SOON } from '#tests/support/soon.ts';
import { openFollowingTab, type Tab } from '#tests/support/tab.ts';
import { FAR_FUTURE, expectNoEffect } from '#tests/support/trace.ts';
import { postWebhook } from '#tests/support/webhook.ts';

const GOOD = { customerName: 'Ada Lovelace', phoneNumber: '+12025550100', workflow: 'SUPPORT' };
/** An environment in which a call takes an hour, so that an accepted call does nothing by itself. */
const SLOW = { PROVIDER_DELAY_MS_MIN: '3600000', PROVIDER_DELAY_MS_MAX: '3600000' };
const NO_CALL = '019abcde-0000-7000-8000-000000000000';

/** Waits until a change shows that the provider has accepted the call. Returns the call. */
function atProvider(tab: Tab, id: string): Promise<Call & { providerId: string }> {
	return tab.until(() => {
		const calls = tab.changes().flatMap((change) => ('call' in change ? [change.call] : []));
		return calls.find((call): call is Call & { providerId: string } => call.id === id && call.providerId !== null);
	});
}

const providerCall = async (app: TestApp, providerId: string): Promise<ProviderCall> =>
	(await app.api<{ call: ProviderCall }>('GET', `/api/provider/calls/${providerId}`)).body.call;
/** Waits until a job has sent the hang-up and the provider has hung up. */
const hungUp = (app: TestApp, providerId: string): Promise<void> =>
	expect.poll(async () => (await providerCall(app, providerId)).state, SOON).toBe('canceled');
/** Returns the states of a call's deliveries from the file, even if the call is deleted. */
async function deliveryStates(app: TestApp, callId: string): Promise<unknown[]> {
	const database = await openTestDatabase(app.env.DATABASE_URL);
	const rows = await database.all('SELECT "state" FROM "Delivery" WHERE "callId" = ? ORDER BY "sequence"', callId);
	database.close();
	return rows.map(({ state }) => state);
}

describe('creating a call', () => {
	it('[R1] returns 201 with the normalized call and its Location', async () => {
		const app = await startApp();
		const wanted = {
			customerName: '  Zoë  ',
			phoneNumber: '+49 (0)30 123456',
			workflow: 'REMINDER',
			scheduledAt: '2100-01-01T02:00:00+02:00',
			scenario: { outcome: 'busy', delayMs: 10 },
			run: ' nightly ',
		};
		const { status, headers, body } = await app.api<{ call: Call }>('POST', '/api/calls', wanted);
		expect(status).toBe(201);
		expect(Object.keys(body)).toEqual(['call']);
		expect(Call.parse(body.call)).toMatchObject({
			...{
				customerName: 'Zoë',
				phoneNumber: '+4930123456',
				workflow: 'REMINDER',
				scheduledAt: FAR_FUTURE,
				run: 'nightly',
			},
			...{
				scenario: { outcome: 'busy', delayMs: 10 },
				status: 'PENDING',
				phase: 'SCHEDULED',
				outcome: null,
				faults: 0,
			},
		});
		expect(headers.get('location')).toBe(`/api/calls/${body.call.id}`);
		expect(body.call.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
		const found = await app.api<{ call: Call }>('GET', headers.get('location')!);
		expect(found.body).toEqual({ call: body.call, events: expect.any(Array) as Event[], deliveries: [] });
	});

	it('[R1] accepts null for every optional field', async () => {
		const app = await startApp(SLOW);
		const { status } = await app.api('POST', '/api/calls', { ...GOOD, scheduledAt: null, scenario: null, run: null });
		expect(status).toBe(201);
	});

	it('[R1] accepts a name of 80 characters, where an emoji counts as one', async () => {
		const app = await startApp(SLOW);
		for (const customerName of ['x'.repeat(80), `  ${'x'.repeat(80)}\t`, '😀'.repeat(80)])
			expect((await app.create({ customerName, scheduledAt: FAR_FUTURE })).customerName).toBe(customerName.trim());
	});

	it('[R2] names all invalid fields at once, also an impossible number', async () => {
		const app = await startApp();
		const wrong = { ...GOOD, customerName: '', phoneNumber: 'x', workflow: 'Y' };
		expect(expectProblem(await app.api('POST', '/api/calls', wrong), 'invalid_input').toSorted()).toEqual([
			...['customerName', 'phoneNumber', 'workflow'],
		]);
	});

	it('[R2] names an invalid field, and nothing else happens', async () => {
		const app = await startApp();
		const cases: [path: string, over: Record<string, unknown>][] = [
			...['', '   ', 'x'.repeat(81), 'a\u0000b', 'a\nb', 'bell\u0007', '\u0085x', 'half \ud83d', 7, null, ['Ada']].map(
				(customerName): [string, Record<string, unknown>] => ['customerName', { customerName }],
			),
			...[
				'',
				'2025550100',
				'(202) 555-0100',
				'0049 30 123456',
				'+',
				'+1',
				'+999123456',
				'+1202555010012345',
				'hello',
			].map((phoneNumber): [string, Record<string, unknown>] => ['phoneNumber', { phoneNumber }]),
			...['+1 202 555 0100 and more', 'tel:+12025550100x', 12025550100, null, '+1'.padEnd(41, '0')].map(
				(phoneNumber): [string, Record<string, unknown>] => ['phoneNumber', { phoneNumber }],
			),
			...['support', 'OTHER', '', 1, null].map((workflow): [string, Record<string, unknown>] => [
				...(['workflow', { workflow }] as [string, Record<string, unknown>]),
			]),
			...['2100-01-01', '2100-01-01T00:00:00', '2100-02-30T00:00:00Z', 'soon', '', 4102444800].map(
				(scheduledAt): [string, Record<string, unknown>] => ['scheduledAt', { scheduledAt }],
			),
			...['maybe', '', { outcome: 'manual' }, { delayMs: 5 }, { outcome: 'busy', delayMs: -1 }].map(
				(scenario): [string, Record<string, unknown>] => ['scenario', { scenario }],
			),
			...[
				{ outcome: 'busy', extra: 1 },
				{ outcome: 'busy', delayMs: 1.5 },
				{ outcome: 'busy', delayMs: 86_400_001 },
			].map((scenario): [string, Record<string, unknown>] => ['scenario', { scenario }]),
			...['', '  ', 'x'.repeat(65), 'a\tb', 7].map((run): [string, Record<string, unknown>] => ['run', { run }]),
			...['status', 'id', 'customer_name', '__proto__'].map((name): [string, Record<string, unknown>] => [
				...([name, JSON.parse(`{ ${JSON.stringify(name)}: 1 }`)] as [string, Record<string, unknown>]),
			]),
		];
		await expectNoEffect(app, async () => {
			for (const [path, over] of cases) {
				const body = JSON.stringify(Object.fromEntries([...Object.entries(GOOD), ...Object.entries(over)]));
				const response = await app.api('POST', '/api/calls', body);
				const paths = expectProblem(response, 'invalid_input').map((name) => name.split('.')[0]);
				expect([over, ...paths]).toEqual([over, path]);
			}
			const all = await app.api('POST', '/api/calls', {});
			expect(expectProblem(all, 'invalid_input').toSorted()).toEqual(['customerName', 'phoneNumber', 'workflow']);
		});
	});

	it('[R3] refuses a body that is no JSON, no object, of another content type or too large, and nothing else happens', async () => {
		const app = await startApp();
		const { id } = await app.create({ scheduledAt: FAR_FUTURE });
		const settings = (await app.api('GET', '/api/provider/settings')).body;
		const routes: [method: string, path: string, good: unknown][] = [
			['POST', '/api/calls', GOOD],
			['PATCH', `/api/calls/${id}`, { status: 'COMPLETED' }],
			['POST', '/api/provider/send-call', { callId: 'c', phoneNumber: '+12025550100', workflow: 'SALES' }],
			['PUT', '/api/provider/settings', settings],
		];
		const large = JSON.stringify({ ...GOOD, customerName: 'x'.repeat(1_048_577) });
		await expectNoEffect(app, async () => {
			for (const [method, path, good] of routes) {
				for (const malformed of ['{', '{"a":1', "{'a':1}", 'hello', '{"a":1}}', '\u0000'])
					expectProblem(await app.api(method, path, malformed), 'invalid_json');
				for (const other of ['null', '[]', '"text"', '7', 'true', `[${JSON.stringify(good)}]`])
					expectProblem(await app.api(method, path, other), 'invalid_input');
				expectProblem(await app.api(method, path), 'invalid_input');
				for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/xml', 'json', '']) {
					const response = await app.api(method, path, JSON.stringify(good), { 'content-type': type });
					expectProblem(response, 'unsupported_media_type');
				}
				for (const encoding of [{ 'content-type': 'application/json; charset=latin1' }, { 'content-encoding': 'zip' }])
					expectProblem(await app.api(method, path, good, encoding), 'unsupported_media_type');
				expectProblem(await app.api(method, path, large), 'body_too_large');
			}
		});
		const typed = { 'content-type': 'application/vnd.audena+json; charset=utf-8' };
		expect((await app.api('POST', '/api/calls', { ...GOOD, scheduledAt: FAR_FUTURE }, typed)).status).toBe(201);
	});

	it('[L5] reports a wrong number together with the other errors in send-call', async () => {
		const app = await startApp();
		const response = await app.api('POST', '/api/provider/send-call', { callId: 7, phoneNumber: '12', workflow: 'X' });
		expect(expectProblem(response, 'invalid_input').toSorted()).toEqual(['callId', 'phoneNumber', 'workflow']);
	});
});

describe('every route', () => {
	it('[R4] refuses an unknown query parameter by name, and nothing else happens', async () => {
		const app = await startApp(SLOW);
		const table = await endpointsOf(app);
		await expectNoEffect(app, async () => {
			for (const [method, path, body] of table.filter(([, path]) => !path.includes('?')))
				for (const query of ['nonsense=1', 'status%5B%5D=PENDING', '__proto__=1']) {
					const response = await app.api(method, `${path}?${query}`, body);
					const code = method === 'DELETE' && path === '/api/calls' ? 'invalid_input' : 'unknown_parameter';
					const [name] = [...new URLSearchParams(query).keys()];
					expect([method, path, expectProblem(response, code)]).toEqual([method, path, [name]]);
				}
			for (const parameter of ['limit=5', 'status=PENDING', 'run=x']) {
				expectProblem(await app.api('POST', `/api/calls?${parameter}`, GOOD), 'unknown_parameter');
				expectProblem(await app.api('GET', `/api/provider/calls?${parameter}`), 'unknown_parameter');
			}
		});
	});

	it('[R5] returns 404 for an unknown id or path, with any characters', async () => {
		const app = await startApp(SLOW);
		await expectNoEffect(app, async () => {
			for (const id of [NO_CALL, 'nonsense', '1', '%00', 'x'.repeat(3_000), '..%2f..', '%F0%9F%98%80', "'--"]) {
				expectProblem(await app.api('GET', `/api/calls/${id}`), 'call_not_found');
				expectProblem(await app.api('PATCH', `/api/calls/${id}`, { status: 'FAILED' }), 'call_not_found');
				expectProblem(await app.api('POST', `/api/calls/${id}/cancel`), 'call_not_found');
				expectProblem(await app.api('DELETE', `/api/calls/${id}`), 'call_not_found');
				expectProblem(await app.api('GET', `/api/provider/calls/${id}`), 'not_found');
				expectProblem(await app.api('POST', `/api/provider/calls/${id}/cancel`), 'not_found');
			}
			// Wrong methods on known paths are 405: tests/integration/raw-http.test.ts.
			for (const [method, path] of [
				['GET', '/api'],
				['GET', '/api/nothing'],
				['GET', '/api/provider'],
				['POST', '/api/webhooks'],
				['GET', '/api/calls/%E0%A4%A'],
			])
				expectProblem(await app.api(method!, path!), 'not_found');
		});
	});

	it('[R6] returns a new X-Request-Id, or the caller’s if that is a plain word', async () => {
		const app = await startApp(SLOW);
		const seen = new Set<string | null>();
		const table = [...(await endpointsOf(app)), ['GET', '/api/nothing'], ['POST', '/api/calls', '{']] as const;
		for (const [method, path, body] of table) {
			const given = await app.api(method, path, body, { 'x-request-id': 'from-the.caller_1' });
			expect([path, given.headers.get('x-request-id')]).toEqual([path, 'from-the.caller_1']);
			for (const wrong of ['two words', '<b>', 'x'.repeat(65)]) {
				const own = (await app.api(method, path, body, { 'x-request-id': wrong })).headers.get('x-request-id');
				expect(own).toMatch(/^req_[\w-]+$/);
				seen.add(own);
			}
		}
		expect(seen.size).toBe(table.length * 3);
	});

	it('[R7] is healthy and ready while the server runs', async () => {
		const app = await startApp();
		expect(await app.api('GET', '/healthz')).toMatchObject({ status: 200, body: { status: 'ok' } });
		expect(await app.api('GET', '/readyz')).toMatchObject({ status: 200, body: { status: 'ready' } });
	});

	it('[R8] has responses that no cache stores and that do not name the server software', async () => {
		const app = await startApp(SLOW);
		for (const [method, path, body] of await endpointsOf(app)) {
			const { headers } = await app.api(method, path, body);
			expect(headers.get('x-powered-by')).toBeNull();
			if (path.startsWith('/api')) expect([path, headers.get('cache-control')]).toEqual([path, 'no-store']);
		}
	});
});

describe('the list', () => {
	const idsOf = ({ calls }: CallPage): string[] => calls.map(({ id }) => id);

	/**
	 * Creates calls for the far future, at once so that many share a millisecond. Returns their ids, newest first.
	 */
	async function fill(app: TestApp, count: number, over: Record<string, unknown> = {}): Promise<string[]> {
		await Promise.all(Array.from({ length: count }, () => app.create({ scheduledAt: FAR_FUTURE, ...over })));
		const calls = (await app.list(`?limit=200`)).calls;
		return calls.map(({ id }) => id);
	}

	it('[R10] is in order of arrival, newest first; `order=oldest` reverses it, and creation times never fall', async () => {
		const noon = Date.parse('2026-11-22T12:00:00.000Z');
		let asked = 0;
		const app = await startApp({}, { now: () => noon + Math.floor(asked++ / 40) });
		const made = await fill(app, 60);
		const page = CallPage.parse(await app.list('?limit=200'));
		expect(page).toMatchObject({ nextPage: null, previousPage: null });
		const times = page.calls.map(({ createdAt }) => createdAt);
		expect(times).toEqual(times.toSorted().toReversed());
		expect(new Set(times).size).toBeLessThan(60); // some times are equal
		expect(page.calls.map(({ seq }) => seq)).toEqual(page.calls.map(({ seq }) => seq).toSorted((a, b) => b - a));
		expect(idsOf(await app.list('?order=oldest&limit=200'))).toEqual(made.toReversed());
		expect(idsOf(await app.list('?order=newest&limit=200'))).toEqual(made);
		expect((await app.list()).calls).toHaveLength(50);
		expect((await app.list('?limit=1')).calls).toHaveLength(1);
	});

	it.each(['newest', 'oldest'])(
		'[R11] has pages in both directions that contain each call once, also for equal times (%s first)',
		async (order) => {
			const app = await startApp({}, { now: () => Date.parse('2026-11-22T12:00:00.000Z') });
			const all = await fill(app, 23);
			if (order === 'oldest') all.reverse();
			for (const limit of [1, 5, 22, 23, 24]) {
				const forward: string[][] = [];
				let page = await app.list(`?order=${order}&limit=${limit}`);
				expect(page.previousPage).toBeNull();
				forward.push(idsOf(page));
				while (page.nextPage !== null) {
					page = await app.list(`?order=${order}&limit=${limit}&page=${page.nextPage}`);
					forward.push(idsOf(page));
				}
				expect(forward.flat()).toEqual(all);

				const back = [idsOf(page)];
				while (page.previousPage !== null) {
					page = await app.list(`?order=${order}&limit=${limit}&page=${page.previousPage}`);
					back.unshift(idsOf(page));
				}
				expect(back.length).toBe(forward.length);
				expect(new Set(back.flat())).toEqual(new Set(all));
			}
		},
	);

	it('[R12] neither repeats nor loses a call if calls are deleted and created between two pages', async () => {
		const app = await startApp();
		const before = await fill(app, 30);
		const seen: string[] = [];
		const gone = new Set<string>();
		let page = await app.list('?limit=4');
		for (;;) {
			seen.push(...idsOf(page));
			if (page.nextPage === null) break;
			const unseen = before.filter((id) => !seen.includes(id) && !gone.has(id));
			for (const id of [seen.at(-1)!, unseen[0], unseen[5]].filter((id) => id !== undefined)) {
				await app.api('DELETE', `/api/calls/${id}`);
				gone.add(id);
			}
			await app.create({ scheduledAt: FAR_FUTURE });
			page = await app.list(`?limit=4&page=${page.nextPage}`);
		}
		expect(new Set(seen).size).toBe(seen.length);
		expect(seen.filter((id) => !before.includes(id))).toEqual([]); // new calls come before the first page
		expect(seen.filter((id) => !gone.has(id))).toEqual(before.filter((id) => !gone.has(id)));
	});

	it.each(['newest', 'oldest'])(
		'[R12] has an empty page that leads back if all calls of the page are deleted (%s first)',
		async (order) => {
			const app = await startApp();
			const all = await fill(app, 6);
			if (order === 'oldest') all.reverse();
			const first = await app.list(`?limit=3&order=${order}`);
			for (const id of all.slice(3)) await app.api('DELETE', `/api/calls/${id}`);
			const empty = await app.list(`?limit=3&order=${order}&page=${first.nextPage!}`);
			expect(empty).toMatchObject({ calls: [], nextPage: null });
			expect(idsOf(await app.list(`?limit=3&order=${order}&page=${empty.previousPage!}`))).toEqual(idsOf(first));
			expect(idsOf(await app.list(`?limit=2&order=${order}&page=${empty.previousPage!}`))).toEqual(all.slice(1, 3));
		},
	);

	it('[R12] leads back from the first page to new calls', async () => {
		const app = await startApp();
		const all = await fill(app, 4);
		const first = await app.list('?limit=2');
		const second = await app.list(`?limit=2&page=${first.nextPage!}`);
		const made = [
			(await app.create({ scheduledAt: FAR_FUTURE })).id,
			(await app.create({ scheduledAt: FAR_FUTURE })).id,
		];
		const back = await app.list(`?limit=2&page=${second.previousPage!}`);
		expect(idsOf(back)).toEqual(all.slice(0, 2));
		expect(idsOf(await app.list(`?limit=2&page=${back.previousPage!}`))).toEqual(made.toReversed());
	});

	it('[R13] refuses a page token of another list', async () => {
		const app = await startApp();
		await fill(app, 5, { run: 'a' });
		const { nextPage } = await app.list('?limit=2&run=a');
		expect((await app.list(`?limit=3&run=a&page=${nextPage!}`)).calls).toHaveLength(3); // the limit may change
		const foreign = [`page=${nextPage!}`, `run=b&page=${nextPage!}`, `run=a&order=oldest&page=${nextPage!}`];
		for (const query of [...foreign, 'page=nonsense', 'page=n1.12345678', `run=a&page=x${nextPage!}`, 'page=%00'])
			expectProblem(await app.api('GET', `/api/calls?${query}`), 'invalid_page');
	});

	it('[R14] repeats and combines filters, and an empty one counts as absent', async () => {
		const app = await startApp();
		const tab = await openFollowingTab(app);
		const waiting = await app.create({ scheduledAt: FAR_FUTURE, run: 'a', workflow: 'SALES' });
		const [done, busy] = [await app.create({ run: 'a' }), await app.create({ run: 'b', scenario: 'busy' })];
		await Promise.all([tab.ended(done.id), tab.ended(busy.id)]);
		const found = async (query: string): Promise<string[]> => idsOf(await app.list(query)).toReversed();

		expect(await found('?status=PENDING')).toEqual([waiting.id]);
		expect(await found('?status=PENDING&status=COMPLETED')).toEqual([waiting.id, done.id]);
		expect(await found('?workflow=SALES&workflow=REMINDER')).toEqual([waiting.id]);
		expect(await found('?outcome=busy&outcome=completed')).toEqual([done.id, busy.id]);
		expect(await found('?run=a&run=b&status=FAILED')).toEqual([busy.id]);
		expect(await found('?run=A')).toEqual([]);
		expect(await found('?status=&workflow=&outcome=&run=&q=&from=&to=&limit=&page=&order=')).toEqual([
			...[waiting.id, done.id, busy.id],
		]);
		expect(await found('?status=&status=FAILED&q=')).toEqual([busy.id]);
	});

	it('[R15] has an inclusive `from` and an exclusive `to`, in any zone', async () => {
		const app = await startApp();
		const [one, two] = [await app.create({ scheduledAt: FAR_FUTURE }), await app.create({ scheduledAt: FAR_FUTURE })];
		const from = encodeURIComponent(one.createdAt.replace('Z', '+00:00'));
		const after = new Date(Date.parse(two.createdAt) + 1).toISOString();
		expect(idsOf(await app.list(`?from=${from}&to=${after}`))).toEqual([two.id, one.id]);
		expect(idsOf(await app.list(`?to=${one.createdAt}`))).toEqual([]);
		expect(idsOf(await app.list(`?from=${after}`))).toEqual([]);
	});

	it('[R16] names an invalid parameter', async () => {
		const app = await startApp();
		for (const [name, value] of [
			...[
				['limit', '0'],
				['limit', '201'],
				['limit', 'x'],
				['order', 'up'],
				['from', '2026-11-22'],
				['to', 'now'],
			],
			...[
				['q', 'x'.repeat(101)],
				['page', 'x'.repeat(501)],
			],
		])
			expect(expectProblem(await app.api('GET', `/api/calls?${name!}=${value!}`), 'invalid_input')).toEqual([name]);
		for (const query of ['status=DONE', 'workflow=X', 'outcome=X', `run=${'x'.repeat(65)}`])
			expect(expectProblem(await app.api('GET', `/api/calls?${query}`), 'invalid_input')).toEqual([
				query.split('=')[0],
			]);
		const twice = Problem.parse((await app.api('GET', '/api/calls?q=a&q=b')).body);
		expect(twice.detail).toBe('The query is invalid. Its errors say what to change.');
		expect(twice.errors).toEqual([{ path: 'q', message: 'q may appear only once.' }]);
	});

	it('[R17] finds a substring of name or number by `q`, ignoring case and punctuation; short terms match beginnings', async () => {
		const app = await startApp();
		const people: Record<string, string> = {
			'Ada Lovelace': '+12025550100',
			'Grace Hopper': '+14155550123',
			'Jörg Müller': '+4930123456',
			'ÅSA Öberg': '+46812345678',
			'100% Real_Name': '+442079460000',
			"O'Brien, Pat": '+353861234567',
		};
		for (const [customerName, phoneNumber] of Object.entries(people))
			await app.create({ customerName, phoneNumber, scheduledAt: FAR_FUTURE });
		const found = async (q: string): Promise<string[]> =>
			(await app.list(`?q=${encodeURIComponent(q)}`)).calls.map(({ customerName }) => customerName).toSorted();
		const table: Record<string, string[]> = {
			ada: ['Ada Lovelace'],
			'ADA LOVE': ['Ada Lovelace'],
			'a l': ['Ada Lovelace'],
			'  lace ': ['Ada Lovelace'],
			ove: ['Ada Lovelace'],
			ov: [],
			lo: ['Ada Lovelace'],
			L: ['Ada Lovelace'],
			xyz: [],
			...{
				MÜLLER: ['Jörg Müller'],
				'mu\u0308ller': ['Jörg Müller'],
				öb: ['ÅSA Öberg'],
				åsa: ['ÅSA Öberg'],
				muller: ['Jörg Müller'],
			},
			'00%': ['100% Real_Name'],
			l_n: ['100% Real_Name'],
			'%': [],
			_: [],
			'%%%': [],
			a_a: [],
			'l%n': [],
			'555-01': ['Ada Lovelace', 'Grace Hopper'],
			'(555) 0123': ['Grace Hopper'],
			'+1 202 555': ['Ada Lovelace'],
			'5550100': ['Ada Lovelace'],
			'49': ['Jörg Müller'],
			'+49': ['Jörg Müller'],
			'55': [],
			'123456': [],
			"o'b": ["O'Brien, Pat"],
			pat: ["O'Brien, Pat"],
			'"': [],
			"'; DROP TABLE": [],
			'\\': [],
		};
		table['123456'] = ['Jörg Müller', "O'Brien, Pat", 'ÅSA Öberg'];
		for (const [q, expected] of Object.entries(table)) expect([q, await found(q)]).toEqual([q, expected.toSorted()]);
		expect(await found(' ')).toHaveLength(6);
	});

	it('[R18] has the feed’s position just before the query as `cursor`', async () => {
		const app = await startApp();
		const { seq } = await app.create({ scheduledAt: FAR_FUTURE });
		expect((await app.list()).cursor).toMatch(new RegExp(`^[0-9a-z]+\\.${seq}$`));
	});
});

describe('a PATCH of the status', () => {
	it('[R20] to the same status records nothing', async () => {
		const app = await startApp(SLOW);
		const { id } = await app.create({ scheduledAt: FAR_FUTURE });
		const ended = await app.create({ scheduledAt: FAR_FUTURE });
		await app.api('PATCH', `/api/calls/${ended.id}`, { status: 'FAILED' });
		await expectNoEffect(app, async () => {
			const same = await app.api<{ call: Call }>('PATCH', `/api/calls/${id}`, { status: 'PENDING' });
			expect(same).toMatchObject({ status: 200, body: { call: { id, status: 'PENDING' } } });
			expect((await app.api('PATCH', `/api/calls/${ended.id}`, { status: 'FAILED' })).status).toBe(200);
		});
	});

	it('[R21] to a terminal status ends the call as `manual`, and its simulation with it', async () => {
		const app = await startApp(SLOW);
		const tab = await openFollowingTab(app);
		const { id } = await app.create();
		const { providerId } = await atProvider(tab, id);
		const { status, body } = await app.api<{ call: Call }>('PATCH', `/api/calls/${id}`, { status: 'COMPLETED' });
		expect(status).toBe(200);
		expect(body.call).toMatchObject({ status: 'COMPLETED', phase: 'ENDED', outcome: 'manual', providerId });
		expect(await tab.ended(id)).toEqual(body.call);

		await hungUp(app, providerId);
		const { events, deliveries } = await app.timeline(id);
		expect(events.map(({ type }) => type)).toEqual(['created', 'dispatch.attempt', 'ended']);
		// The provider's final report is delivered and changes nothing.
		const planned = deliveries.slice(0, -1);
		expect(planned.length).toBeGreaterThan(0);
		expect(planned.map(({ state, nextAttemptAt }) => [state, nextAttemptAt])).toEqual(
			planned.map(() => ['canceled', null]),
		);
		await expect.poll(async () => (await app.timeline(id)).deliveries.at(-1)?.state).toBe('delivered');
		expect(await app.call(id)).toEqual(body.call);
	});

	it('[R22] from one terminal status to the other is a recorded correction, and back to PENDING is 409', async () => {
		const app = await startApp();
		const tab = await openFollowingTab(app);
		const { id } = await app.create();
		const ended = await tab.ended(id);
		const { body } = await app.api<{ call: Call }>('PATCH', `/api/calls/${id}`, { status: 'FAILED' });
		expect(body.call).toMatchObject({ status: 'FAILED', outcome: 'manual', endedAt: ended.endedAt, phase: 'ENDED' });
		const corrected = (await app.timeline(id)).events.filter(({ type }) => type === 'corrected');
		expect(corrected.map(({ data }) => data)).toEqual([{ from: 'COMPLETED', to: 'FAILED' }]);
		expect((await app.timeline(id)).events.filter(({ type }) => type === 'ended')).toHaveLength(1);
		await tab.until(() => tab.changes().some((c) => 'call' in c && c.call.id === id && c.call.outcome === 'manual'));

		await expectNoEffect(app, async () => {
			expectProblem(await app.api('PATCH', `/api/calls/${id}`, { status: 'PENDING' }), 'illegal_transition');
			for (const body of [{}, { status: 'completed' }, { status: null }, { status: 'FAILED', outcome: 'busy' }])
				expectProblem(await app.api('PATCH', `/api/calls/${id}`, body), 'invalid_input');
		});
	});
});

describe('a cancel', () => {
	it('[R25] of a scheduled call prevents its dispatch', async () => {
		const app = await startApp();
		const tab = await openFollowingTab(app);
		const { id } = await app.create({ scheduledAt: FAR_FUTURE });
		const { status, body } = await app.api<{ call: Call }>('POST', `/api/calls/${id}/cancel`);
		expect(status).toBe(200);
		expect(body.call).toMatchObject({ status: 'FAILED', outcome: 'canceled', phase: 'ENDED', providerId: null });
		expect(await tab.ended(id)).toEqual(body.call);
		expect((await app.timeline(id)).events.map(({ type }) => type)).toEqual(['created', 'ended']);
		const database = await openTestDatabase(app.env.DATABASE_URL);
		expect(await database.all('SELECT * FROM "Job"')).toEqual([]);
		await expectNoEffect(app, async () => {
			expectProblem(await app.api('POST', `/api/calls/${id}/cancel`), 'illegal_transition');
		});
	});

	it('[R26] of a call during its dispatch hangs it up when the response arrives', async () => {
		let respond = (): void => undefined;
		const provider = await startReceiver((response, { path }) => {
			const send = (body: object): void =>
				void response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
			if (path.endsWith('/send-call')) respond = () => send({ providerId: 'sim_late', scheduledInMs: 10 });
			else send({});
		});
		const app = await startApp({ PROVIDER_URL: provider.url });
		const { id } = await app.create();
		await provider.received(1);
		const { body } = await app.api<{ call: Call }>('POST', `/api/calls/${id}/cancel`);
		expect(body.call).toMatchObject({ status: 'FAILED', outcome: 'canceled' });
		respond();
		const [, hangUp] = await provider.received(2);
		expect(hangUp).toMatchObject({ method: 'POST', path: '/api/provider/calls/sim_late/cancel' });
		expect(await app.call(id)).toEqual(body.call);
	});

	it('[R27] of a ringing call hangs it up at the provider, and later webhooks change nothing', async () => {
		const app = await startApp(SLOW);
		const tab = await openFollowingTab(app);
		const { id } = await app.create();
		const { providerId } = await atProvider(tab, id);
		await postWebhook(app, { callId: id, providerId, status: 'PENDING', phase: 'RINGING' });
		const { body } = await app.api<{ call: Call }>('POST', `/api/calls/${id}/cancel`);
		expect(body.call).toMatchObject({ status: 'FAILED', outcome: 'canceled', durationMs: null });
		expect(body.call.ringingAt).not.toBeNull();
		await hungUp(app, providerId);
		const late = await postWebhook(app, { callId: id, providerId, status: 'COMPLETED' });
		expect(late.body).toEqual({ ok: true, call: body.call, idempotent: true });
	});

	it('[R28] of an ended call is 409', async () => {
		const app = await startApp();
		const tab = await openFollowingTab(app);
		const { id } = await app.create();
		await tab.ended(id);
		expectProblem(await app.api('POST', `/api/calls/${id}/cancel`), 'illegal_transition');
	});

	it('[R28] is 409 for one of two concurrent cancels', async () => {
		const app = await startApp();
		const { id } = await app.create({ scheduledAt: FAR_FUTURE });
		const responses = await Promise.all([1, 2].map(() => app.api('POST', `/api/calls/${id}/cancel`)));
		expect(responses.map(({ status }) => status).toSorted()).toEqual([200, 409]);
	});
});

describe('a deletion', () => {
	it.each([
		['of one call', (id: string) => `/api/calls/${id}`],
		['of its run', () => '/api/calls?run=mine'],
		['of the whole history', () => '/api/calls'],
	])('[R30] %s hangs up running calls, and their late webhooks get 410', async (_what, pathOf) => {
		const app = await startApp(SLOW);
		const tab = await openFollowingTab(app);
		const { id } = await app.create({ run: 'mine' });
		const { providerId } = await atProvider(tab, id);
		const response = await app.api('DELETE', pathOf(id));
		expect([response.status, response.body]).toEqual([204, '']);
		expectProblem(await app.api('GET', `/api/calls/${id}`), 'call_not_found');
		expect((await app.list()).calls).toEqual([]);
		const report = { callId: id, providerId, status: 'COMPLETED' };
		expectProblem(await postWebhook(app, report), 'call_gone');

		await hungUp(app, providerId);
		expect((await deliveryStates(app, id)).length).toBeGreaterThan(0);
		// The provider's final report gets 410, too.
		const others = async (): Promise<unknown[]> =>
			(await deliveryStates(app, id)).filter((state) => state !== 'canceled');
		await expect.poll(others, SOON).toEqual([]);
		const database = await openTestDatabase(app.env.DATABASE_URL);
		for (const table of ['Call', 'Event']) expect(await database.all(`SELECT * FROM "${table}"`)).toEqual([]);
	});

	it('[R31] cancels a webhook that gets 410, which is not sent again', async () => {
		const app = await startApp();
		const body = { callId: NO_CALL, phoneNumber: '+12025550100', workflow: 'SALES', scenario: 'completed' };
		expect((await app.api('POST', '/api/provider/send-call', body)).status).toBe(200);
		const all = ['canceled', 'canceled', 'canceled', 'canceled'];
		await expect.poll(() => deliveryStates(app, NO_CALL), SOON).toEqual(all);
		const database = await openTestDatabase(app.env.DATABASE_URL);
		expect(await database.all('SELECT DISTINCT "attempts" FROM "Delivery"')).toMatchObject([{ attempts: 1 }]);
	});

	it('[R32] of one run leaves the other calls, and is 204 for a run without calls', async () => {
		const app = await startApp();
		const [a, b, none] = [
			await app.create({ run: 'a', scheduledAt: FAR_FUTURE }),
			await app.create({ run: 'b', scheduledAt: FAR_FUTURE }),
			await app.create({ scheduledAt: FAR_FUTURE }),
		];
		expect((await app.api('DELETE', '/api/calls?run=a')).status).toBe(204);
		expect((await app.list()).calls.map(({ id }) => id)).toEqual([none.id, b.id]);
		expect(problemOf(await app.api('GET', `/api/calls/${a.id}`))).toEqual([404, 'call_not_found']);
		expect((await app.api('DELETE', '/api/calls?run=nobody')).status).toBe(204);
		expect((await app.list()).calls).toHaveLength(2);
	});

	it('[R33] with an empty or invalid run is 400 and deletes nothing', async () => {
		const app = await startApp();
		await app.create({ run: 'a', scheduledAt: FAR_FUTURE });
		await expectNoEffect(app, async () => {
			for (const query of ['run=', 'run=%20', 'run=a&run=', 'run=a&status=', 'Run=a', `run=${'x'.repeat(65)}`])
				expectProblem(await app.api('DELETE', `/api/calls?${query}`), 'invalid_input');
		});
		expect((await app.list('?run=a')).calls).toHaveLength(1);
	});

	it('[R34] with an empty id is 404 and deletes nothing', async () => {
		const app = await startApp();
		await expectNoEffect(app, async () => {
			expectProblem(await app.api('DELETE', '/api/calls/'), 'not_found');
		});
		expect((await app.list()).calls).not.toEqual([]);
	});
});

describe('a scheduled call', () => {
	it('[R35] with a time in the past starts at once', async () => {
		const app = await startApp();
		const tab = await openFollowingTab(app);
		const { id, phase, scheduledAt } = await app.create({ scheduledAt: '2020-01-01T00:00:00Z' });
		expect([phase, scheduledAt]).toEqual(['QUEUED', '2020-01-01T00:00:00.000Z']);
		expect(await tab.ended(id)).toMatchObject({ status: 'COMPLETED' });
	});

	it('[R36] waits as SCHEDULED, is queued on time at any speed, and completes', async () => {
		const app = await startApp({ PROVIDER_SPEED: '1000' });
		const tab = await openFollowingTab(app);
		const at = Date.now() + 600;
		const { id, phase } = await app.create({ scheduledAt: new Date(at).toISOString() });
		expect(phase).toBe('SCHEDULED');
		await tab.ended(id);
		const { events } = await app.timeline(id);
		expect(events.map(({ type }) => type).slice(0, 3)).toEqual(['created', 'queued', 'dispatch.attempt']);
		const queuedAt = Date.parse(events[1]!.at);
		expect(queuedAt).toBeGreaterThanOrEqual(at);
		expect(queuedAt).toBeLessThan(at + 3_000);
	});
});

describe('the API of the provider', () => {
	const ask = { callId: 'c-1', phoneNumber: '+12025550100', workflow: 'SALES' };

	it('[R40] returns an id at once for send-call, with the time until the final status', async () => {
		const app = await startApp(SLOW);
		const { status, body } = await app.api<{ providerId: string; scheduledInMs: number }>(
			'POST',
			'/api/provider/send-call',
			ask,
		);
		expect([status, body.scheduledInMs]).toEqual([200, 3_600_000]);
		const call = ProviderCall.parse(await providerCall(app, body.providerId));
		expect(call).toMatchObject({ ...ask, state: 'active', scenario: null, callbackUrl: null });
		expect(Date.parse(call.endsAt) - Date.parse(call.acceptedAt)).toBe(3_600_000);
		const { calls } = (await app.api<{ calls: ProviderCall[] }>('GET', '/api/provider/calls')).body;
		expect(calls).toEqual([call]);
	});

	it('[R41] cancels the provider call and its open webhooks on a hang-up, which may repeat', async () => {
		const app = await startApp(SLOW);
		const { providerId } = (await app.api<{ providerId: string }>('POST', '/api/provider/send-call', ask)).body;
		for (let i = 0; i < 2; i++) {
			const { status, body } = await app.api<{ call: ProviderCall }>(
				'POST',
				`/api/provider/calls/${providerId}/cancel`,
			);
			expect([status, body.call.state]).toEqual([200, 'canceled']);
		}
		// This server does not know the call and responds to the final report with 410, so the report is canceled.
		const states = async () => [...new Set(await deliveryStates(app, ask.callId))];
		await expect.poll(states, SOON).toEqual(['canceled']);
	});

	it('[R41] leaves an ended provider call ended on a hang-up', async () => {
		const app = await startApp();
		const tab = await openFollowingTab(app);
		const { id } = await app.create();
		const { providerId } = await tab.ended(id);
		const hangUp = await app.api<{ call: ProviderCall }>('POST', `/api/provider/calls/${providerId!}/cancel`);
		expect(hangUp.body.call.state).toBe('ended');
		expect(await providerCall(app, providerId!)).toEqual(hangUp.body.call);
	});

	it('[R45] cancels the open webhooks of an ended call when it is deleted, and leaves them open on a manual hang-up', async () => {
		const clock = manualClock();
		const app = await startApp({}, { now: clock.now, chance: MAX_CHANCE });
		const tab = await openFollowingTab(app);
		// The server refuses all webhooks of the call, so a manual end comes while the provider still retries them.
		await app.settings({ faults: { ...NO_FAULTS, badSignature: 1 } });
		const { id } = await app.create({ scenario: { outcome: 'busy', delayMs: 0 } });
		await expect.poll(() => deliveryStates(app, id), SOON).toEqual(['retrying', 'retrying']);
		await expect.poll(async () => (await app.call(id)).providerId, SOON).not.toBeNull();
		const { providerId } = await app.call(id);
		const { body } = await app.api<{ call: ProviderCall }>('POST', `/api/provider/calls/${providerId!}/cancel`);
		expect(body.call.state).toBe('ended');
		await app.api('PATCH', `/api/calls/${id}`, { status: 'COMPLETED' });
		await tab.ended(id);
		expect(await deliveryStates(app, id)).toEqual(['retrying', 'retrying']);

		expect((await app.api('DELETE', `/api/calls/${id}`)).status).toBe(204);
		await expect.poll(() => deliveryStates(app, id), SOON).toEqual(['canceled', 'canceled']);
		expect((await providerCall(app, providerId!)).state).toBe('ended');
	});

	it('[R42] names the invalid field of a request, and nothing else happens', async () => {
		const app = await startApp(SLOW);
		await expectNoEffect(app, async () => {
			for (const [path, over] of [
				...([
					['callId', { callId: '' }],
					['callId', { callId: 7 }],
					['workflow', { workflow: 'X' }],
				] as const),
				...([
					['phoneNumber', { phoneNumber: '' }],
					['scenario', { scenario: 'X' }],
					['extra', { extra: 1 }],
				] as const),
				...([
					['callbackUrl', { callbackUrl: 'ftp://localhost/' }],
					['callbackUrl', { callbackUrl: '/here' }],
				] as const),
			])
				expect(
					expectProblem(await app.api('POST', '/api/provider/send-call', { ...ask, ...over }), 'invalid_input'),
				).toEqual([path]);
			for (const body of [{ deleted: 'yes' }, { reason: 'deleted' }, []])
				expectProblem(await app.api('POST', '/api/provider/calls/sim_1/cancel', body), 'invalid_input');
			for (const key of ['', 'x'.repeat(256)]) {
				const response = await app.api('POST', '/api/provider/send-call', ask, { 'idempotency-key': key });
				expectProblem(response, 'invalid_input');
			}
		});
	});

	it('[R43] reads and stores the settings as a whole, and every tab receives them', async () => {
		const app = await startApp();
		const tabs = await Promise.all([openFollowingTab(app), openFollowingTab(app)]);
		const before = Settings.parse((await app.api('GET', '/api/provider/settings')).body);
		expect(tabs.map(({ settings }) => settings)).toEqual([[before], [before]]);
		const wanted: Settings = { ...before, delayMs: { min: 5, max: 6 }, failRate: 1, seed: 'x', speed: 10 };
		const { status, body } = await app.api('PUT', '/api/provider/settings', wanted);
		expect([status, body]).toEqual([200, wanted]);
		for (const tab of tabs) expect(await tab.until(() => tab.settings[1])).toEqual(wanted);
		expect((await app.api('GET', '/api/provider/settings')).body).toEqual(wanted);

		const { id } = await app.create();
		expect(await tabs[0].ended(id)).toMatchObject({ status: 'FAILED' });
	});

	it('[R44] names the field of incomplete or invalid settings, and changes nothing', async () => {
		const app = await startApp();
		const good = Settings.parse((await app.api('GET', '/api/provider/settings')).body);
		const { speed: _speed, ...without } = good;
		await expectNoEffect(app, async () => {
			for (const [path, body] of [
				['speed', without],
				['speed', { ...good, speed: 0 }],
				['speed', { ...good, speed: 1_001 }],
				['failRate', { ...good, failRate: 1.1 }],
				['failRate', { ...good, failRate: '1' }],
				['delayMs', { ...good, delayMs: { min: 10, max: 9 } }],
				['delayMs.min', { ...good, delayMs: { min: -1, max: 9 } }],
				['delayMs.max', { ...good, delayMs: { min: 1 } }],
				['faults.lost', { ...good, faults: { ...good.faults, lost: 2 } }],
				['faults.extra', { ...good, faults: { ...good.faults, extra: 0 } }],
				['until', { ...good, until: 'tomorrow' }],
				['seed', { ...good, seed: 7 }],
				['extra', { ...good, extra: 1 }],
			] as const)
				expect(expectProblem(await app.api('PUT', '/api/provider/settings', body), 'invalid_input')).toEqual([path]);
		});
	});
});
