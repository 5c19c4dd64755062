import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { Call, Stats } from '#contract';
import { problemOf, startApp, temporaryFolder, type TestApp } from '#tests/support/app.ts';
import { fillHistory, idOf } from '#tests/support/history.ts';
import { expectProblem } from '#tests/support/problems.ts';
import { SOON } from '#tests/support/soon.ts';
import { openStream } from '#tests/support/stream.ts';
import { openFollowingTab, openTab } from '#tests/support/tab.ts';
import { FAR_FUTURE, expectNoEffect } from '#tests/support/trace.ts';

const clear = (app: TestApp, query: string) => app.api<{ count: number }>('DELETE', `/api/calls${query}`);
const count = async (app: TestApp, query: string): Promise<number> => {
	const { status, body } = await clear(app, `${query}${query.includes('?') ? '&' : '?'}dryRun=true`);
	expect(status).toBe(200);
	return body.count;
};

/** Returns the status line of a raw request. `fetch` would drop a lone question mark. */
async function statusOf(app: TestApp, line: string): Promise<string> {
	const { hostname, port } = new URL(app.url);
	const socket = connect(Number(port), hostname);
	socket.write(`${line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
	let text = '';
	for await (const piece of socket) text += String(piece);
	return text.slice(0, text.indexOf('\r\n'));
}

/** Creates eight calls that differ in every filter. */
async function withCalls(): Promise<{ app: TestApp; all: () => Promise<Call[]> }> {
	const app = await startApp();
	for (let i = 0; i < 8; i++) {
		const { id } = await app.create({
			customerName: i % 2 === 0 ? `Ada ${i}` : `Zoë ${i}`,
			phoneNumber: i < 4 ? '+12025550100' : '+4930231250',
			workflow: i % 3 === 0 ? 'SALES' : 'REMINDER',
			scheduledAt: FAR_FUTURE,
			...(i < 6 ? { run: i < 3 ? 'ci-7' : 'ci,8' } : {}),
		});
		if (i % 4 === 1) await app.api('PATCH', `/api/calls/${id}`, { status: 'FAILED' });
		if (i % 4 === 3) await app.api('POST', `/api/calls/${id}/cancel`);
	}
	return { app, all: async () => (await app.list('?limit=200')).calls };
}

describe('a clear with filters', () => {
	it.each([
		'?status=FAILED',
		'?status=PENDING&status=FAILED&workflow=SALES',
		'?outcome=canceled',
		'?run=ci-7',
		'?run=ci%2C8&status=PENDING',
		'?run=ci-7&run=ci,8',
		'?q=ada',
		'?q=zo%C3%AB+5',
		'?q=%2B49%2030',
		'?workflow=SALES&q=za&outcome=manual',
		'?from=2100-01-01T00%3A00%3A00Z',
		'?status=PENDING&status=COMPLETED&status=FAILED',
	])('[CL4] [CL5] of %s counts and deletes exactly the calls that the list shows', async (query) => {
		const { app, all } = await withCalls();
		const matching = (await app.list(`${query}&limit=200`)).calls.map(({ id }) => id);
		const others = (await all()).filter(({ id }) => !matching.includes(id));
		expect(await count(app, query)).toBe(matching.length);
		expect((await clear(app, query)).status).toBe(204);
		expect(await all()).toEqual(others);
		expect(await count(app, query)).toBe(0);
		expect(await count(app, '')).toBe(others.length);
		const { byStatus } = (await app.api<Stats>('GET', '/api/stats')).body;
		expect(byStatus.PENDING + byStatus.COMPLETED + byStatus.FAILED).toBe(others.length);
	});

	it('[CL5] deletes no call with dryRun', async () => {
		const app = await startApp();
		await app.create({ scheduledAt: FAR_FUTURE });
		await expectNoEffect(app, async () => {
			for (const query of ['', '?status=PENDING', '?q=a', '?from=2020-01-01T00:00:00Z', '?run=ci-7'])
				await count(app, query);
		});
		expect(await count(app, '')).toBe(3);
		expect((await clear(app, '?q=ada&dryRun=false')).status).toBe(204);
		expect(await count(app, '')).toBe(2);
	});

	it('[CL4] reads from and to as the list does', async () => {
		const { app, all } = await withCalls();
		const calls = await all();
		const at = encodeURIComponent(calls[3]!.createdAt);
		const since = calls.filter(({ createdAt }) => createdAt >= calls[3]!.createdAt);
		expect(await count(app, `?from=${at}`)).toBe(since.length);
		await clear(app, `?from=${at}`);
		expect((await all()).map(({ id }) => id)).toEqual(calls.slice(since.length).map(({ id }) => id));
		await clear(app, `?to=${at}`);
		expect(await all()).toEqual([]);
	});

	it('[CL4] leaves a call that changed before its step, and every change about it is correct', async () => {
		const app = await startApp();
		const calls = Array.from({ length: 300 }, () => ({
			customerName: 'Ada',
			phoneNumber: '+12025550100',
			workflow: 'SALES',
			scheduledAt: FAR_FUTURE,
		}));
		await app.api('POST', '/api/calls/batch', { calls });
		const ids = [...(await app.list('?limit=200')).calls, ...(await app.list('?limit=200&order=oldest')).calls];
		const deletion = clear(app, '?status=PENDING');
		const changed = await Promise.all(
			[...new Set(ids.map(({ id }) => id))].map(async (id) => ({
				id,
				status: (await app.api('PATCH', `/api/calls/${id}`, { status: 'COMPLETED' })).status,
			})),
		);
		expect((await deletion).status).toBe(204);
		expect(changed.filter(({ status }) => status !== 200 && status !== 404)).toEqual([]);
		for (const { id, status } of changed)
			expect([id, (await app.api('GET', `/api/calls/${id}`)).status]).toEqual([id, status]);
	});

	it('[CL6] deletes nothing for an empty, unknown, malformed or truncated parameter, or for a body', async () => {
		const app = await startApp();
		await app.create({ run: 'a', scheduledAt: FAR_FUTURE });
		const doubtful = [
			...['run=', 'run=%20', 'run', '=a', 'run=a&', '&run=a', 'run=a&&run=b', 'run=a&run=', 'run=a&statu'],
			...[
				'Run=a',
				'status=',
				'status=DONE',
				'status=pending',
				'status=PENDING,FAILED',
				'outcome=null',
				`run=${'x'.repeat(65)}`,
			],
			...['q=', 'q=+', 'q=%C2%A0', 'q=a&q=b', `q=${'x'.repeat(101)}`, 'from=yesterday', 'from=2026-01-01', 'to='],
			...['limit=5', 'page=x', 'order=oldest', 'at=end', 'id=1', 'run[]=a', 'run%5B%5D=a', 'q=%E0%A4%A', 'run=%00'],
			...['dryRun=', 'dryRun=1', 'dryRun=TRUE', 'dryRun=true&dryRun=false', 'dryrun=true', '%72un=', '?run=a'],
			Array.from({ length: 21 }, (_, i) => `run=r${i}`).join('&'),
		];
		await expectNoEffect(app, async () => {
			for (const query of doubtful) {
				const response = await clear(app, `?${query}`);
				expect([query, response.status]).toEqual([query, 400]);
				expect(expectProblem(response, 'invalid_input')).not.toEqual([]);
			}
			expect(await statusOf(app, 'DELETE /api/calls?')).toContain(' 400 ');
			for (const body of [{ status: ['FAILED'] }, {}])
				expect(expectProblem(await app.api('DELETE', '/api/calls', body), 'invalid_input')).toEqual(['body']);
		});
		expect(await count(app, '')).toBe(3);
	});

	it('[CL8] hangs up running calls once, and ends the requests that wait for them', async () => {
		const app = await startApp();
		const rings = await app.create({ customerName: 'Rings', scenario: { outcome: 'completed', delayMs: 3_600_000 } });
		const stays = await app.create({ customerName: 'Stays', scenario: { outcome: 'completed', delayMs: 3_600_000 } });
		await expect.poll(async () => (await app.call(rings.id)).providerId, SOON).not.toBeNull();
		await expect.poll(async () => (await app.call(stays.id)).providerId, SOON).not.toBeNull();
		const { providerId } = await app.call(rings.id);
		const other = (await app.call(stays.id)).providerId;
		const wait = app.api('GET', `/api/calls/${rings.id}/wait?timeout=60`);
		expect((await clear(app, '?q=rings&status=PENDING')).status).toBe(204);
		expect(problemOf(await wait)).toEqual([404, 'call_not_found']);
		const state = async (id: string | null) =>
			(await app.api<{ call: { state: string } }>('GET', `/api/provider/calls/${id}`)).body.call.state;
		await expect.poll(() => state(providerId), SOON).toBe('canceled');
		expect(await state(other)).not.toBe('canceled');
	});

	it('[CL7] of few calls is sent as deleted changes over socket and event stream, and in a later delta', async () => {
		const { app, all } = await withCalls();
		const { cursor } = await app.list();
		const gone = (await all()).filter(({ status }) => status === 'FAILED').map(({ id }) => id);
		const [tab, stream] = [await openFollowingTab(app, { cursor }), await openStream(app, `?cursor=${cursor}`)];
		await stream.until(([first]) => first?.event === 'sync');
		await clear(app, '?status=FAILED');
		const deleted = (changes: { type: string; id?: string }[]) =>
			changes.flatMap(({ type, id }) => (type === 'deleted' ? [id] : []));
		await tab.until(() => deleted(tab.changes()).length >= gone.length);
		expect(deleted(tab.changes()).toSorted()).toEqual(gone.toSorted());
		await stream.until(
			(messages) =>
				deleted(messages.flatMap((m) => (m.event === 'changes' ? m.data.changes : []))).length === gone.length,
		);
		const back = openTab(app, { cursor });
		const [sync] = await back.until(() => back.syncs.length > 0 && back.syncs);
		expect([sync!.mode, deleted(sync!.changes).toSorted()]).toEqual(['delta', gone.toSorted()]);
	});
});

describe('a clear of more than 5,000 calls', { timeout: 120_000 }, () => {
	const CALLS = 9_000;

	it('[CL7] leaves no tombstones: every connection and every older cursor gets a reset, and later changes arrive', async () => {
		const url = `file:${await temporaryFolder()}/audena.db`;
		await fillHistory(url, CALLS);
		const app = await startApp({ DATABASE_URL: url });
		const { cursor } = await app.list();
		const tab = await openFollowingTab(app, { cursor });
		const streams = [
			await openStream(app, `?cursor=${cursor}`),
			await openStream(app, `?cursor=${cursor}&callId=${idOf(CALLS)}`),
			await openStream(app, `?cursor=${cursor}&run=rare`),
		];
		for (const stream of streams) await stream.until(([first]) => first?.event === 'sync');
		expect(await count(app, '?status=COMPLETED')).toBe((CALLS / 3) * 2);
		const began = performance.now();
		const deletion = clear(app, '?status=COMPLETED');
		await tab.until(() => tab.syncs.length > 1); // until the first step of the deletion is committed
		const since = await app.create({ scheduledAt: FAR_FUTURE });
		expect((await deletion).status).toBe(204);
		const seconds = (performance.now() - began) / 1_000;
		expect((await app.call(since.id)).id).toBe(since.id);

		expect(tab.syncs.slice(1).map(({ mode }) => mode)).not.toContain('delta');
		expect(tab.changes().filter(({ type }) => type === 'deleted')).toEqual([]);
		const head = (await app.list()).cursor;
		for (const stream of streams) await stream.until((all) => all.at(-1)?.id === head);
		for (const stream of streams) {
			const { length } = stream.messages().filter(({ event, data }) => event === 'sync' && data.mode === 'reset');
			expect(length).toBeGreaterThan(0);
			// The first reset comes at once, then one a second, the last up to a second after the deletion.
			expect(length).toBeLessThanOrEqual(2 + seconds);
		}
		const back = openTab(app, { cursor });
		expect(await back.until(() => back.syncs[0])).toMatchObject({ mode: 'reset', changes: [] });
		const now = openTab(app, { cursor: head });
		expect(await now.until(() => now.syncs[0]?.mode)).toBe('delta');

		expect(await count(app, '?to=2026-11-21T00:00:00Z')).toBe(CALLS / 3);
		const { byStatus } = (await app.api<Stats>('GET', '/api/stats')).body;
		expect(byStatus.FAILED).toBe(CALLS / 3);
		expect((await app.list('?q=Caller&limit=200')).calls.every(({ status }) => status === 'FAILED')).toBe(true);
		const another = await app.create({ scheduledAt: FAR_FUTURE });
		await tab.until(() => tab.changes().some((change) => 'call' in change && change.call.id === another.id));
	});

	it('[CL9] ends when its client disconnects, and the remaining calls are whole and can be cleared again', async () => {
		const url = `file:${await temporaryFolder()}/audena.db`;
		await fillHistory(url, CALLS);
		const app = await startApp({ DATABASE_URL: url });
		const tab = await openFollowingTab(app);
		const { hostname, port } = new URL(app.url);
		const socket = connect(Number(port), hostname);
		socket.write(`DELETE /api/calls?status=COMPLETED HTTP/1.1\r\nHost: localhost\r\n\r\n`);
		await tab.until(() => tab.syncs.length > 1);
		socket.destroy();
		await app.close();
		const again = await startApp(app.env);
		const left = await count(again, '?status=COMPLETED');
		expect(left).toBeGreaterThan(0);
		expect((await again.list('?status=COMPLETED&limit=1')).calls).toHaveLength(1);
		expect((await clear(again, '?status=COMPLETED')).status).toBe(204);
		expect(await count(again, '')).toBe(CALLS / 3);
	});
});
