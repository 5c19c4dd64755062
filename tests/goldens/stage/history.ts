import type { Call } from '#contract';
import { ending, FAR, type Life } from './life.ts';
import type { Server } from './server.ts';

/** Creates a small history with calls of every kind, always the same. Returns its calls, the oldest first. */
export async function makeHistory(server: Server, life: Life): Promise<Call[]> {
	const { read } = server;
	const made: string[] = [];
	const live = async (call: object): Promise<void> => void made.push((await life.live(call)).id);
	const wait = async (call: object): Promise<string> => {
		const { id } = await life.request({ scheduledAt: FAR, ...call });
		made.push(id);
		return id;
	};

	await live({ customerName: 'Ada Lovelace', scenario: ending('completed'), run: 'spring' });
	await live({
		customerName: 'Zoë Ångström',
		phoneNumber: '+46701740605',
		workflow: 'SALES',
		scenario: ending('busy'),
	});
	await live({ customerName: '=1+1', workflow: 'REMINDER', scenario: ending('no-answer'), run: 'spring' });
	await live({ customerName: 'Smith, "Bob"', scenario: ending('failed'), run: '@home' });
	await live({ customerName: '李小龍', phoneNumber: '+85221234567', workflow: 'SALES', scenario: ending('dropped') });
	await live({ customerName: '👩‍🚀 Sally', workflow: 'REMINDER', scenario: ending('canceled'), run: 'spring' });
	await live({ customerName: 'By its number', phoneNumber: '+12025550151', scenario: null });
	await wait({ customerName: 'Later', workflow: 'REMINDER', run: 'autumn' });
	await read(`PATCH /api/calls/${await wait({ customerName: 'By hand' })}`, { body: { status: 'COMPLETED' } });
	await read(`POST /api/calls/${await wait({ customerName: 'Taken back', workflow: 'SALES' })}/cancel`);
	const corrected = await wait({ customerName: 'Corrected', run: 'autumn' });
	await read(`PATCH /api/calls/${corrected}`, { body: { status: 'FAILED' } });
	await read(`PATCH /api/calls/${corrected}`, { body: { status: 'COMPLETED' } });
	await server.ask(`DELETE /api/calls/${await wait({ customerName: 'Gone' })}`);
	const { id } = await life.request({ customerName: 'On its way', scenario: ending('completed') });
	await life.accept(await life.call(id));
	await life.next(id);
	made.push(id);
	const kept = await Promise.all(made.map((one) => server.ask(`GET /api/calls/${one}`)));
	return kept.flatMap(({ status, text }) => (status === 200 ? [(JSON.parse(text) as { call: Call }).call] : []));
}
