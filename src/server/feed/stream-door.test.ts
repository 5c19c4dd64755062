import { createServer, type ServerResponse } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Changes, Sync } from '#contract';
import { addressOf, listen } from '../http/listen.ts';
import type { Transport, Hub } from './hub.ts';
import { openStreamTransport, type StreamFilter, type Streams } from './stream-door.ts';

/** The stream transport on a fake hub that the test controls, with streams over real HTTP. */
async function opened(filter: StreamFilter = {}, changes: Sync['changes'] = []) {
	let transport!: Transport;
	const hub = {
		open: (given: Transport) => (transport = given),
		withSync: (_cursor: unknown, _isWanted: () => boolean, use: (sync: Sync) => void) => {
			use({ mode: 'delta', cursor: 'a.10', changes, version: 'test' });
			return Promise.resolve();
		},
	} as unknown as Hub;
	const streams: Streams = openStreamTransport(hub);
	const responses: ServerResponse[] = [];
	const gone = new AbortController().signal;
	const server = createServer((_request, response) => {
		responses.push(response);
		void streams.open(response, { cursor: undefined, filter, gone });
	});
	onTestFinished(() => {
		server.closeAllConnections();
		server.close();
	});
	const url = addressOf('127.0.0.1', await listen(server, 0, '127.0.0.1'));
	const stream = await fetch(url);
	const over = stream.text();
	const ids = async (): Promise<string[]> => [...(await over).matchAll(/^id: (.*)$/gm)].map(([, id]) => id!);
	const frame = (previous: number, cursor: number): void =>
		transport.changes({
			previous: `a.${previous}`,
			cursor: `a.${cursor}`,
			at: '',
			changes: [{ seq: cursor, type: 'deleted', id: `call-${cursor}` }],
		} satisfies Changes);
	return {
		transport,
		streams,
		responses,
		over,
		ids,
		frame,
		head: (seq: number) => transport.head({ cursor: `a.${seq}`, at: '' }),
	};
}

describe('an event stream', () => {
	it('[F59] ends if it would miss a change, and resumes from its cursor', async () => {
		const { frame, ids } = await opened();
		frame(10, 11);
		frame(20, 21);
		frame(21, 22);
		expect(await ids()).toEqual(['a.10', 'a.11']);
	});

	it('[F59] ends if its filter or a head shows a gap', async () => {
		const filtered = await opened({ run: 'mine' });
		filtered.frame(20, 21);
		expect(await filtered.ids()).toEqual(['a.10']);
		const behind = await opened();
		behind.head(12);
		expect(await behind.ids()).toEqual(['a.10']);
	});

	it('[F59] never moves back: it leaves out changes that its sync contained, and older heads', async () => {
		const { frame, head, ids, streams } = await opened();
		frame(8, 9);
		head(9);
		head(10);
		frame(9, 12); // overlaps: the client takes what is above its cursor
		streams.close();
		expect(await ids()).toEqual(['a.10', 'a.10', 'a.12']);
	});

	it('[F59] sends every cleared change if its call no longer exists', async () => {
		const cleared: Sync['changes'] = [
			{ seq: 9, type: 'cleared', run: 'r' },
			{ seq: 10, type: 'deleted', id: 'another' },
		];
		const gone = await opened({ callId: 'a' }, cleared);
		const there = await opened({ callId: 'a', runOfCall: null }, cleared);
		for (const { streams } of [gone, there]) streams.close();
		expect([await gone.over, await there.over].map((text) => text.includes('"cleared"'))).toEqual([true, false]);
	});

	it('[F59] writes nothing after its end', async () => {
		const { responses, frame, over } = await opened();
		const errors: unknown[] = [];
		responses[0]!.on('error', (error) => errors.push(error));
		responses[0]!.end(); // as the end of a session does, even with unread data
		frame(10, 11);
		frame(11, 12);
		await over;
		expect(errors).toEqual([]);
	});

	it('[F58] is refused after the stop', async () => {
		const { streams, responses } = await opened();
		streams.close();
		await expect(
			streams.open(responses[0]!, { cursor: undefined, filter: {}, gone: new AbortController().signal }),
		).rejects.toMatchObject({ code: 'stopping' });
	});
});
