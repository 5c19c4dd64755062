import { createBook } from '../../record/recording.ts';
import { saidBy } from '../../stage/exchange.ts';
import { createLife, ending, FAR, type Life } from '../../stage/life.ts';
import type { Server } from '../../stage/server.ts';
import { openStream, type EventStream } from '../../stage/stream.ts';
import type { Area } from '../area.ts';

/** What a script needs to write blocks of event streams into one text. */
interface Script {
	server: Server;
	life: Life;
	open(what: string, query: string, headers?: Record<string, string>): Promise<EventStream>;
	/** Takes the stream's next block of this event, with this cursor if given, and appends it to the text. */
	write(stream: EventStream, what: string, event?: string, cursor?: string): Promise<void>;
}

const streamArea =
	(name: string, script: (tools: Script) => Promise<void>): Area =>
	({ withServer }) =>
		withServer({}, async (server) => {
			let text = '';
			const heads = createBook();
			const open: Script['open'] = async (what, query, headers) => {
				const { response, stream } = await openStream(server, query, headers);
				const { statusCode: status = 0, headers: said } = response;
				const request = server.names.text(`GET /api/events${query}`);
				heads.add(what, { request, ...saidBy(server, { status, headers: said, text: '' }) });
				text += `# ${what}\n${await stream.next(undefined)}${server.names.text(await stream.next('sync'))}`;
				return stream;
			};
			const write: Script['write'] = async (stream, what, event = 'changes', cursor) => {
				text += `# ${what}\n${server.names.text(await stream.next(event, cursor))}`;
			};
			await script({ server, life: createLife(server), open, write });
			return { [`stream/${name}.txt`]: text, [`stream/${name}.json`]: heads.cases };
		});

/** Records the stream of all calls: whole lives, edits, deletions and resumed connections. */
const whole = streamArea('whole', async ({ server, life, open, write }) => {
	const stream = await open('no cursor', '');
	for (const outcome of ['completed', 'busy', 'no-answer', 'failed', 'dropped', 'canceled']) {
		const call = await life.request({ scenario: ending(outcome), run: 'spring' });
		await write(stream, `${outcome}: requested`);
		await life.accept(call);
		await write(stream, `${outcome}: accepted`);
		while ((await life.call(call.id)).status === 'PENDING') {
			await life.next(call.id);
			await write(stream, `${outcome}: a webhook has come`);
		}
	}
	const { id } = await life.request({ scheduledAt: FAR });
	await write(stream, 'scheduled');
	await server.read(`PATCH /api/calls/${id}`, { body: { status: 'COMPLETED' } });
	await write(stream, 'ended by hand');
	const { cursor } = await server.read<{ cursor: string }>('GET /api/calls');
	await server.ask(`DELETE /api/calls/${id}`);
	await write(stream, 'deleted');

	const resumed = await open('resumed by its last id', '', { 'last-event-id': cursor });
	resumed.close();
	const older = await open('Last-Event-ID wins over the cursor', `?cursor=${server.epoch}.1`, {
		'last-event-id': cursor,
	});
	older.close();
	const old = await open(
		'an old cursor',
		`?cursor=${server.epoch}.${(await life.call((await firstOf(server))!)).seq - 1}`,
	);
	old.close();
	const foreign = await open('a cursor of another epoch', '?cursor=another.3');
	foreign.close();

	await server.ask('DELETE /api/calls?run=spring');
	await write(stream, 'cleared: a run');
	await server.ask('DELETE /api/calls');
	await write(stream, 'cleared: everything');
	const now = await server.read<{ cursor: string }>('GET /api/calls');
	await write(stream, 'the heartbeat', 'head', now.cursor);
	stream.expectNoMore();
	stream.close();
});

const firstOf = async (server: Server): Promise<string | undefined> =>
	(await server.read<{ calls: { id: string }[] }>('GET /api/calls?limit=1')).calls[0]?.id;

/**
 * Records streams of one call and of one run. A heartbeat moves the cursor of such a stream at a time that varies, so
 * the script waits for one heartbeat and ends before the next.
 */
const filtered = streamArea('filtered', async ({ server, life, open, write }) => {
	const mine = await life.request({ scheduledAt: FAR, run: 'mine' });
	const other = await life.request({ scheduledAt: FAR, run: 'other' });
	const ofCall = await open('one call', `?callId=${mine.id}`);
	const ofRun = await open('one run', '?run=mine');
	const ofBoth = await open('a call of another run', `?callId=${other.id}&run=mine`);
	for (const stream of [ofCall, ofRun, ofBoth]) await stream.next('head');

	const set = (id: string, status: string): Promise<unknown> =>
		server.read(`PATCH /api/calls/${id}`, { body: { status } });
	await set(other.id, 'FAILED');
	await set(mine.id, 'FAILED');
	await write(ofCall, 'one call: ended by hand');
	await write(ofRun, 'one run: ended by hand');
	const second = await life.request({ scheduledAt: FAR, run: 'mine' });
	await write(ofRun, 'one run: another call of it');
	await server.ask(`DELETE /api/calls/${second.id}`);
	await write(ofRun, 'one run: deleted');
	await server.ask('DELETE /api/calls?run=other');
	await server.ask('DELETE /api/calls?run=mine');
	await write(ofCall, 'one call: its run was cleared');
	await write(ofRun, 'one run: cleared');
	await server.ask('DELETE /api/calls');
	await write(ofCall, 'one call: everything was cleared');
	await write(ofRun, 'one run: everything was cleared');
	await write(ofBoth, 'a call of another run: everything was cleared');
	for (const stream of [ofCall, ofRun, ofBoth]) {
		stream.expectNoMore();
		stream.close();
	}
});

/** The areas that record event streams as text, unchanged except for names. */
export const stream = [whole, filtered];
