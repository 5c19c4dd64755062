import { copyFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { Call, CallPage, Change, Event, Settings } from '#contract';
import { startApp, type TestApp } from '#tests/support/app.ts';
import { openTestDatabase } from '#tests/support/database.ts';
import { fetchJson, environment, request, startServer } from '#tests/support/process.ts';
import { startReceiver } from '#tests/support/receiver.ts';
import { SOON } from '#tests/support/soon.ts';
import { openFollowingTab, openTab, type Tab } from '#tests/support/tab.ts';
import { FAR_FUTURE } from '#tests/support/trace.ts';
import { newSecret, postWebhook } from '#tests/support/webhook.ts';

const MINUTE = 60_000;
/** A clock four minutes ahead: all work of these minutes is due, and a webhook is still young enough to be valid. */
const MINUTES_LATER = { now: () => Date.now() + 4 * MINUTE };
/** Starts the server again on the same file, on another port unless one is named. */
const again = (app: TestApp, env: Record<string, string> = {}): Promise<TestApp> =>
	startApp({ ...app.env, ...env }, MINUTES_LATER);

const callsOf = (changes: Change[]): Call[] => changes.flatMap((change) => ('call' in change ? [change.call] : []));
const ended = (events: Event[]): Event[] => events.filter(({ type }) => type === 'ended');

/** Creates calls that reach different phases. Resolves when the first call is in progress. */
async function callsUnderWay(app: TestApp, tab: Tab): Promise<Call[]> {
	const calls: Call[] = [];
	for (const delayMs of [400, 800, 1_600, 30_000, 60_000])
		calls.push(await app.create({ scenario: { outcome: 'completed', delayMs } }));
	calls.push(await app.create({ scheduledAt: new Date(Date.now() + MINUTE).toISOString() }));
	await tab.until(() => callsOf(tab.changes()).some(({ id, phase }) => id === calls[0]!.id && phase === 'IN_PROGRESS'));
	return calls;
}

describe('a server that is stopped with calls under way and started again', () => {
	it('[K1] ends every call, exactly once', async () => {
		const app = await startApp();
		const calls = await callsUnderWay(app, await openFollowingTab(app));
		const { calls: before } = await app.list('?status=PENDING');
		expect(new Set(before.map(({ phase }) => phase)).size).toBeGreaterThanOrEqual(3);
		await app.close();

		const restarted = await again(app);
		const tab = await openFollowingTab(restarted, { cursor: (await restarted.list()).cursor });
		for (const { id } of calls) {
			const call = await restarted.call(id);
			expect(call.status === 'PENDING' ? await tab.ended(id) : call).toMatchObject({ status: 'COMPLETED' });
			expect(ended((await restarted.timeline(id)).events)).toHaveLength(1);
		}
	});

	it.each([
		['the file alone', (path: string) => copyFile(`${path}.copy`, path)],
		[
			'its whole folder, in place',
			async (path: string) => {
				await copyFile(`${path}.copy`, path);
				await copyFile(`${path}.life.copy`, `${path}.life`);
			},
		],
	])(
		'[K19] gives a database that was restored from a copy a new epoch, and clients load everything again: %s',
		async (_what, restore) => {
			const app = await startApp();
			await app.create({ scheduledAt: FAR_FUTURE });
			await app.close();
			const path = app.env.DATABASE_URL!.replace('file:', '');
			for (const file of [path, `${path}.life`]) await copyFile(file, `${file}.copy`);
			const restarted = await again(app);
			await restarted.create({ scheduledAt: FAR_FUTURE });
			await restarted.create({ scheduledAt: FAR_FUTURE });
			const { cursor } = await restarted.list();
			await restarted.close();

			await restore(path);
			const restored = await again(app);
			await restored.create({ scheduledAt: FAR_FUTURE });
			await restored.create({ scheduledAt: FAR_FUTURE }); // as many changes as before, but different ones
			const tab = await openFollowingTab(restored, { cursor });
			expect(tab.syncs[0]).toMatchObject({ mode: 'reset', changes: [] });
			expect(tab.syncs[0]!.cursor.split('.')[0]).not.toBe(cursor.split('.')[0]);
			expect(tab.syncs[0]!.cursor.split('.')[1]).toBe(cursor.split('.')[1]);
			expect((await restored.list()).calls).toHaveLength(3);
		},
	);

	it('[K2] continues epoch and seq, and a cursor from before still gets a complete delta', async () => {
		const app = await startApp();
		const tab = await openFollowingTab(app);
		const { cursor } = tab.syncs[0]!;
		const calls = await callsUnderWay(app, tab);
		await app.close();
		const restarted = await again(app);
		const late = await openFollowingTab(restarted, { cursor });
		expect(late.syncs[0]).toMatchObject({ mode: 'delta' });
		expect(
			callsOf(late.syncs[0]!.changes)
				.map(({ id }) => id)
				.toSorted(),
		).toEqual(calls.map(({ id }) => id).toSorted());
		for (const { id } of calls) await late.ended(id);
		const next = await restarted.create({ scheduledAt: FAR_FUTURE });
		const [epoch, seq] = (await restarted.list()).cursor.split('.');
		expect([epoch, Number(seq)]).toEqual([cursor.split('.')[0], next.seq]);
		const seqs = [...late.syncs[0]!.changes, ...late.changes()].map((change) => change.seq);
		expect(new Set(seqs).size).toBe(seqs.length);
		expect(next.seq).toBeGreaterThan(Math.max(...seqs.slice(0, -1)));
	});

	it('[K3] gets its connected tab back, which misses nothing', async () => {
		const app = await startApp();
		const port = new URL(app.url).port;
		const { cursor } = await app.list();
		const tab = await openFollowingTab(app, { cursor });
		const calls = await callsUnderWay(app, tab);
		await app.close();
		const restarted = await again(app, { PORT: port });
		expect(restarted.url).toBe(app.url);
		await tab.until(() => tab.syncs.length === 2);
		expect(tab.syncs[1]).toMatchObject({ mode: 'delta' });
		for (const { id } of calls) expect(await tab.ended(id)).toMatchObject({ status: 'COMPLETED' });
		expect((await restarted.list('?status=PENDING')).calls).toEqual([]);
	});

	it('[K4] keeps the webhook secret that it made on first start', async () => {
		const app = await startApp({ WEBHOOK_SECRET: '' });
		const { id } = await app.create({ scheduledAt: FAR_FUTURE });
		const secretOf = async (): Promise<string> => {
			const database = await openTestDatabase(app.env.DATABASE_URL);
			const [row] = await database.all(`SELECT "value" FROM "Kept" WHERE "name" = 'webhook-secret'`);
			database.close();
			return String(row?.value);
		};
		const secret = await secretOf();
		expect(secret).toMatch(/^whsec_/);
		await app.close();
		const restarted = await again(app);
		expect(await secretOf()).toBe(secret);
		const report = { callId: id, providerId: 'sim_1', status: 'COMPLETED' };
		expect((await postWebhook(restarted, report, { secret: newSecret() })).status).toBe(401);
		expect((await postWebhook(restarted, report, { secret })).status).toBe(200);
	});

	it('[K5] keeps settings, sessions, known webhook-ids and the responses under a key', async () => {
		const app = await startApp({
			API_TOKEN: 'secret',
			PROVIDER_DELAY_MS_MAX: '3600000',
			PROVIDER_DELAY_MS_MIN: '3600000',
		});
		await app.settings({ speed: 7, seed: 'kept' });
		const { body: settings } = await app.api<Settings>('GET', '/api/provider/settings');
		const login = await app.api('POST', '/login', 'token=secret', {
			'content-type': 'application/x-www-form-urlencoded',
		});
		const session = { cookie: login.headers.get('set-cookie')!.split(';')[0]!, authorization: '' };
		const { id } = await app.create({ scheduledAt: FAR_FUTURE });
		const report = { callId: id, providerId: 'sim_1', status: 'PENDING', phase: 'RINGING' };
		const first = await postWebhook(app, report, { id: 'msg_once' });
		const sendCall = { callId: 'theirs', phoneNumber: '+12025550100', workflow: 'SALES' };
		const accepted = await app.api('POST', '/api/provider/send-call', sendCall, { 'idempotency-key': 'key-1' });
		await app.close();

		const restarted = await again(app);
		expect((await restarted.api('GET', '/api/provider/settings')).body).toEqual(settings);
		expect((await restarted.api('GET', '/api/calls', undefined, session)).status).toBe(200);
		const second = await postWebhook(restarted, { ...report, phase: 'IN_PROGRESS' }, { id: 'msg_once' });
		expect([second.status, second.body]).toEqual([200, first.body]);
		const replayed = await restarted.api('POST', '/api/provider/send-call', sendCall, { 'idempotency-key': 'key-1' });
		expect([replayed.body, replayed.headers.get('idempotent-replayed')]).toEqual([accepted.body, 'true']);
	});

	it('[K6] keeps the hang-up of a deleted call', async () => {
		const provider = await startReceiver((response, { path }, count) => {
			if (path.endsWith('/cancel') && count === 2) response.writeHead(503, { 'retry-after': '120' }).end();
			else response.setHeader('content-type', 'application/json').end('{"providerId":"sim_1","scheduledInMs":9}');
		});
		const app = await startApp({ PROVIDER_URL: provider.url });
		const { id } = await app.create();
		await expect.poll(async () => (await app.call(id)).providerId, SOON).toBe('sim_1');
		await app.api('DELETE', `/api/calls/${id}`);
		await provider.received(2);
		await app.close();
		await again(app);
		const requests = await provider.received(3);
		expect(requests[2]!.path).toBe('/api/provider/calls/sim_1/cancel');
	});

	it('[K7] asks its clients to reconnect while it stops', async () => {
		const app = await startApp();
		const tab = openTab(app);
		const reason = new Promise<string>((resolve) => tab.socket.on('disconnect', resolve));
		await tab.until(() => tab.syncs.length > 0);
		await app.close();
		expect(await reason).not.toBe('io server disconnect');
		expect(tab.socket.active).toBe(true);
	});
});

describe('a server that is killed', () => {
	it('[K10] again and again with calls under way ends every call exactly once', { timeout: 60_000 }, async () => {
		const env = await environment();
		const calls: Call[] = [];
		/** When to kill the server: once the provider has accepted a call, and once a call has ended. */
		const moments: ((call: Call) => boolean)[] = [
			({ providerId }) => providerId !== null,
			({ status }) => status !== 'PENDING',
		];
		for (const moment of moments) {
			const server = await startServer(env);
			const url = await server.url;
			const tab = await openFollowingTab({ url });
			calls.push(...(await Promise.all(Array.from({ length: 6 }, () => request(url)))));
			calls.push(await request(url, { scheduledAt: new Date(Date.now() + 200).toISOString() }));
			await tab.until(() => callsOf(tab.changes()).some(moment));
			tab.close();
			expect((await server.kill('SIGKILL')).signal).toBe('SIGKILL');
		}
		const url = await (await startServer(env)).url;
		const tab = await openFollowingTab({ url }, { cursor: (await fetchJson<CallPage>(url, '/api/calls')).cursor });
		for (const { id } of calls) {
			const { call } = await fetchJson<{ call: Call }>(url, `/api/calls/${id}`);
			if (call.status === 'PENDING') await tab.ended(id);
			const { events } = await fetchJson<{ events: Event[] }>(url, `/api/calls/${id}`);
			expect(ended(events)).toHaveLength(1);
		}
		const { calls: listed } = await fetchJson<CallPage>(url, '/api/calls?limit=200');
		expect(listed.map(({ id }) => id).toSorted()).toEqual(calls.map(({ id }) => id).toSorted());
		expect(new Set(listed.map(({ phase }) => phase))).toEqual(new Set(['ENDED']));
	});
});
