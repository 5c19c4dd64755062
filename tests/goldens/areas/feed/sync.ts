import { ending, FAR } from '../../stage/life.ts';
import { listen, refusal } from '../../stage/listener.ts';
import { area, type Tools } from '../area.ts';

const TOKEN = { API_TOKEN: 'golden-token' };
const MANY = 1_000;
const BATCHES = 5;

/** Records the `sync` that a client receives when it connects or asks, for each kind of cursor. */
const connections = area('feed/sync.json', async ({ server, life, book }: Tools) => {
	const { names, epoch } = server;
	const at = (seq: number): string => `${epoch}.${seq}`;
	const connect = async (what: string, auth: object): Promise<void> => {
		const tab = listen(server, { auth });
		const [sync, settings] = [await tab.next('sync'), await tab.next('settings')];
		book.add(what, { auth: names.value(auth), frames: names.value([{ sync }, { settings }]) });
		tab.close();
	};
	await connect('an empty history, no cursor', {});
	await connect('an empty history, the cursor of its list', { cursor: at(0) });

	const kept = await life.live({ scenario: ending('dropped'), run: 'kept' });
	const edited = await life.request({ scheduledAt: FAR, run: 'kept' });
	const gone = await life.request({ scheduledAt: FAR });
	await life.request({ scheduledAt: FAR, run: 'cleared' });
	const first = (await life.call(kept.id)).seq;
	await server.read(`PATCH /api/calls/${edited.id}`, { body: { status: 'FAILED' } });
	await server.ask(`DELETE /api/calls/${gone.id}`);
	await server.ask('DELETE /api/calls?run=cleared');
	const { cursor } = await server.read<{ cursor: string }>('GET /api/calls');

	await connect('everything since the beginning', { cursor: at(0) });
	await connect('an old cursor', { cursor: at(first) });
	await connect('a cursor between a call and its change', { cursor: at(first + 1) });
	await connect('the last cursor', { cursor });
	await connect('a cursor from the future', { cursor: at(1_000) });
	await connect('a cursor of another epoch', { cursor: 'another.3' });
	await connect('a cursor that is none', { cursor: 7 });

	const tab = listen(server, { auth: { cursor } });
	await tab.next('sync');
	await tab.next('settings');
	const ask = async (what: string, where: unknown): Promise<void> =>
		book.add(what, { asked: names.value({ sync: where }), acknowledged: names.value(await tab.ask('sync', where)) });
	await ask('asked: an old cursor', { cursor: at(first + 1) });
	await ask('asked: the last cursor', { cursor });
	await ask('asked: no cursor', {});
	await ask('asked: null', { cursor: null });
	await ask('asked: nonsense', 'nonsense');
	tab.expectNoMore();
	tab.close();
});

const refusals = area(
	'feed/refusals.json',
	async ({ server, book }) => {
		const record = async (what: string, connecting: Parameters<typeof refusal>[1]): Promise<void> =>
			book.add(what, { connecting, refused: server.names.value(await refusal(server, connecting)) });
		await record('no token', {});
		await record('a wrong token', { auth: { token: 'wrong' } });
		await record('a token that is no text', { auth: { token: 7 } });
		await record('a session that is none', { headers: { cookie: 'audena_session=none' } });
		await record('a foreign origin', {
			auth: { token: 'golden-token' },
			headers: { origin: 'https://elsewhere.example' },
		});
		await record('a foreign host', { auth: { token: 'golden-token' }, headers: { host: 'elsewhere.example' } });
		const tab = listen(server, { auth: { token: 'golden-token' } });
		book.add('the token', { sync: server.names.value(await tab.next('sync')) });
		tab.close();
	},
	TOKEN,
);

/** Records a `sync` after more changes than a delta may have, and a clear that leaves no tombstones. */
const large = area('feed/large.json', async ({ server, book }) => {
	const { names, epoch } = server;
	const tab = listen(server);
	book.add('connected', { sync: names.value(await tab.next('sync')) });
	await tab.next('settings');
	const ask = { customerName: 'One of many', phoneNumber: '+12025550100', workflow: 'SALES', scheduledAt: FAR };
	for (let batch = 1; batch <= BATCHES; batch++) {
		await server.read('POST /api/calls/batch', { body: { calls: Array.from({ length: MANY }, () => ask) } });
		const { changes, ...frame } = (await tab.next('changes')) as { changes: unknown[] };
		book.add(`batch ${batch}`, { frame: names.value({ ...frame, changes: `${changes.length} of them` }) });
	}
	await server.read('POST /api/calls', { body: ask });
	book.add('one more', { frame: names.value(await tab.next('changes')) });
	const sizeOf = (sync: unknown): unknown => {
		const { changes, ...rest } = sync as { changes: unknown[] };
		return names.value({ ...rest, changes: `${changes.length} of them` });
	};
	for (const seq of [1, 0])
		book.add(`${BATCHES * MANY + 1 - seq} changes`, {
			acknowledged: sizeOf(await tab.ask('sync', { cursor: `${epoch}.${seq}` })),
		});
	await server.ask('DELETE /api/calls?workflow=SALES');
	// How many steps a clear takes depends on the machine, and each takes a seq.
	const { cursor } = await server.read<{ cursor: string }>('GET /api/calls');
	names.know(cursor, '<epoch>.<the last step of the clear>');
	const last = await tab.next('sync', (frame) => (frame as { cursor: string }).cursor === cursor);
	book.add('a clear without tombstones', { frames: [{ sync: names.value(last) }] });
	book.add('a cursor from before it', {
		acknowledged: names.value(await tab.ask('sync', { cursor: `${epoch}.${BATCHES * MANY}` })),
	});
	tab.close();
});

export const sync = [connections, refusals, large];
