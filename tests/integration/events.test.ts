import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Change } from '#contract';
import { startApp } from '#tests/support/app.ts';
import { SOON } from '#tests/support/soon.ts';
import { expectProblem } from '#tests/support/problems.ts';
import { openStream, type Message } from '#tests/support/stream.ts';
import { openFollowingTab } from '#tests/support/tab.ts';
import { FAR_FUTURE } from '#tests/support/trace.ts';

const changesOf = (messages: Message[]): Change[] =>
	messages.flatMap((message) => (message.event === 'changes' ? message.data.changes : []));
const idsOf = (messages: Message[]): string[] =>
	changesOf(messages).map((change) => ('call' in change ? change.call.id : 'id' in change ? change.id : change.type));

describe('the event stream', () => {
	it('[F50] sends what the sockets send: a sync, then every change with its cursor as id', async () => {
		const app = await startApp();
		const { cursor } = await app.list();
		const [tab, stream] = [await openFollowingTab(app, { cursor }), await openStream(app, `?cursor=${cursor}`)];
		expect(stream.status).toBe(200);
		expect(stream.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
		expect(stream.headers.get('cache-control')).toContain('no-store');
		await stream.until(([first]) => first?.event === 'sync' && first.data.mode === 'delta');
		const { id } = await app.create();
		await tab.ended(id);
		const last = tab.frames.at(-1)!.cursor;
		const messages = await stream.until((all) => all.at(-1)?.id === last && all);
		const frames = messages.filter((message) => message.event === 'changes');
		expect(frames.map(({ data }) => data)).toEqual(tab.frames);
		for (const { id: cursorOfFrame, data } of frames) expect(cursorOfFrame).toBe(data.cursor);
		expect(stream.text()).toMatch(/^: /); // a comment, so that every proxy forwards the response head at once
	});

	it('[F51] resumes from Last-Event-ID, which wins over the cursor, and misses no change', async () => {
		const app = await startApp();
		const { cursor } = await app.list();
		const first = await app.create({ scheduledAt: FAR_FUTURE });
		const between = (await app.list()).cursor;
		const second = await app.create({ scheduledAt: FAR_FUTURE });
		const resumed = await openStream(app, `?cursor=${cursor}`, { 'last-event-id': between });
		const fromStart = await openStream(app, `?cursor=${cursor}`);
		const synced = (messages: Message[]): string[] | undefined =>
			messages[0]?.event === 'sync'
				? messages[0].data.changes.map((change) => ('call' in change ? change.call.id : ''))
				: undefined;
		expect(await resumed.until(synced)).toEqual([second.id]);
		expect(await fromStart.until(synced)).toEqual([first.id, second.id]);
		const fresh = await openStream(app);
		expect(await fresh.until(([message]) => message?.event === 'sync' && message.data.mode)).toBe('reset');
	});

	it('[F52] of one call sends only its changes, each after the last one of this stream', async () => {
		const app = await startApp();
		const { cursor } = await app.list();
		const one = await app.create({ scheduledAt: FAR_FUTURE });
		const stream = await openStream(app, `?cursor=${cursor}&callId=${one.id}`);
		await app.create({ scheduledAt: FAR_FUTURE });
		await app.api('PATCH', `/api/calls/${one.id}`, { status: 'COMPLETED' });
		await app.create({ scheduledAt: FAR_FUTURE });
		await app.api('DELETE', `/api/calls/${one.id}`);
		const messages = await stream.until((all) => changesOf(all).some(({ type }) => type === 'deleted') && all);
		expect(idsOf(messages)).toEqual([one.id, one.id]);
		let previous = messages[0]!.data.cursor;
		for (const { event, data } of messages.slice(1)) {
			if (event === 'changes') expect(data.previous).toBe(previous);
			previous = data.cursor;
		}
	});

	it('[F53] of one run sends the changes of its calls, and the clears that cover it', async () => {
		const app = await startApp();
		const { cursor } = await app.list();
		const stream = await openStream(app, `?cursor=${cursor}&run=mine`);
		const mine = await app.create({ scheduledAt: FAR_FUTURE, run: 'mine' });
		await app.create({ scheduledAt: FAR_FUTURE, run: 'theirs' });
		await app.api('DELETE', '/api/calls?run=theirs');
		await app.api('DELETE', '/api/calls?run=mine');
		await app.api('DELETE', '/api/calls');
		const cleared = (all: Message[]): Change[] => changesOf(all).filter(({ type }) => type === 'cleared');
		const messages = await stream.until((all) => cleared(all).length === 2 && all);
		expect(cleared(messages)).toMatchObject([{ run: 'mine' }, { run: null }]);
		expect(idsOf(messages)).toEqual([mine.id, 'cleared', 'cleared']);
	});

	it('[F54] sends the heartbeat with the last change while nothing changes', async () => {
		const app = await startApp();
		const stream = await openStream(app);
		const { seq } = await app.create({ scheduledAt: FAR_FUTURE });
		const head = await stream.until((all) => all.find((message) => message.event === 'head'));
		expect(head.data.cursor).toMatch(new RegExp(`\\.${seq}$`));
		expect(head.id).toBe(head.data.cursor);
	});

	it('[F55] refuses unknown parameters and a malformed cursor', async () => {
		const app = await startApp();
		expectProblem(await app.api('GET', '/api/events?since=1'), 'unknown_parameter');
		expectProblem(await app.api('GET', '/api/events?cursor=nonsense'), 'invalid_input');
		expectProblem(await app.api('GET', '/api/events', undefined, { 'last-event-id': 'nonsense' }), 'invalid_input');
	});

	it('[F50] sends only its headers for a HEAD request', async () => {
		const app = await startApp();
		const { status, headers } = await fetch(`${app.url}/api/events`, { method: 'HEAD' });
		expect([status, headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
	});

	it('[F56] needs the token, and ends with the session that opened it', async () => {
		const app = await startApp({ API_TOKEN: 'open-sesame' });
		expect((await fetch(`${app.url}/api/events`)).status).toBe(401);
		const login = await fetch(`${app.url}/login`, {
			method: 'POST',
			redirect: 'manual',
			headers: { 'content-type': 'application/x-www-form-urlencoded', origin: app.url },
			body: 'token=open-sesame',
		});
		const cookie = login.headers.getSetCookie()[0]!.split(';')[0]!;
		const stream = await openStream(app, '', { cookie });
		await stream.until(([first]) => first?.event === 'sync');
		await fetch(`${app.url}/logout`, { method: 'POST', redirect: 'manual', headers: { cookie, origin: app.url } });
		await stream.ended;
	});

	it('[F56] ends at once with its session, even if its client does not read, and the server continues', async () => {
		const app = await startApp({ API_TOKEN: 'open-sesame' });
		const login = await fetch(`${app.url}/login`, {
			method: 'POST',
			redirect: 'manual',
			headers: { 'content-type': 'application/x-www-form-urlencoded', origin: app.url },
			body: 'token=open-sesame',
		});
		const cookie = login.headers.getSetCookie()[0]!.split(';')[0]!;
		const { port } = new URL(app.url);
		const socket = connect(Number(port), '127.0.0.1');
		onTestFinished(() => void socket.destroy());
		socket.on('error', () => undefined); // ignored, because the server cuts this connection
		socket.write(`GET /api/events HTTP/1.1\r\nHost: localhost\r\nCookie: ${cookie}\r\n\r\n`);
		await once(socket, 'data');
		socket.pause();
		const cut = once(socket, 'close');
		await fetch(`${app.url}/logout`, { method: 'POST', redirect: 'manual', headers: { cookie, origin: app.url } });
		for (let i = 0; i < 5; i++) await app.create({ scheduledAt: FAR_FUTURE });
		socket.resume();
		await cut;
		expect((await app.api('GET', '/healthz')).status).toBe(200);
	});

	it('[F64] of a disconnected client is released, however many streams it opened at once', async () => {
		const app = await startApp({ MAX_SOCKETS_PER_ADDRESS: '3', TRUST_PROXY: '1' });
		const from = { 'x-forwarded-for': '192.0.2.1' };
		const { port } = new URL(app.url);
		const socket = connect(Number(port), '127.0.0.1');
		onTestFinished(() => void socket.destroy());
		socket.write('GET /api/events HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n'.repeat(4));
		await once(socket, 'data');
		socket.destroy();
		const one = async (): Promise<number> => {
			const stream = await openStream(app, '', from);
			stream.close();
			return stream.status;
		};
		await expect.poll(one, SOON).toBe(200);
		const three = await Promise.all([openStream(app, '', from), openStream(app, '', from), openStream(app, '', from)]);
		expect(three.map(({ status }) => status)).toEqual([200, 200, 200]);
		expect((await openStream(app, '', from)).status).toBe(429);
	});

	it('[F57] cannot be read by a page of another origin', async () => {
		const app = await startApp();
		const foreign = await fetch(`${app.url}/api/events`, { headers: { origin: 'https://evil.example' } });
		expect(foreign.status).toBe(403);
		const stream = await openStream(app);
		expect(stream.headers.get('access-control-allow-origin')).toBeNull();
	});

	it('[F58] ends when the server stops', async () => {
		const app = await startApp();
		const stream = await openStream(app);
		await stream.until(([first]) => first?.event === 'sync');
		await app.close();
		await stream.ended;
	});
});
